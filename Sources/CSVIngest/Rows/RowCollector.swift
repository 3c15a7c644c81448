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

/// A bound that was passed, and where that can be told.
struct Overflow {
    var why: String
    var line: Int?

    /// The same with a line that was counted from further up.
    func moved(down lines: Int) -> Overflow { Overflow(why: why, line: line.map { $0 + lines }) }
}

/// The rows of a file so far: slices added in file order.
struct RowCollector {
    private(set) var columns = BarColumns()
    private(set) var rejects: RowRejects
    /// Data rows, the rejected ones included.
    private(set) var rowCount = 0
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    private(set) var formCounts = [Int](repeating: 0, count: TimeForm.allCases.count)
    /// What single columns have shown.
    private(set) var oddities = RowOddities()
    /// Bars of trades or quotes, when the rows are such.
    private(set) var ticks: TickBars?
    /// Why no more rows are wanted.
    private(set) var overflow: Overflow?
    /// How far the text has been read, when it is known how far it goes.
    var progress: (bytes: Int, total: Int)?
    private let kinds: BarColumns.Kinds

    init(_ task: SliceTask) {
        kinds = task.kinds
        ticks = task.layout.tickLength.map { TickBars(length: $0) }
        rejects = RowRejects(layout: task.layout, file: task.name, limit: task.rejectLimit)
    }

    /// Adds the rows of a sink whose lines were counted from `lineOffset`, and empties it.
    mutating func take(_ sink: inout RowSink, lineOffset: Int = 0) {
        guard overflow == nil else { return }
        if ticks == nil {
            makeRoom(sink.rows.count)
            columns.append(sink.rows, lines: sink.lines, lineOffset: lineOffset, kinds: kinds)
        } else {
            aggregate(sink.rows, sink.lines, lineOffset: lineOffset)
        }
        oddities.append(sink.oddities, lineOffset: lineOffset)
        rejects.append(sink.rejects, lineOffset: lineOffset)
        rowCount += sink.rowCount
        for form in formCounts.indices { formCounts[form] += sink.formCounts[form] }
        if oddities.symbols.count > mostMarkets {
            overflow = Overflow(why: "it has more than \(spacedCount(mostMarkets)) markets")
            return sink.removeAll()
        }
        if let ticks, ticks.bars.count > TickBars.mostBars {
            overflow = Overflow(why: "it makes more than \(spacedCount(TickBars.mostBars)) bars; longer bars are fewer")
            return sink.removeAll()
        }
        // The sink's rows come before whatever stopped it, so that the bound on rows was passed first.
        overflow =
            columns.count >= BarColumns.mostRows
            ? Overflow(why: "it has more than \(BarColumns.mostRows) rows") : sink.overflow?.moved(down: lineOffset)
        sink.removeAll()
    }

    /// Puts single prices into their bars; the rows themselves are not kept.
    private mutating func aggregate(_ rows: borrowing RowBuffer, _ lines: LineNumbers, lineOffset: Int) {
        let hasSize = kinds.contains(.volume)
        for row in 0..<rows.count {
            let size = hasSize && rows.volume[row].isFinite ? rows.volume[row] : 0
            ticks?.add(time: rows.time[row], price: rows.close[row], size: size, line: lines[row] + lineOffset)
        }
    }

    /// Makes room for the rows of a text of `total` bytes, judging by those that the first `bytes` of them gave.
    ///
    /// Only when the room is used up, since moving the columns costs as much as filling them; and with a quarter to spare,
    /// which costs nothing while it is not touched.
    private mutating func makeRoom(_ rows: Int) {
        let count = columns.count + rows
        guard count > columns.time.capacity, let progress, progress.bytes > 0 else { return }
        let estimate = Double(count) / Double(progress.bytes) * Double(progress.total) * 1.25
        if estimate < Double(BarColumns.mostRows) { columns.reserve(max(count, Int(estimate)), kinds: kinds) }
    }

    /// Gives up the columns; those of a price-only file are completed.
    mutating func takeColumns() -> BarColumns {
        var result = BarColumns()
        swap(&result, &columns)
        if ticks != nil { return result }
        if !kinds.contains(.bars) {
            (result.open, result.high, result.low) = (result.close, result.close, result.close)
        }
        return result
    }
}
