import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension LimitCheck {

    /// `TWO long 10× 1 d on typical: below zero has no value, as no entry has a whole window`.
    public var absenceWords: String {
        plainText(
            "\(cell?.placeWords ?? visibleText(asset)): \(columnSubject) has no value, as \((absence ?? .noEntries).words)"
                + (absenceDetail.isEmpty ? "" : "; " + absenceDetail))
    }

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
    /// Limits that nothing is known of though the study wants them met, without those of failed jobs, which have their own
    /// words.
    public var unknownLimits: [LimitCheck] { limits.filter { $0.isUnknown && $0.absence != .failedJob } }

    /// Whether the headline has no data though the study wants it to have some, and its job did not fail.
    public var isHeadlineUnknown: Bool {
        guard study.headlineOnNoValue == .fail, headlineFailure == nil, let row = headlineRow else { return false }
        return row.estimate.status == .noData
    }

    /// What nothing is known of, in one sentence without a full stop; nil when there is no such thing.
    public var unknownWords: String? {
        let unknown = unknownLimits
        let headline = isHeadlineUnknown ? headlineAbsenceWords : nil
        guard let first = headline ?? unknown.first?.absenceWords else { return nil }
        let more = unknown.count - (headline == nil ? 1 : 0)
        return more > 0
            ? "\(first); \(counted(more, "limit", "limits")) \(headline == nil ? "more " : "")without a value" : first
    }

    /// `the headline TWO long 10× 1 d on typical has no data: no entry has a whole window`; nil without a headline.
    public var headlineAbsenceWords: String? {
        guard let cell = headlineRow?.cell else { return nil }
        let fit = historyFit(of: cell).map { "; " + $0.words } ?? ""
        return plainText("the headline \(cell.placeWords) has no data: no entry has a whole window\(fit)")
    }
}
