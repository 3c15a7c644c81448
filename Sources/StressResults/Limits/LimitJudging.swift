import StressBasics
import StressStatistics
import StudyPlan

extension RunReport {
    /// Holds every limit of the study against everything it names: in study order, then plan order.
    ///
    /// Limits on the newest bar count from ``RunCircumstances/started``; drift limits look at `earlier`, and monitored ones at whether
    /// a history still begins where it did. All others depend on the results alone.
    public mutating func judgeLimits(earlier: EarlierValues = EarlierValues()) {
        let failed = Set(failures.map(\.asset))
        // Hundreds of limits on one history each do not look at all the others' cells.
        let ofAsset = Dictionary(grouping: rows.indices) { rows[$0].cell.asset }
        let followed = study.limits.contains { $0.behaviour != nil } ? FollowedCells(behaviours) : FollowedCells([])
        limits = study.limits.flatMap { limit in
            let places = limit.cells.asset.map { ofAsset[$0] ?? [] } ?? Array(rows.indices)
            let checks =
                limit.measure.isOfHistory
                ? historyChecks(limit)
                : limit.measure.ledgerFigure.map { ledgerChecks(limit, $0) }
                    ?? cellChecks(limit, among: places, failed: failed, earlier: earlier, followed)
            let isAnswered = checks.contains { $0.outcome != .noValue }
            return checks.map { $0.judged(besideAnswers: isAnswered) }
        }
        addTogether()
    }

    private func historyChecks(_ limit: StudyLimit) -> [LimitCheck] {
        study.inputs.filter { limit.cells.asset == nil || limit.cells.asset == $0.asset }.map { input in
            limit.check(input.asset, assets.first { $0.asset == input.asset }, at: circumstances.started)
        }
    }

    private func cellChecks(
        _ limit: StudyLimit, among places: [Int], failed: Set<String>, earlier: EarlierValues, _ followed: FollowedCells
    ) -> [LimitCheck] {
        let checks = places.filter { limit.cells.matches(rows[$0].cell) }.map { place in
            let row = rows[place]
            if let name = limit.behaviour {
                return limit.check(row, followed[row.cell, name], isFailed: failed.contains(row.cell.asset))
            }
            let isOwedByTerms = limit.measure == .owed && !mayOwe(row.cell)
            var check = limit.check(
                row, confidence: study.statistics.confidence, earlier: earlier, isCertain: isOwedByTerms)
            guard check.outcome == .noValue else { return check }
            let isFailed = failed.contains(row.cell.asset)
            check.absence = isFailed ? .failedJob : row.estimate.absence(of: limit.measure, value: check.value)
            return check
        }
        return limit.monitor.map { monitored(checks, $0, earlier: earlier) } ?? checks
    }

    private func mayOwe(_ cell: StudyCell) -> Bool {
        study.platforms.first { $0.name == cell.platform }.map(study.mayOwe) ?? true
    }
}

/// What was found of cells under behaviours, by name.
private struct FollowedCells {
    private struct Key: Hashable {
        let cell: CellKey
        let behaviour: String
    }

    private let estimates: [Key: BehaviourEstimate]

    /// Of a behaviour in both orders the first counts, which takes levels against the position first.
    init(_ results: [BehaviourResult]) {
        estimates = Dictionary(
            results.filter { !$0.isHodl }.map { (Key(cell: $0.cell.key, behaviour: $0.behaviour), $0.estimate) },
            uniquingKeysWith: { first, _ in first })
    }

    subscript(cell: StudyCell, behaviour: String) -> BehaviourEstimate? {
        estimates[Key(cell: cell.key, behaviour: behaviour)]
    }
}

extension StudyLimit {
    /// Holds a figure of a behaviour against the limit.
    fileprivate func check(_ row: ResultRow, _ estimate: BehaviourEstimate?, isFailed: Bool) -> LimitCheck {
        let value = estimate?.knownValue(measure)
        var check = LimitCheck(
            limit: self, asset: row.cell.asset, cell: row.cell, value: value,
            interval: value != nil && hasInterval ? estimate?.negativeInterval : nil, earlierRuns: 0, outcome: .noValue)
        check.isCertain = row.estimate.status == .impossible && estimate?.negative == 0
        check.judge()
        guard check.outcome == .noValue else { return check }
        check.absence =
            isFailed
            ? .failedJob
            : value != nil
                ? .noInterval
                : estimate.map { $0.entries > 0 ? .notComputed : $0.rejected > 0 ? .rejected : .noEntries }
                    ?? .notFollowed
        return check
    }

    /// The age of a bar is counted from its close: until then it was not old.
    fileprivate func check(_ name: String, _ asset: AssetReport?, at now: UTCInstant) -> LimitCheck {
        let value = asset.map {
            measure == .historyBars ? Double($0.bars) : (now - ($0.last + $0.barLength)).inHours
        }
        var check = LimitCheck(limit: self, asset: name, value: value, earlierRuns: 0, outcome: .noValue)
        check.hold(value)
        if value == nil { check.absence = .failedJob }
        return check
    }

    fileprivate func check(
        _ row: ResultRow, confidence: Double, earlier: EarlierValues, isCertain: Bool
    ) -> LimitCheck {
        let value = row.estimate.knownValue(measure)
        let interval = value == nil ? nil : row.estimate.share(measure, confidence: confidence)?.interval
        var check = LimitCheck(
            limit: self, asset: row.cell.asset, cell: row.cell, value: value,
            interval: interval?.ends, earlierRuns: 0, outcome: .noValue)
        check.isCertain = interval == nil && (isCertain || row.estimate.status == .impossible)
        if case .drift(let drift) = form {
            check.hold(drift, earlier: earlier.last(drift.runs, of: measure, in: row.cell))
        } else {
            check.judge()
        }
        return check
    }
}

extension LimitCheck {
    /// Compares a largest or smallest value with what was measured.
    fileprivate mutating func hold(_ measured: Double?) {
        switch limit.form {
        case .max(let most):
            threshold = most
            outcome = measured.map { $0 > most ? .breach : .met } ?? .noValue
        case .min(let least):
            threshold = least
            outcome = measured.map { $0 < least ? .breach : .met } ?? .noValue
        case .drift: break
        }
    }

    /// Holds the figure or its interval against the limit. An estimate without an interval is not shown to be within anything.
    mutating func judge() {
        hold(held)
        guard outcome == .met, limit.mayBeNotShown, !isCertain else { return }
        if let interval { hold(interval) } else { outcome = .notShown }
    }

    /// Whether the whole interval is within a limit that is not breached.
    fileprivate mutating func hold(_ interval: Interval) {
        let isShown =
            switch limit.form {
            case .max(let most): interval.high <= most
            case .min(let least): interval.low >= least
            case .drift: true
            }
        if !isShown { outcome = .notShown }
    }

    /// Compares the distance from the median of earlier values, which does not follow one odd night, or from the last of them.
    fileprivate mutating func hold(_ drift: StudyLimit.Drift, earlier: [Double]) {
        earlierRuns = earlier.count
        var fewest = StudyLimit.Drift.fewestRuns
        switch drift.change {
        case .absolute(let change): threshold = change
        case .halfWidths(let widths):
            // What cannot happen does not move: its interval has no width.
            threshold = interval.map { widths * ($0.high - $0.low) / 2 } ?? (isCertain ? 0 : nil)
        case .nightMoves(let moves):
            fewest = StudyLimit.Drift.fewestRunsOfMoves
            threshold = earlier.count < fewest ? nil : moves * usualMove(earlier)
        }
        guard let value else { return }
        guard earlier.count >= fewest else {
            if threshold != nil || fewest > StudyLimit.Drift.fewestRuns { outcome = .noHistory }
            return
        }
        guard let threshold else { return }
        let from = fewest > StudyLimit.Drift.fewestRuns ? earlier[0] : median(earlier)
        baseline = from
        outcome = abs(value - from) > threshold ? .breach : .met
    }
}

/// The size of a usual move from one value to the next: 1.4826 times the median of those that are not 0, which is the standard
/// deviation of normal moves, and 0 where nothing ever moved. A night of old data moves nothing and says nothing.
///
/// - Parameter values: newest first.
private func usualMove(_ values: [Double]) -> Double {
    let moves = zip(values, values.dropFirst()).map { abs($0 - $1) }.filter { $0 > 0 }
    return moves.isEmpty ? 0 : 1.4826 * median(moves)
}

/// The middle value, or the mean of the two in the middle; of at least one.
private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
