import StressBasics
import StressResults
import StudyPlan

extension RunReport {
    /// `TWO long 10× 1 d on typical: below zero has no value, as no entry has a whole window`.
    public func absenceWords(_ check: LimitCheck) -> String {
        let place = check.cell?.placeWords ?? check.ledgerPlaceWords ?? visibleText(check.asset)
        let fit = check.absence == .noEntries ? check.cell.flatMap(historyFit(of:)).map { "; " + $0.words } : nil
        return plainText(
            "\(place): \(check.columnSubject) has no value, as \((check.absence ?? .noEntries).words)\(fit ?? "")")
    }

    /// What nothing is known of, in one sentence without a full stop; nil when there is no such thing.
    public var unknownWords: String? {
        let unknown = unknownLimits
        let headline = isHeadlineUnknown ? headlineAbsenceWords : nil
        guard let first = headline ?? unknown.first.map(absenceWords) else { return nil }
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
