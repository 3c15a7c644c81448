/// Rows in the making, in plain memory that grows: what the callbacks of the parser write to.
///
/// Arrays would check for shared storage at each of six appends a row.
struct RowBuffer: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private(set) var time: UnsafeMutablePointer<Int64>
    private(set) var open: UnsafeMutablePointer<Double>
    private(set) var high: UnsafeMutablePointer<Double>
    private(set) var low: UnsafeMutablePointer<Double>
    private(set) var close: UnsafeMutablePointer<Double>
    private(set) var volume: UnsafeMutablePointer<Double>

    /// Room for some hundred rows at first.
    init() {
        capacity = 512
        time = .allocate(capacity: capacity)
        open = .allocate(capacity: capacity)
        high = .allocate(capacity: capacity)
        low = .allocate(capacity: capacity)
        close = .allocate(capacity: capacity)
        volume = .allocate(capacity: capacity)
    }

    deinit {
        time.deallocate()
        for column in [open, high, low, close, volume] { column.deallocate() }
    }

    /// Adds one row. Amortised O(1).
    @inline(__always)
    mutating func append(_ milliseconds: Int64, _ prices: RowPrices) {
        if count == capacity { grow() }
        time[count] = milliseconds
        open[count] = prices.open
        high[count] = prices.high
        low[count] = prices.low
        close[count] = prices.close
        volume[count] = prices.volume
        count &+= 1
    }

    /// Forgets all rows and keeps the memory.
    mutating func removeAll() { count = 0 }

    private mutating func grow() {
        time = RowBuffer.moved(time, count)
        open = RowBuffer.moved(open, count)
        high = RowBuffer.moved(high, count)
        low = RowBuffer.moved(low, count)
        close = RowBuffer.moved(close, count)
        volume = RowBuffer.moved(volume, count)
        capacity *= 2
    }

    private static func moved<Value>(_ column: UnsafeMutablePointer<Value>, _ count: Int) -> UnsafeMutablePointer<Value>
    {
        let larger = UnsafeMutablePointer<Value>.allocate(capacity: count * 2)
        larger.moveInitialize(from: column, count: count)
        column.deallocate()
        return larger
    }
}

/// The numbers of one row; those that a file does not have stay 0.
struct RowPrices {
    var open = 0.0
    var high = 0.0
    var low = 0.0
    var close = 0.0
    var volume = 0.0
}
