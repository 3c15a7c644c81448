import MarginModel
import StressBasics

extension PlatformRules {
    /// The same rules with some replaced.
    func with(
        fees: Fees? = nil, slippage: Slippage? = nil, tiers: MaintenanceTiers? = nil,
        liquidation: LiquidationRules? = nil
    ) -> PlatformRules {
        PlatformRules(
            fees: fees ?? self.fees, slippage: slippage ?? self.slippage, tiers: tiers ?? self.tiers,
            liquidation: liquidation ?? self.liquidation, borrow: borrow, schedule: schedule)
    }
}

extension LiquidationRules {
    func with(
        enabled: Bool? = nil, trigger: LiquidationTrigger? = nil, fill: FillRule? = nil, latency: Int? = nil,
        delay: TimeSpan? = nil,
        overshoot: Double? = nil
    ) -> LiquidationRules? {
        try? LiquidationRules(
            enabled: enabled ?? self.enabled, trigger: trigger ?? self.trigger, fill: fill ?? self.fill,
            latency: latency ?? self.latency, delay: delay ?? self.delay, overshoot: overshoot ?? self.overshoot,
            isPartial: isPartial, hasBounds: hasBounds)
    }
}
