import StressBasics

/// What every slice of a file is read by.
struct SliceTask: Sendable {
    let layout: Layout
    /// The file's name, for messages.
    let name: String
    /// East of UTC, for times that state no zone.
    let utcOffset: TimeSpan
    /// Bad rows listed one by one.
    let rejectLimit: Int

    /// What rows have beside a time and one price.
    var kinds: BarColumns.Kinds {
        var kinds: BarColumns.Kinds = layout.plan.volume == nil ? [] : .volume
        if case .bars = layout.plan.prices { kinds.insert(.bars) }
        return kinds
    }
}

/// The rows of a file so far: slices added in file order.
struct RowCollector {
    private(set) var columns = BarColumns()
    private(set) var rejects: RowRejects
    /// Data rows, the rejected ones included.
    private(set) var rowCount = 0
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    private(set) var formCounts = [Int](repeating: 0, count: TimeForm.allCases.count)
    /// Why no more rows are wanted.
    private(set) var overflow: String?
    private let kinds: BarColumns.Kinds

    init(_ task: SliceTask) {
        kinds = task.kinds
        rejects = RowRejects(layout: task.layout, file: task.name, limit: task.rejectLimit)
    }

    /// Adds the rows of a sink whose lines were counted from `lineOffset`, and empties it.
    mutating func take(_ sink: inout RowSink, lineOffset: Int = 0) {
        guard overflow == nil else { return }
        columns.append(sink.rows, lines: sink.lines, lineOffset: lineOffset, kinds: kinds)
        rejects.append(sink.rejects, lineOffset: lineOffset)
        rowCount += sink.rowCount
        for form in formCounts.indices { formCounts[form] += sink.formCounts[form] }
        // The sink's rows come before whatever stopped it, so that the bound on rows was passed first.
        overflow =
            columns.count >= BarColumns.mostRows ? "it has more than \(BarColumns.mostRows) rows" : sink.overflow
        sink.removeAll()
    }

    /// Makes room for the rows of a text of `total` bytes, of which the rows so far took `bytes`.
    mutating func reserve(bytes: Int, total: Int) {
        let (most, rows) = (BarColumns.mostRows, columns.count)
        guard rows > 0, bytes > 0, total > bytes else { return }
        let estimate = min(Double(most), Double(rows) / Double(bytes) * Double(total) * 1.01)
        columns.reserve(Int(estimate), kinds: kinds)
    }

    /// Gives up the columns; those of a price-only file are completed.
    mutating func takeColumns() -> BarColumns {
        var result = BarColumns()
        swap(&result, &columns)
        if !kinds.contains(.bars) {
            (result.open, result.high, result.low) = (result.close, result.close, result.close)
        }
        return result
    }
}
