import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads one slice of a file after the other: text that begins with a row and has no quotes, so that each of its line
/// feeds ends a row or an empty line.
///
/// Lines are counted from 1 in each slice; whoever puts the slices together knows where each began.
struct SliceReader: ~Copyable {
    private var parser: CSVParser
    private let sink: UnsafeMutablePointer<RowSink>
    private let cutter: LineCutter
    private let width: Int
    /// Lines that were cut, each with a line feed, on their way to the parser.
    private let gathered: ByteBuffer
    /// Why the slice was not read to its end, with lines and bytes counted from its start.
    private(set) var failure: CSVParser.Failure?

    /// Small enough to stay in the nearest cache.
    private static let gatheredBytes = 1 << 14

    init(_ task: SliceTask) {
        parser = CSVParser(delimiter: task.layout.delimiter)
        sink = .allocate(capacity: 1)
        sink.initialize(to: RowSink(task, skippedRows: 0, cursor: parser.cursor))
        cutter = LineCutter(task.layout)
        width = task.layout.width
        gathered = ByteBuffer(count: SliceReader.gatheredBytes)
    }

    deinit {
        sink.deinitialize(count: 1)
        sink.deallocate()
    }

    /// Physical lines of the slice.
    var lineCount: Int { parser.nextLine - 1 }

    /// Moves the rows of the slice to `collector`.
    mutating func deliver(to collector: inout RowCollector, lineOffset: Int) {
        collector.take(&sink.pointee, lineOffset: lineOffset)
    }

    /// Reads a slice. `isLast` says that the input ends with it, perhaps without a line end. Behind the text there must
    /// be ``LineCutter/padding`` readable bytes.
    /// `hasReturns` says that there may be a CR somewhere.
    mutating func read(_ text: UnsafeBufferPointer<UInt8>, hasReturns: Bool, isLast: Bool) {
        parser.restart(line: 1, consumed: 0)
        failure = nil
        do {
            try parse(text, hasReturns)
            if isLast { try parser.finish(rowSinkCallbacks(sink)) }
        } catch {
            failure = error
        }
    }

    private mutating func parse(_ text: UnsafeBufferPointer<UInt8>, _ hasReturns: Bool) throws(CSVParser.Failure) {
        guard var start = text.baseAddress else { return }
        let stop = start + text.count
        // Lines gathered, bytes they have after the cut, and bytes of the input they were.
        var (rows, filled, taken) = (0, 0, 0)
        let room = SliceReader.gatheredBytes - LineCutter.longestLine - 1
        while start < stop, !parser.cursor.pointee.isStopped {
            let found = memchr(start, Int32(Ascii.lineFeed), stop - start)
            let end = found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? stop
            let next = end == stop ? stop : end + 1
            if end < stop, let count = cutter.cut(start, end, hasReturns: hasReturns) {
                UnsafeMutableRawPointer(gathered.base + filled).copyMemory(from: start, byteCount: count)
                gathered.base[filled &+ count] = Ascii.lineFeed
                (rows, filled, taken) = (rows &+ 1, filled &+ count &+ 1, taken &+ (next - start))
                if filled > room { try flush(&rows, &filled, &taken) }
            } else {
                try flush(&rows, &filled, &taken)
                try parser.feed(UnsafeBufferPointer(start: start, count: next - start), to: rowSinkCallbacks(sink))
            }
            start = next
        }
        try flush(&rows, &filled, &taken)
    }

    @inline(__always)
    private mutating func flush(_ rows: inout Int, _ filled: inout Int, _ taken: inout Int) throws(CSVParser.Failure) {
        guard rows > 0 else { return }
        (sink.pointee.width, sink.pointee.lineStep) = (cutter.fields, 1)
        try parser.feedRows(
            UnsafeBufferPointer(start: gathered.base, count: filled), count: rows, bytes: taken,
            to: rowSinkCallbacks(sink))
        (sink.pointee.width, sink.pointee.lineStep) = (width, 0)
        (rows, filled, taken) = (0, 0, 0)
    }
}
