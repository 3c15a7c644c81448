import CSVIngest
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// The headline with one assumption changed at a time, everything else as it was.
struct Sensitivity {
    let study: Study
    let market: MarketHistory
    let row: ResultRow
    let anatomy: CellAnatomy
    let threads: Int
    let control: RunControl

    /// A change to one assumption.
    private struct Change {
        let assumption: String
        let value: String
        /// Of a change to the fill alone.
        var fill: ResolvedFill?
        var platform: PlatformRules?
        var maxGap: MaxGap?
        /// Another history, made when it is its turn: it is as large as the study's own. Nil where nothing would be left of it.
        var market: (@Sendable () -> MarketHistory?)?

        var isOfFill: Bool { fill != nil }
        var isOfPlatform: Bool { platform != nil }
    }

    /// The headline itself, then every change that makes sense for it.
    func rows() throws(RunCancelled) -> [SensitivityRow] {
        var rows = [SensitivityRow(assumption: "none", value: "", estimate: row.estimate)]
        for group in grouped(changes) { rows += try apply(group) }
        return rows + partRows
    }

    /// Neighbours that change the fill alone, or the platform, look at the same entries of the same bars, and are computed together.
    private func grouped(_ changes: [Change]) -> [[Change]] {
        changes.reduce(into: [[Change]]()) { groups, change in
            if let last = groups.last?.last,
                change.isOfFill && last.isOfFill || change.isOfPlatform && last.isOfPlatform
            {
                groups[groups.count - 1].append(change)
            } else {
                groups.append([change])
            }
        }
    }

    /// One row for each change of a group.
    private func apply(_ group: [Change]) throws(RunCancelled) -> [SensitivityRow] {
        guard let first = group.first, let own = study.platform(named: row.cell.platform) else { return [] }
        var changed = market
        if let make = first.market {
            guard let made = make() else { return [] }
            changed = made
        }
        var one = study
        one.grid = StudyGrid(like: row.cell.key)
        one.platforms = (first.isOfFill ? [first] : group).enumerated().map { place, change in
            NamedPlatform(name: "\(place)", rules: change.platform ?? own.rules)
        }
        if let maxGap = first.maxGap { one.position.maxGap = maxGap }
        let grid = GridAnswers(study: one, threads: threads, control: control)
        let fills = first.isOfFill ? group.compactMap(\.fill) : nil
        var job = grid.job(of: row.cell.asset, market: changed, fills: fills)
        // Rows say what ends below zero, and no more.
        job.isBrief = true
        let estimates = try grid.answers(
            of: job, meanRun: row.estimate.inference?.meanRun, byFill: first.isOfFill
        ).estimates
        return zip(group, estimates).map { change, estimate in
            SensitivityRow(assumption: change.assumption, value: change.value, estimate: estimate)
        }
    }

    /// What the anatomy knows already.
    private var partRows: [SensitivityRow] {
        var rows: [SensitivityRow] = []
        if let without = anatomy.withoutLargest {
            rows.append(
                SensitivityRow(
                    assumption: "largest_episode", value: "left out", counts: anatomy.outsideLargest,
                    frequency: without.frequency, interval: without.interval))
        }
        return rows
            + anatomy.conditions.filter { $0.condition == .half }.map {
                SensitivityRow(
                    assumption: "history", value: "\($0.value) half", counts: $0.counts,
                    frequency: $0.inference?.frequency, interval: $0.inference?.interval)
            }
    }

    // MARK: Changes

    private var changes: [Change] {
        guard let rules = study.platform(named: row.cell.platform)?.rules else { return [] }
        let platform =
            fillChanges(rules) + triggerChanges(rules) + feeChanges(rules) + slippageChanges(rules)
            + maintenanceChanges(rules)
        return platform + gapChanges + barChanges
    }

    private func fillChanges(_ rules: PlatformRules) -> [Change] {
        guard rules.liquidation.enabled, row.cell.contract != .spot else { return [] }
        let own = rules.liquidation.resolvedFill(barLength: market.barLength)
        return alternatives.compactMap { name, fill, latency, delay -> Change? in
            let changed = rules.liquidation.with(fill: fill, latency: latency, delay: delay)?
                .resolvedFill(barLength: market.barLength)
            return changed == own ? nil : changed.map { Change(assumption: "fill", value: name, fill: $0) }
        }
    }

    /// Fill rules beside the headline's own, from the best to the worst.
    private var alternatives: [(name: String, fill: FillRule, latency: Int, delay: TimeSpan?)] {
        let delays = [TimeSpan.seconds(5), .seconds(30), .minutes(5), .minutes(30)].map {
            (name: "delay, \($0.text)", fill: FillRule.delay, latency: 1, delay: Optional($0))
        }
        return [("best", .best, 1, nil), ("gap", .gap, 1, nil)] + delays
            + [("next, 1 bar", .next, 1, nil), ("next, 5 bars", .next, 5, nil), ("worst", .worst, 1, nil)]
    }

    private func triggerChanges(_ rules: PlatformRules) -> [Change] {
        guard rules.liquidation.enabled, row.cell.contract != .spot else { return [] }
        let other: LiquidationTrigger = rules.liquidation.trigger == .extreme ? .close : .extreme
        let changed = rules.liquidation.with(trigger: other).map {
            Change(assumption: "trigger", value: other.rawValue, platform: rules.with(liquidation: $0))
        }
        let off = rules.liquidation.with(enabled: false).map {
            Change(assumption: "liquidation", value: "off", platform: rules.with(liquidation: $0))
        }
        return [changed, off].compactMap { $0 }
    }

    private func feeChanges(_ rules: PlatformRules) -> [Change] {
        scaled("fees", [0, 2]) { factor in
            let fees = rules.fees
            guard fees.open + fees.close + fees.liquidation > 0 else { return nil }
            return
                (try? Fees(
                    open: fees.open * factor, close: fees.close * factor, liquidation: fees.liquidation * factor))
                .map { rules.with(fees: $0) }
        }
    }

    private func slippageChanges(_ rules: PlatformRules) -> [Change] {
        scaled("slippage", [0, 2]) { factor in
            guard rules.slippage.base + rules.slippage.impact > 0 else { return nil }
            return (try? Slippage(base: rules.slippage.base * factor, impact: rules.slippage.impact * factor))
                .map { rules.with(slippage: $0) }
        }
    }

    private func maintenanceChanges(_ rules: PlatformRules) -> [Change] {
        guard rules.liquidation.enabled, row.cell.contract == .linear || row.cell.contract == .inverse else {
            return []
        }
        return scaled("maintenance_rate", [0.5, 2]) { factor in
            let tiers = rules.tiers.tiers.map {
                MaintenanceTier(
                    notionalCap: $0.notionalCap, rate: $0.rate * factor, amount: $0.amount * factor,
                    maxLeverage: $0.maxLeverage)
            }
            return (try? MaintenanceTiers(tiers)).map { rules.with(tiers: $0) }
        }
    }

    private func scaled(_ assumption: String, _ factors: [Double], _ make: (Double) -> PlatformRules?) -> [Change] {
        factors.compactMap { factor in
            make(factor).map { Change(assumption: assumption, value: "×\(numberText(factor))", platform: $0) }
        }
    }

    /// What the program does by itself, windows over every step, and windows over hardly any.
    private var gapChanges: [Change] {
        func resolved(_ gap: MaxGap) -> TimeSpan? { gap.resolved(barLength: market.barLength) }
        let own = resolved(study.position.maxGap)
        let narrow = TimeSpan(milliseconds: 2 * market.barLength.milliseconds)
        let choices: [(String, MaxGap)] = [("off", .off), ("auto", .automatic), (narrow.text, .span(narrow))]
        return choices.compactMap { value, gap in
            resolved(gap) == own ? nil : Change(assumption: "max_gap", value: value, maxGap: gap)
        }
    }

    /// Longer bars, and the history without the bars that the checks find extreme.
    private var barChanges: [Change] {
        let longer = [4, 24].map { TimeSpan(milliseconds: $0 * market.barLength.milliseconds) }
        let coarse = longer.filter { $0 <= .days(1) && $0 < row.cell.horizon }.map { span in
            Change(assumption: "bars", value: span.text, market: { [market] in market.aggregated(to: span) })
        }
        let extreme = extremeBars(of: market.series)
        guard !extreme.isEmpty else { return coarse }
        let words = extreme.count == 1 ? "1 left out" : "\(extreme.count) left out"
        let calm = Change(
            assumption: "extreme_bars", value: words, market: { [market] in market.without(bars: extreme) })
        return coarse + [calm]
    }
}
