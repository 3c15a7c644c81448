import PriceSeries
import StressBasics

/// Where a row was: files are read one after the other, so the row number tells the file.
struct RowOrigins {
    /// File names and the number of the first kept row of each, ascending.
    private var starts: [(name: String, row: Int)] = []

    mutating func add(_ name: String, firstRow: Int) {
        starts.append((name, firstRow))
    }

    /// The files, in the order in which they were read, and the number of the first row of each.
    var files: [String] { starts.map(\.name) }
    var firstRows: [Int] { starts.map(\.row) }

    /// Which of ``files`` a row is of. O(log files).
    func fileIndex(_ row: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle].row <= row { low = middle } else { high = middle }
        }
        return low
    }

    /// The file of a row.
    func file(_ row: Int) -> String {
        starts.last { $0.row <= row }?.name ?? ""
    }
}

/// The rows of all files, sorted and with one row for each time, and what was found on the way.
struct AssembledRows {
    /// Ascending, one row for each time; without lines where ``origin`` says that rows were moved.
    var columns: BarColumns
    /// Whether bars were made of trades or quotes.
    var isOfTicks = false
    /// The line of every kept row, in the order of the input.
    var lines: LineNumbers
    /// For each row of ``columns`` its number among all kept rows; nil when nothing was moved or dropped.
    var origin: [Int32]?
    var origins: RowOrigins
    var order: Finding
    var duplicates: Finding
    var conflicts: Finding
    /// Single pairs of rows that disagree.
    var conflictDetails: [Finding] = []
    /// Times at which rows disagree, ascending.
    var conflictTimes: [Int64] = []
    /// Up to 200 pairs of lines of one file that disagree, spread over all of them.
    var conflictPairs: [(file: String, dropped: Int, kept: Int)] = []
    /// For each file the rows that disagree with a later row of the same file, and the line of the first.
    var conflictsInFiles: [(count: Int, line: Int?)] = []

    /// The place of a bar, in the file it came from.
    func location(_ bar: Int) -> SourceLocation {
        let row = origin.map { Int($0[bar]) } ?? bar
        return SourceLocation(file: origins.file(row), line: lines[row])
    }
}

/// How many single bars, gaps or pairs a check lists.
let mostDetails = 20

/// Sorts the rows by time, the earlier row of the input first among equals, and keeps the last of each time.
///
/// O(rows log rows); O(rows) when they are in order.
func assemble(_ columns: BarColumns, origins: RowOrigins) -> AssembledRows {
    let (backward, repeated) = steps(columns.time)
    let order = orderFinding(columns, origins, backward: backward)
    if backward == 0, repeated == 0 {
        return DuplicateScan(distinct: columns, origins).assembled(order: order, isMoved: false)
    }
    var sorted = Array(0..<Int32(columns.count))
    if backward > 0 {
        columns.time.withUnsafeBufferPointer { time in
            sorted.sort { (time[Int($0)], $0) < (time[Int($1)], $1) }
        }
    }
    return DuplicateScan(columns, origins, sorted).assembled(order: order, isMoved: backward > 0)
}

/// How many rows are earlier than the row before, and how many have the same time.
private func steps(_ time: [Int64]) -> (backward: Int, repeated: Int) {
    time.withUnsafeBufferPointer { time in
        var (backward, repeated) = (0, 0)
        for row in 1..<max(1, time.count) {
            backward &+= time[row] < time[row &- 1] ? 1 : 0
            repeated &+= time[row] == time[row &- 1] ? 1 : 0
        }
        return (backward, repeated)
    }
}

private func orderFinding(_ columns: BarColumns, _ origins: RowOrigins, backward: Int) -> Finding {
    let total = max(0, columns.count - 1)
    guard backward > 0, let first = (1..<columns.count).first(where: { columns.time[$0] < columns.time[$0 - 1] })
    else {
        return Finding(
            check: "time_order", severity: .pass, message: "rows are in ascending order of time", count: 0)
    }
    let isReversed = !zip(columns.time, columns.time.dropFirst()).contains { $0 < $1 }
    let message =
        isReversed
        ? "rows are newest first"
        : "\(spacedCount(backward)) of \(counted(total, "row")) are earlier than the row before "
            + "(\(percentText(Double(backward) / Double(total))))"
    return Finding(
        check: "time_order", severity: isReversed ? .note : .warning, message: message, count: backward,
        location: SourceLocation(file: origins.file(first), line: columns.line[first]),
        time: UTCInstant(milliseconds: columns.time[first]), action: "sorted")
}

/// Walks sorted rows and finds those that share a time.
private struct DuplicateScan {
    private let columns: BarColumns
    private let origins: RowOrigins
    private let sorted: [Int32]
    /// The rows to keep, in the order of their times; nil for all as they are.
    private var kept: [Int32]?
    /// Dropped rows with the row that was kept for their time.
    private var identical: [(dropped: Int32, kept: Int32)] = []
    private var conflicting: [(dropped: Int32, kept: Int32)] = []

    init(_ columns: BarColumns, _ origins: RowOrigins, _ sorted: [Int32]) {
        (self.columns, self.origins, self.sorted) = (columns, origins, sorted)
        var kept: [Int32] = []
        kept.reserveCapacity(sorted.count)
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, columns.time[Int(sorted[end])] == columns.time[Int(sorted[start])] { end += 1 }
            kept.append(keepLast(start..<end))
            start = end
        }
        self.kept = kept
    }

    /// Rows that rise from one to the next have nothing to scan for.
    init(distinct columns: BarColumns, _ origins: RowOrigins) {
        (self.columns, self.origins, sorted) = (columns, origins, [])
    }

    private mutating func keepLast(_ run: Range<Int>) -> Int32 {
        let last = sorted[run.upperBound - 1]
        for dropped in sorted[run.dropLast()] {
            if columns.samePrices(Int(dropped), Int(last)) {
                identical.append((dropped, last))
            } else {
                conflicting.append((dropped, last))
            }
        }
        return last
    }

    func assembled(order: Finding, isMoved: Bool) -> AssembledRows {
        let picked = kept.flatMap { isMoved || $0.count < columns.count ? $0 : nil }
        return AssembledRows(
            columns: picked.map(columns.picked) ?? columns, lines: columns.line, origin: picked, origins: origins,
            order: order, duplicates: summary(identical, isConflict: false),
            conflicts: summary(conflicting, isConflict: true),
            conflictDetails: conflicting.prefix(mostDetails).map(detail),
            conflictTimes: conflicting.map { columns.time[Int($0.kept)] }, conflictPairs: pairs,
            conflictsInFiles: conflictsInFiles)
    }

    private var conflictsInFiles: [(count: Int, line: Int?)] {
        var found = [(count: Int, line: Int?)](repeating: (0, nil), count: origins.files.count)
        for pair in conflicting {
            let file = origins.fileIndex(Int(pair.dropped))
            guard file == origins.fileIndex(Int(pair.kept)) else { continue }
            found[file].count += 1
            if found[file].line == nil { found[file].line = columns.line[Int(pair.dropped)] }
        }
        return found
    }

    private var pairs: [(file: String, dropped: Int, kept: Int)] {
        stride(from: 0, to: conflicting.count, by: max(1, conflicting.count / 200)).compactMap { index in
            let (dropped, kept) = (Int(conflicting[index].dropped), Int(conflicting[index].kept))
            let file = origins.file(dropped)
            guard file == origins.file(kept) else { return nil }
            return (file, columns.line[dropped], columns.line[kept])
        }
    }

    private func summary(_ pairs: [(dropped: Int32, kept: Int32)], isConflict: Bool) -> Finding {
        let check = isConflict ? "conflicting_duplicates" : "duplicate_times"
        let what = isConflict ? "repeat a time with different prices" : "repeat a time with the same prices"
        let total = columns.count
        let share = pairs.isEmpty ? "" : " (\(percentText(Double(pairs.count) / Double(total))))"
        let worst = isConflict ? widestConflict.map { "; \($0)" } ?? "" : ""
        let first = pairs.first.map { Int($0.dropped) }
        return Finding(
            check: check, severity: pairs.isEmpty ? .pass : isConflict ? .warning : .note,
            message: "\(spacedCount(pairs.count)) of \(counted(total, "row")) \(what)\(share)\(worst)",
            count: pairs.count, location: first.map(location),
            time: first.map { UTCInstant(milliseconds: columns.time[$0]) },
            action: pairs.isEmpty ? "" : "last row in file order kept")
    }

    /// The pair whose closes differ most, in words.
    private var widestConflict: String? {
        func width(_ pair: (dropped: Int32, kept: Int32)) -> Double {
            abs(columns.close[Int(pair.dropped)] - columns.close[Int(pair.kept)])
        }
        guard let widest = conflicting.max(by: { width($0) < width($1) }), width(widest) > 0 else { return nil }
        let (old, new) = (columns.close[Int(widest.dropped)], columns.close[Int(widest.kept)])
        let time = UTCInstant(milliseconds: columns.time[Int(widest.kept)]).minuteText
        return "the closes differ most at \(time): \(numberText(old)) and \(numberText(new))"
    }

    private func location(_ row: Int) -> SourceLocation {
        SourceLocation(file: origins.file(row), line: columns.line[row])
    }

    private func detail(_ pair: (dropped: Int32, kept: Int32)) -> Finding {
        let (old, new) = (Int(pair.dropped), Int(pair.kept))
        let keptPlace = location(new)
        let keptText =
            (keptPlace.file == origins.file(old) ? "" : keptPlace.file + " ") + "line "
            + spacedCount(columns.line[new])
        return Finding(
            check: "conflicting_duplicate", severity: .note,
            message: "\(prices(old)) is replaced by \(prices(new)) of \(keptText)", location: location(old),
            time: UTCInstant(milliseconds: columns.time[old]), action: "last row in file order kept", isDetail: true)
    }

    private func prices(_ row: Int) -> String {
        let values = [columns.open[row], columns.high[row], columns.low[row], columns.close[row]]
        return Set(values).count == 1 ? numberText(values[3]) : values.map(numberText).joined(separator: "/")
    }
}
