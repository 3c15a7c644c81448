import CLibCSV
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the parser tells its callbacks beside the fields, and what they tell the parser.
struct RowCursor {
    /// The 1-based physical line on which the current row begins.
    var line = 1
    /// Set by a callback that wants no more rows. libcsv cannot be stopped from within a callback, so the parser looks
    /// at it after each physical line.
    var isStopped = false
}

/// What a callback can do with one field or row; `data` is the pointer given to ``CSVParser/feed(_:to:)``.
struct RowCallbacks {
    /// Called with the bytes of a field, which are valid during the call only.
    let field: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void
    /// Called at the end of a row.
    let row: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void
    /// Passed to both.
    let data: UnsafeMutableRawPointer
}

/// libcsv in strict mode, fed one physical line at a time so that every row knows its line.
///
/// libcsv reports neither lines nor offsets and skips blank lines, so the lines are counted here: LF, CR LF and a lone CR
/// each end one, also inside quotes, which is how editors count. Handing over single lines costs about 10 ns a line,
/// and makes the result independent of how the text was cut into pieces.
struct CSVParser: ~Copyable {
    /// Shared with the callbacks' context; lives as long as the parser.
    let cursor: UnsafeMutablePointer<RowCursor>
    private let parser: UnsafeMutablePointer<csv_parser>
    /// The physical line of the next byte, but for a line feed after a lone CR.
    private var line = 1
    private var lastWasCR = false
    /// Bytes taken so far.
    private(set) var consumed = 0

    /// The longest field: libcsv itself has no bound and would keep a whole file as one field after a stray quote.
    static let longestField = 1 << 16

    /// What libcsv could not parse.
    struct Failure: Error {
        /// The line on which the row begins.
        var rowLine: Int
        /// The line on which parsing stopped.
        var line: Int
        /// Bytes of text before the place.
        var byte: Int
        /// Says what is wrong.
        var why: String

        /// Counts lines and bytes from further up.
        mutating func move(lines: Int, bytes: Int) {
            rowLine += lines
            line += lines
            byte += bytes
        }
    }

    init(delimiter: UInt8 = Ascii.comma) {
        cursor = .allocate(capacity: 1)
        cursor.initialize(to: RowCursor())
        parser = .allocate(capacity: 1)
        parser.initialize(to: csv_parser())
        // Fails only for a null pointer.
        csv_init(parser, UInt8(CSV_STRICT | CSV_STRICT_FINI))
        csv_set_delim(parser, delimiter)
        csv_set_blk_size(parser, 4096)
        csv_set_realloc_func(parser) { $1 > CSVParser.longestField ? nil : realloc($0, $1) }
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
        cursor.deallocate()
    }

    /// Begins a new text between two rows, whose first byte has this line and this place.
    mutating func restart(line: Int, consumed: Int) {
        (self.line, self.consumed, lastWasCR) = (line, consumed, false)
        cursor.pointee = RowCursor(line: line)
    }

    /// The line of the next byte, when that is no line feed.
    var nextLine: Int { lastWasCR ? line + 1 : line }

    /// Parses the next piece of text, until a callback has stopped the parser.
    mutating func feed(_ text: UnsafeBufferPointer<UInt8>, to callbacks: RowCallbacks) throws(Failure) {
        guard var start = text.baseAddress else { return }
        let end = start + text.count
        // One past the next LF, looked for once: files with lone CRs would otherwise be searched to the end for each.
        var afterFeed = start
        while start < end, !cursor.pointee.isStopped {
            beginLine(first: start.pointee)
            if afterFeed <= start { afterFeed = CSVParser.find(Ascii.lineFeed, start, end).map { $0 + 1 } ?? end }
            let stop = CSVParser.endOfLine(start, afterFeed)
            try parse(start, count: stop - start, callbacks)
            start = stop
        }
    }

    /// Ends the text: delivers a last row that has no line end.
    mutating func finish(_ callbacks: RowCallbacks) throws(Failure) {
        if cursor.pointee.isStopped { return }
        guard csv_fini(parser, callbacks.field, callbacks.row, callbacks.data) == 0 else {
            throw failure(at: consumed)
        }
    }

    /// Parses `count` rows of text that have one line each and no quotes, cut down from `bytes` bytes of the input.
    ///
    /// The callbacks count the lines from ``RowCursor/line`` on.
    mutating func feedRows(
        _ text: UnsafeBufferPointer<UInt8>, count: Int, bytes: Int, to callbacks: RowCallbacks
    ) throws(Failure) {
        cursor.pointee.line = line
        let done = csv_parse(parser, text.baseAddress, text.count, callbacks.field, callbacks.row, callbacks.data)
        guard done == text.count else { throw failure(at: consumed) }
        line &+= count
        consumed &+= bytes
    }

    @inline(__always)
    private mutating func beginLine(first: UInt8) {
        if lastWasCR {
            if first != Ascii.lineFeed { line &+= 1 }
            lastWasCR = false
        }
        // State 0 is "no row begun": the row that starts here starts on this line.
        if parser.pointee.pstate == 0 { cursor.pointee.line = line }
    }

    @inline(__always)
    private mutating func parse(
        _ start: UnsafePointer<UInt8>, count: Int, _ callbacks: RowCallbacks
    ) throws(Failure) {
        let done = csv_parse(parser, start, count, callbacks.field, callbacks.row, callbacks.data)
        guard done == count else {
            // Nobody wants the rest of a row that has too many fields.
            if cursor.pointee.isStopped { return }
            throw failure(at: consumed &+ done)
        }
        consumed &+= count
        let last = start[count &- 1]
        if last == Ascii.lineFeed { line &+= 1 }
        lastWasCR = last == Ascii.carriageReturn
    }

    /// One past the LF, CR LF or lone CR that ends the line, or `stop`, which is one past the next LF or the end.
    @inline(__always)
    private static func endOfLine(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        guard let found = find(Ascii.carriageReturn, start, stop) else { return stop }
        let isPair = found + 1 < stop && found[1] == Ascii.lineFeed
        return isPair ? stop : found + 1
    }

    @inline(__always)
    private static func find(
        _ byte: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        memchr(start, Int32(byte), end - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
    }

    private func failure(at byte: Int) -> Failure {
        // The codes must be read before csv_fini, which resets them.
        let why =
            switch csv_error(parser) {
            case CSV_ENOMEM, CSV_ETOOBIG: "a field is longer than 64 KiB; is a quote left open?"
            default: "a quote is left open, or stands where none may be"
            }
        return Failure(rowLine: cursor.pointee.line, line: line, byte: byte, why: why)
    }
}
