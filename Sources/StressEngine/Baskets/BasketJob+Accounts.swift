import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// From a basket to accounts with every choice made.
extension BasketJob {
    /// The accounts of a variant: one, or one a leg.
    func accounts(_ cell: BasketCell, _ variant: BasketVariant) -> [AccountRules] {
        guard let platform = study.platform(named: cell.platform)?.rules else {
            preconditionFailure("a checked study has every platform its cells name")
        }
        let legs: [[(place: Int, share: Double)]]
        switch variant.mode {
        case .alone: legs = [[(0, 1)]]
        case .isolated: legs = basket.legs.enumerated().map { [($0, $1.share)] }
        case .cross: legs = [basket.legs.enumerated().map { ($0, $1.share) }]
        }
        return legs.map { account in
            let share = account.reduce(0) { $0 + $1.share }
            return AccountRules(
                legs: account.map { leg($0.place, share: $0.share, cell, platform) },
                collateral: basket.collateral.map { collateral($0, share: min(1, share), cell, platform) },
                basket: basket, path: variant.path, platform: platform)
        }
    }

    private func leg(_ place: Int, share: Double, _ cell: BasketCell, _ platform: PlatformRules) -> AccountLeg {
        let leg = basket.legs[place]
        let rules = leg.rate.flatMap { try? platform.replacing(tiers: MaintenanceTiers(flatRate: $0)) } ?? platform
        let resolved = resolved(place, leg.side, notional: share * study.position.notional, cell, rules)
        return AccountLeg(
            series: place, share: share, terms: resolved.terms, pricing: pricing(place, resolved),
            fill: resolved.fills[0].rule)
    }

    private func collateral(
        _ collateral: BasketCollateral, share: Double, _ cell: BasketCell, _ platform: PlatformRules
    ) -> AccountCollateral {
        let place = basket.legs.count
        let margin = share * study.position.notional / cell.leverage.value
        let resolved = resolved(place, .long, notional: margin, cell, platform)
        return AccountCollateral(
            series: place, margin: margin, counted: 1 - collateral.haircut, pricing: pricing(place, resolved),
            fill: resolved.fills[0].rule)
    }

    /// The rules of a linear position in a series.
    private func resolved(
        _ place: Int, _ side: Side, notional: Double, _ cell: BasketCell, _ platform: PlatformRules
    ) -> CellRules {
        let key = CellKey(
            asset: basket.assets[place], contract: .linear, side: side, leverage: cell.leverage, horizon: cell.horizon,
            platform: cell.platform)
        return CellRules(
            cell: StudyCell(index: 0, key: key), platform: platform, notional: notional,
            market: market.series[place].market)
    }

    private func pricing(_ place: Int, _ rules: CellRules) -> ExitPricing {
        let own = market.series[place].market
        let ends = EntryWindows.segmentEnds(own.series, maxGap: maxGap)
        return ExitPricing(
            rules, market: own, windows: EntryWindows(horizon: rules.cell.horizon, lastBar: [], segmentEnd: ends))
    }
}
