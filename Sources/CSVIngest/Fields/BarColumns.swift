/// Rows that could be read, as columns, with the physical line of each.
///
/// For a price-only file `open`, `high` and `low` stay empty while rows are added and are shared with `close` at the end.
struct BarColumns: Equatable {
    var time: [Int64] = []
    var open: [Double] = []
    var high: [Double] = []
    var low: [Double] = []
    var close: [Double] = []
    /// Empty when there is no volume column.
    var volume: [Double] = []
    /// 1-based physical line on which each row begins.
    var line = LineNumbers()

    var count: Int { time.count }

    /// The most rows: the rest of the program counts bars in 32 bits.
    static let mostRows = Int(Int32.max) - 1

    /// Adds the rows of the next file. A volume that only some files have is NaN in the others.
    mutating func append(_ other: BarColumns) {
        if count == 0 {
            // The usual case of one file copies nothing.
            self = other
            return
        }
        if volume.isEmpty != other.volume.isEmpty {
            if volume.isEmpty { volume = [Double](repeating: .nan, count: count) }
            volume += other.volume.isEmpty ? [Double](repeating: .nan, count: other.count) : other.volume
        } else {
            volume += other.volume
        }
        time += other.time
        open += other.open
        high += other.high
        low += other.low
        close += other.close
        line.append(other.line)
    }

    /// Adds rows that were just parsed, with their lines moved down by `lineOffset`.
    mutating func append(_ rows: borrowing RowBuffer, lines: LineNumbers, lineOffset: Int, kinds: Kinds) {
        time.append(contentsOf: UnsafeBufferPointer(start: rows.time, count: rows.count))
        close.append(contentsOf: UnsafeBufferPointer(start: rows.close, count: rows.count))
        if kinds.contains(.bars) {
            open.append(contentsOf: UnsafeBufferPointer(start: rows.open, count: rows.count))
            high.append(contentsOf: UnsafeBufferPointer(start: rows.high, count: rows.count))
            low.append(contentsOf: UnsafeBufferPointer(start: rows.low, count: rows.count))
        }
        if kinds.contains(.volume) {
            volume.append(contentsOf: UnsafeBufferPointer(start: rows.volume, count: rows.count))
        }
        line.append(lines, offset: lineOffset)
    }

    /// Makes room for `count` rows. Memory that is not written to is not taken from the machine.
    mutating func reserve(_ count: Int, kinds: Kinds) {
        time.reserveCapacity(count)
        close.reserveCapacity(count)
        if kinds.contains(.bars) {
            open.reserveCapacity(count)
            high.reserveCapacity(count)
            low.reserveCapacity(count)
        }
        if kinds.contains(.volume) { volume.reserveCapacity(count) }
        preferLargePages(&time)
        for column in [\BarColumns.open, \.high, \.low, \.close, \.volume] { preferLargePages(&self[keyPath: column]) }
    }

    /// What a file has beside a time and one price.
    struct Kinds: OptionSet {
        let rawValue: UInt8
        static let bars = Kinds(rawValue: 1)
        static let volume = Kinds(rawValue: 2)
    }

    /// The rows at `order`, in that order, without their lines.
    func picked(_ order: [Int32]) -> BarColumns {
        func pick<Value>(_ column: [Value]) -> [Value] { column.isEmpty ? [] : order.map { column[Int($0)] } }
        return BarColumns(
            time: pick(time), open: pick(open), high: pick(high), low: pick(low), close: pick(close),
            volume: pick(volume))
    }

    /// Whether two rows have the same four prices.
    func samePrices(_ a: Int, _ b: Int) -> Bool {
        open[a] == open[b] && high[a] == high[b] && low[a] == low[b] && close[a] == close[b]
    }
}
