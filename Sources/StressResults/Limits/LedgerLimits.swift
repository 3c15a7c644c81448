import StressStatistics
import StudyPlan

extension RunReport {
    /// Holds a limit on a figure of the ledger against every platform that it names: in the study's order.
    func ledgerChecks(_ limit: StudyLimit, _ figure: LedgerFigure) -> [LimitCheck] {
        study.platforms.filter { limit.cells.platform == nil || limit.cells.platform == $0.name }.map { platform in
            let result = ledger?.platforms.first { $0.platform == platform.name }
            let found = result.flatMap { $0.found(figure, asset: limit.cells.asset) }
            var check = LimitCheck(
                limit: limit, asset: limit.cells.asset ?? "", platform: platform.name, value: found?.value,
                interval: found?.interval, earlierRuns: 0, outcome: .noValue)
            check.isCertain = figure == .owedOfMargin && !study.mayOwe(on: platform)
            check.judge()
            if check.outcome == .noValue {
                check.absence = found == nil ? absence(result, limit.cells.asset) : .noInterval
            }
            return check
        }
    }
}

/// Why a platform has no figure of a history's traders, or of all.
private func absence(_ result: LedgerResult?, _ asset: String?) -> LimitCheck.Absence {
    guard let group = result?.groups.first(where: { $0.asset == asset && $0.side == nil }) else { return .failedJob }
    return group.counts.rejected ?? 0 > 0 ? .rejected : .noEntries
}

extension LedgerResult {
    /// A figure of everybody, or of everybody on a price history, with its interval where it has one; nil without entries.
    fileprivate func found(_ figure: LedgerFigure, asset: String?) -> (value: Double, interval: Interval?)? {
        guard let group = groups.first(where: { $0.asset == asset && $0.side == nil }), group.counts.entries > 0 else {
            return nil
        }
        let (amounts, intervals) = (group.amounts, group.intervals)
        switch figure {
        case .owing: return (Double(group.counts.owing), nil)
        case .owed: return (amounts.owed.quote, nil)
        case .owedOfMargin: return group.owedPerMargin.map { ($0, intervals.owedPerMargin) }
        case .shortfall: return (amounts.shortfall.quote, nil)
        case .shortfallOfMargin: return group.shortfallPerMargin.map { ($0, intervals.shortfallPerMargin) }
        case .haircut: return (amounts.haircut.quote, nil)
        case .socialised: return (amounts.socialised.quote, nil)
        case .borne: return (amounts.platform.quote, nil)
        case .unpaid: return (days.reduce(LedgerAmount.zero) { $0 + $1.unpaid }.quote, nil)
        case .exhausted: return (Double(episodes.count), nil)
        case .lowestFund: return (fundLowest.quote, nil)
        }
    }
}
