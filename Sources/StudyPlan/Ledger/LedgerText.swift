import StressBasics

extension LedgerStudy {
    /// The section as a study has it.
    var line: String {
        typealias Known = Settings.Ledger
        let parts =
            [Known.population.entry(populationText), Known.horizon.entry(population.horizon)] + safeguards.parts
        return Settings.Whole.ledger.entry("{\(parts.joined(separator: ", "))}")
    }

    private var populationText: String {
        typealias Known = Settings.Traders
        let classes = population.classes.map { group in
            typealias Known = Settings.TraderClasses
            let parts = [
                "\(Known.side.key): \(group.side.rawValue)",
                "\(Known.leverage.key): \(numberText(group.leverage.value))",
                Known.weight.entry(group.weight),
            ]
            return "{\(parts.joined(separator: ", "))}"
        }
        // What a preset holds may change one day; what a run was made of may not.
        let parts = [
            Known.classes.entry("[\(classes.joined(separator: ", "))]"),
            Known.openInterest.entry(population.openInterestPerBar),
            Known.scale.entry(population.scale),
        ]
        return "{\(parts.joined(separator: ", "))}"
    }
}

extension SafeguardSettings {
    /// What is said, as entries of a section.
    var parts: [String] {
        typealias Known = Settings.Ledger
        return [
            fundText, surplusToFund.map(Known.surplus.entry), feeToFund.map(Known.feeShare.entry),
            deleveraging.map(Known.queue.entry), early.map { Known.early.entry(earlyText($0)) },
            socialisedCap.map { cap in
                Known.socialised.entry(cap.value.map { "{\(Settings.Socialised.cap.entry($0))}" } ?? "off")
            },
            recourse.map(Known.recourse.entry), impact.map { Known.impact.entry(impactText($0)) },
        ].compactMap { $0 }
    }

    private var fundText: String? {
        typealias Known = Settings.Fund
        let parts = [
            fundAmount.map(Known.amount.entry), fundDays.map(Known.daysOfFees.entry), fundFloor.map(Known.floor.entry),
            topUp.map { topUp in
                Known.topUp.entry(
                    topUp.value.map {
                        "{\(Settings.TopUp.below.entry($0.below)), \(Settings.TopUp.to.entry($0.to))}"
                    } ?? "off")
            },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : Settings.Ledger.fund.entry("{\(parts.joined(separator: ", "))}")
    }

    private func impactText(_ impact: Switched<LiquidationImpact>) -> String {
        typealias Known = Settings.Impact
        guard let impact = impact.value else { return "off" }
        let parts = [
            Known.gamma.entry(impact.gamma), Known.depth.entry(impact.depth), Known.halfLife.entry(impact.halfLife),
            Known.maxRounds.entry(impact.maxRounds),
        ]
        return "{\(parts.joined(separator: ", "))}"
    }

    private func earlyText(_ early: Switched<EarlyDeleveraging>) -> String {
        typealias Known = Settings.EarlyQueue
        return early.value.map { "{\(Known.fall.entry($0.fall)), \(Known.within.entry($0.within))}" } ?? "off"
    }
}
