#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Cuts lines down to the columns in use, so that libcsv need not walk through the others.
///
/// Only where the meaning is beyond doubt: a line without quotes has one field more than it has delimiters, so a line
/// with the right number of them is a row of the right width whatever its last fields say. Eight bytes are looked at a
/// time.
struct LineCutter {
    private let pattern: UInt64
    /// Delimiters of a row.
    private let delimiters: Int
    /// Fields to hand on: all up to the last one in use.
    let fields: Int

    /// Longer lines are left to the parser, which has bounds of its own. 255 words of 8 bytes: one byte of a sum.
    static let longestLine = 2040
    /// Bytes behind a text that may be looked at, though not used.
    static let padding = 8

    init(_ layout: Layout) {
        pattern = UInt64(layout.delimiter) &* 0x0101_0101_0101_0101
        // No line has that few: rows with too many columns are the parser's business, whose callbacks refuse them.
        delimiters = layout.width > RowSink.mostColumns ? -1 : layout.width - 1
        fields = min(layout.width, layout.plan.lastColumn + 1)
    }

    /// Bytes of the line from `start` to its LF at `end` that hold the columns in use; nil when the line must be parsed
    /// as it is. Quotes are not looked for; `hasReturns` says that a CR may be anywhere.
    @inline(__always)
    func cut(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, hasReturns: Bool) -> Int? {
        var count = end - start
        // libcsv passes over lines of blanks; blanks before the first field are its business.
        guard count > 0, count <= LineCutter.longestLine, start[0] > Ascii.space else { return nil }
        if hasReturns {
            if end[-1] == Ascii.carriageReturn { count &-= 1 }
            // A CR inside the line ends a row there.
            if memchr(start, Int32(Ascii.carriageReturn), count) != nil { return nil }
        }
        var (at, found, cut) = (0, 0, count)
        while at < count, found < fields {
            let marks = marks(start, at, count)
            let next = found &+ LineCutter.sum(marks >> 7)
            if next >= fields { cut = at &+ LineCutter.place(of: fields &- found, in: marks) }
            found = next
            at &+= 8
        }
        // Each byte of the sum counts for itself up to 255.
        var sums: UInt64 = 0
        while at < count {
            sums &+= marks(start, at, count) >> 7
            at &+= 8
        }
        // Nothing at all would be an empty line.
        return found &+ LineCutter.sum(sums) == delimiters && cut > 0 ? cut : nil
    }

    /// The highest bit of each of eight bytes that is a delimiter inside the line.
    @inline(__always)
    private func marks(_ start: UnsafePointer<UInt8>, _ at: Int, _ count: Int) -> UInt64 {
        let word = UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self).littleEndian
        let rest = count &- at
        return rest >= 8 ? matches(word) : matches(word) & ((1 << UInt64(truncatingIfNeeded: rest &* 8)) &- 1)
    }

    /// The byte of the `nth` mark, counted from 1.
    @inline(__always)
    private static func place(of nth: Int, in marks: UInt64) -> Int {
        var marks = marks
        for _ in 1..<nth { marks &= marks &- 1 }
        return marks.trailingZeroBitCount / 8
    }

    /// The sum of the eight bytes.
    @inline(__always)
    private static func sum(_ bytes: UInt64) -> Int {
        // Two sums of four bytes each, since all eight may be 255.
        let low: UInt64 = 0x00FF_00FF_00FF_00FF
        let pairs = (bytes & low) &+ ((bytes >> 8) & low)
        return Int(truncatingIfNeeded: (pairs &* 0x0001_0001_0001_0001) >> 48)
    }

    /// The highest bit of each byte of `word` that is the delimiter
    /// (H. S. Warren, "Hacker's Delight", 2nd edition, section 6-1: the form without carries between bytes).
    @inline(__always)
    private func matches(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let difference = word ^ pattern
        return ~(((difference & low) &+ low) | difference | low)
    }
}
