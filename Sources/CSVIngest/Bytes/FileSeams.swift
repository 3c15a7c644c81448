import PriceSeries
import StressBasics

/// How the files of one series meet: check `file_seams`. Nil for a single file.
///
/// Files that share times overlap, and the shared rows agree or differ; files with more than 1.5 bars between them leave a
/// hole. O(rows).
func fileSeams(_ columns: BarColumns, _ origins: RowOrigins, barLength: TimeSpan?) -> Finding? {
    guard origins.files.count > 1 else { return nil }
    let parts = origins.parts(of: columns).sorted { ($0.first, $0.last) < ($1.first, $1.last) }
    guard parts.count > 1 else { return nil }
    var seams = Seams()
    for (before, after) in zip(parts, parts.dropFirst()) {
        seams.add(before, after, columns, barLength: barLength)
    }
    return seams.finding(files: parts.count)
}

/// What was seen where files meet.
private struct Seams {
    private var overlaps = 0
    private var holes = 0
    /// Rows of two files at once, by whether their prices are the same.
    private var (agreeing, differing) = (0, 0)
    /// The first overlap or hole.
    private var first: (words: String, place: SourceLocation)?

    /// Looks at two files, of which the second begins later.
    mutating func add(_ before: FilePart, _ after: FilePart, _ columns: BarColumns, barLength: TimeSpan?) {
        if after.first <= before.last {
            overlaps += 1
            let shared = sharedTimes(columns, before, after)
            agreeing += shared.agreeing
            differing += shared.differing
            note("\(after.name) begins before \(before.name) ends, \(instantText(after.first))", after)
        } else if let length = barLength?.milliseconds, after.first - before.last > length + length / 2 {
            holes += 1
            note(
                "between \(before.name) and \(after.name), \(instantText(before.last)) → \(instantText(after.first))",
                after)
        }
    }

    private mutating func note(_ words: String, _ part: FilePart) {
        first = first ?? (words, SourceLocation(file: part.name))
    }

    func finding(files count: Int) -> Finding {
        let files = "\(spacedCount(count)) files"
        guard let first else {
            return Finding(
                check: "file_seams", severity: .pass, message: "\(files) follow each other bar by bar", count: 0)
        }
        let rows =
            overlaps == 0
            ? "" : " (\(counted(agreeing, "shared row")) that agree, \(spacedCount(differing)) that differ)"
        return Finding(
            check: "file_seams", severity: holes > 0 || differing > 0 ? .warning : .note,
            message:
                "of \(files) \(spacedCount(overlaps)) overlap the one before\(rows) and \(spacedCount(holes)) leave a hole; "
                + "the first \(first.words)",
            count: overlaps + holes, location: first.place, action: "last file named wins")
    }
}

private func instantText(_ time: Int64) -> String { UTCInstant(milliseconds: time).minuteText }

/// Rows of two files that have the same time, by whether their prices are the same.
func sharedTimes(_ columns: BarColumns, _ a: FilePart, _ b: FilePart) -> (agreeing: Int, differing: Int) {
    var rows: [Int64: Int] = [:]
    for row in a.rows where columns.time[row] >= b.first { rows[columns.time[row]] = row }
    var (agreeing, differing) = (0, 0)
    for row in b.rows where columns.time[row] <= a.last {
        guard let other = rows[columns.time[row]] else { continue }
        if columns.samePrices(row, other) { agreeing += 1 } else { differing += 1 }
    }
    return (agreeing, differing)
}

/// The rows of one file among those of all.
struct FilePart {
    var name: String
    var rows: Range<Int>
    /// The earliest and the latest time.
    var first: Int64
    var last: Int64
}

extension RowOrigins {
    /// The parts that have rows, in the order in which they were read.
    func parts(of columns: BarColumns) -> [FilePart] {
        zip(files, firstRows + [columns.count]).enumerated().compactMap { index, file in
            let rows = file.1..<(index + 1 < firstRows.count ? firstRows[index + 1] : columns.count)
            guard let first = columns.time[rows].min(), let last = columns.time[rows].max() else { return nil }
            return FilePart(name: file.0, rows: rows, first: first, last: last)
        }
    }
}
