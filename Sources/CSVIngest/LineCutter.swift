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
    private let delimiter: UInt8
    private let pattern: UInt64
    /// Delimiters of a row.
    private let delimiters: Int
    /// Fields to hand on: all up to the last one in use.
    let fields: Int

    /// Longer lines are left to the parser, which has bounds of its own.
    static let longestLine = 1 << 13
    /// Bytes behind a text that may be looked at, though not used.
    static let padding = 8

    init(_ layout: Layout) {
        delimiter = layout.delimiter
        pattern = LineCutter.repeated(layout.delimiter)
        delimiters = layout.width - 1
        fields = min(layout.width, (layout.plan.all.max() ?? 0) + 1)
    }

    /// Bytes of the line from `start` to its LF at `end` that hold the columns in use; nil when the line must be parsed
    /// as it is. Quotes are not looked for.
    @inline(__always)
    func cut(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
        let isPair = end > start && end[-1] == Ascii.carriageReturn
        let count = end - start - (isPair ? 1 : 0)
        // libcsv passes over lines of blanks; blanks before the first field are its business.
        guard count > 0, count <= LineCutter.longestLine, start[0] > Ascii.space else { return nil }
        var (at, found, cut) = (0, 0, count)
        while at < count {
            let word = UnsafeRawPointer(start + at).loadUnaligned(as: UInt64.self).littleEndian
            let rest = count &- at
            let inside: UInt64 = rest >= 8 ? .max : (1 << UInt64(rest &* 8)) &- 1
            // A CR inside the line ends a row there.
            if LineCutter.matches(word, LineCutter.returns) & inside != 0 { return nil }
            let marks = LineCutter.matches(word, pattern) & inside
            let next = found &+ marks.nonzeroBitCount
            if found < fields, next >= fields { cut = at &+ LineCutter.place(of: fields &- found, in: marks) }
            found = next
            at &+= 8
        }
        // Nothing at all would be an empty line.
        return found == delimiters && cut > 0 ? cut : nil
    }

    /// The byte of the `nth` mark, counted from 1.
    @inline(__always)
    private static func place(of nth: Int, in marks: UInt64) -> Int {
        var marks = marks
        for _ in 1..<nth { marks &= marks &- 1 }
        return marks.trailingZeroBitCount / 8
    }

    private static let returns = repeated(Ascii.carriageReturn)

    private static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The highest bit of each byte of `word` that equals the repeated byte of `pattern`
    /// (H. S. Warren, "Hacker's Delight", 2nd edition, section 6-1: the form without carries between bytes).
    @inline(__always)
    private static func matches(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let difference = word ^ pattern
        return ~(((difference & low) &+ low) | difference | low)
    }
}
