import PriceSeries
import StressBasics

/// The rows of files beside the prices, in order and one for each time, with what was found on the way.
struct StampedRows {
    /// At least one, without their rows.
    var files: [FileRows]
    var rows: AssembledRows

    var columns: BarColumns { rows.columns }

    /// Rows that could be read, the repeated ones included.
    private var readCount: Int { columns.count + rows.duplicates.count + rows.conflicts.count }

    /// Reads files as price files are read, then applies `change` to each time, sorts and drops repeated times.
    init(
        _ places: [InputPlace], task: ReadingTask, options: IngestOptions, change: (Int64) -> Int64 = { $0 }
    ) throws(IngestError) {
        files = []
        var origins = RowOrigins()
        var columns = BarColumns()
        for place in places {
            let place = try place.single()
            var file = try ingestFile(place, task: task, options: options)
            origins.add(place.name, firstRow: columns.count)
            columns.append(file.columns)
            file.columns = BarColumns()
            files.append(file)
        }
        guard let first = files.first?.file.name else { throw noFiles }
        for row in columns.time.indices { columns.time[row] = change(columns.time[row]) }
        let isInCalendar = columns.time.allSatisfy(BarSeries.validTimes.contains)
        guard isInCalendar else {
            throw IngestError(
                .malformed, "cannot use the times", why: "with offset and shift they leave the years 1 to 9999",
                at: SourceLocation(file: first))
        }
        rows = assemble(columns, origins: origins)
    }

    /// All findings: `own` after the summaries that every such file has, named after `kind`; single rows last.
    func findings(_ kind: String, own: [Finding], utcOffset: TimeSpan) -> [Finding] {
        let ofFiles = files.flatMap(\.findings)
        let badRows = ofFiles.filter(\.isDetail)
        let notes = ofFiles.filter { !$0.isDetail } + timeNotes(files, utcOffset)
        var order = rows.order
        order.check = "\(kind)_order"
        let summaries = [
            droppedRows(badRows, of: files.reduce(0) { $0 + $1.file.rowCount }), order,
            duplicates("\(kind)_duplicates"),
        ]
        return summaries + own + notes + inFileOrder(badRows + rows.conflictDetails, files: files.map(\.file.name))
    }

    /// Both kinds of repeated rows in one summary: a rate or a margin is too little to tell slips from corrections.
    private func duplicates(_ check: String) -> Finding {
        let (same, other) = (rows.duplicates, rows.conflicts)
        let count = same.count + other.count
        let first = other.count > 0 ? other : same
        let share = count == 0 ? "" : " (\(percentText(Double(count) / Double(readCount))))"
        let differing = other.count == 0 ? "" : ", \(spacedCount(other.count)) of them with another value"
        return Finding(
            check: check, severity: other.count > 0 ? .warning : count > 0 ? .note : .pass,
            message: "\(spacedCount(count)) of \(counted(readCount, "row")) repeat a time\(share)\(differing)",
            count: count, location: first.location, time: first.time,
            action: count == 0 ? "" : "last row in file order kept")
    }
}
