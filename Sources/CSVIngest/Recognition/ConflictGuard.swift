import PriceSeries
import StressBasics

/// The refusal of a file in which many rows repeat a time with other prices, for whatever reason: of such rows the last would
/// win, and which market, bar or hour that is nobody knows. Nil where few do, and where the user says what becomes of them.
func conflictingRows(_ rows: AssembledRows, files: [FileRows], source: BarSource) -> IngestError? {
    guard SourcePolicies(source)[.conflictingDuplicates] == nil, source.kind != .price else { return nil }
    for (file, found) in zip(files, rows.conflictsInFiles) {
        guard found.count >= leastConflicts, found.count * MarketColumn.tolerated > file.columnCount else { continue }
        let isMorning = isMorning(rows.columns.time)
        let share = percentText(Double(found.count) / Double(file.columnCount))
        return IngestError(
            .notRecognised, "cannot read rows of one time as one series",
            why:
                "\(spacedCount(found.count)) of \(counted(file.columnCount, "row")) repeat a time with different prices "
                + "(\(share))",
            notes: [
                isMorning
                    ? "no time is later than 12:59: this may be a 12-hour clock without am and pm"
                    : "these may be several markets, several lengths of bars, or a 12-hour clock without am and pm"
            ], at: SourceLocation(file: file.file.name, line: found.line),
            hint: (isMorning ? "fetch the times with am and pm" : "write the rows of each to a file of their own")
                + ", or policy: {conflicting_duplicates: keep} reads the last "
                + "row of each time (--policy conflicting_duplicates=keep)")
    }
    return nil
}

/// Fewer rows are the odd double that every archive has.
private let leastConflicts = 10

/// Whether no hour is after noon's, as on a clock of twelve hours, and not all are midnight, as of days.
private func isMorning(_ time: [Int64]) -> Bool {
    let (hour, day): (Int64, Int64) = (3_600_000, 86_400_000)
    let ofDay = time.lazy.map { (($0 % day) + day) % day }
    return !ofDay.contains { $0 >= 13 * hour } && ofDay.contains { $0 != 0 }
}
