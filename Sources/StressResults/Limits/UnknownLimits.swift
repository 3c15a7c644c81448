import StressStatistics
import StudyPlan

extension LimitCheck {
    /// The check with what its absence of a value makes of the run.
    ///
    /// That no entry was liquidated is known, and so is that the platform opens no such position, unless the limit speaks of
    /// nothing else: then it guards nothing.
    ///
    /// - Parameter isAnswered: whether the same limit has an outcome for another cell.
    func judged(besideAnswers isAnswered: Bool) -> LimitCheck {
        var check = self
        guard outcome == .noValue, limit.onNoValue == .fail else { return check }
        switch absence {
        case .notLiquidated: check.isUnknown = false
        case .rejected: check.isUnknown = !isAnswered
        default: check.isUnknown = true
        }
        return check
    }
}

extension CellEstimate {
    /// Why there is nothing to hold a limit on `measure` against.
    func absence(of measure: Measure, value: Double?) -> LimitCheck.Absence {
        if value != nil { return .noInterval }
        if windows.entries == 0 { return windows.rejected > 0 ? .rejected : .noEntries }
        return measure == .medianTimeToLiquidation ? .notLiquidated : .notComputed
    }
}

extension RunReport {
    /// Limits that have no value, for whatever reason: the rows of `limits.csv` with the status `no_value`. Whoever says how many
    /// there are counts these.
    public var limitsWithoutValue: [LimitCheck] { limits.filter { $0.outcome == .noValue } }

    /// Limits that nothing is known of though the study wants them met, without those of failed jobs, which have their own
    /// words.
    public var unknownLimits: [LimitCheck] { limits.filter { $0.isUnknown && $0.absence != .failedJob } }

    /// Whether the headline has no data though the study wants it to have some, and its job did not fail.
    public var isHeadlineUnknown: Bool {
        guard study.headlineOnNoValue == .fail, headlineFailure == nil, let row = headlineRow else { return false }
        return row.estimate.status == .noData
    }

    /// Why the headline's job failed; nil when it did not.
    public var headlineFailure: JobFailure? {
        study.headlineCell.flatMap { cell in failures.first { $0.asset == cell.asset } }
    }

    /// The result of the headline's cell; nil where the study has none.
    public var headlineRow: ResultRow? {
        study.headlineCell.flatMap { cell in rows.first { $0.cell == cell } }
    }
}
