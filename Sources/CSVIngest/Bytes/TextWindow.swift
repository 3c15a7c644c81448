#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A stretch of the text in memory: what the window before left over, and as much new text as there is room for.
struct TextWindow: ~Copyable {
    private let buffer: ByteBuffer
    private let capacity: Int
    /// Bytes of text.
    private(set) var count = 0
    /// Whether the text ends or breaks off here.
    private(set) var isLast = false
    /// Whether a quote may hide the end of a line.
    private(set) var hasQuote = false
    /// Whether there may be a carriage return.
    private(set) var hasReturns = false

    init(capacity: Int) {
        self.capacity = capacity
        buffer = ByteBuffer(count: capacity + LineCutter.padding)
    }

    var text: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer.base, count: count) }

    /// Begins with text that the window before could not use.
    mutating func begin(with rest: UnsafeBufferPointer<UInt8>) {
        if let from = rest.baseAddress { memcpy(buffer.base, from, rest.count) }
        (count, hasQuote) = (rest.count, false)
        hasReturns = has(Ascii.carriageReturn, in: 0..<count)
    }

    /// Reads new text behind what is there.
    mutating func fill(from stream: inout TextStream) {
        let room = UnsafeMutableBufferPointer(start: buffer.base + count, count: capacity - count)
        let filled = stream.fill(room)
        // What was left over has no quote: windows with one are not cut.
        hasQuote = has(Ascii.quote, in: count..<count + filled)
        hasReturns = hasReturns || has(Ascii.carriageReturn, in: count..<count + filled)
        count += filled
        isLast = stream.isAtEnd
    }

    private func has(_ byte: UInt8, in range: Range<Int>) -> Bool {
        memchr(buffer.base + range.lowerBound, Int32(byte), range.count) != nil
    }

    /// Where to cut the window into at most `wanted` slices of whole lines; nil when it cannot be cut safely.
    ///
    /// The places ascend, the first is 0, the last is the end of the last slice.
    func cuts(_ wanted: Int) -> [Int]? {
        guard !hasQuote, let end = usableEnd else { return nil }
        var cuts = [0]
        for slice in 1..<max(1, wanted) {
            let from = max(end / wanted * slice, cuts[cuts.count - 1])
            guard let feed = memchr(buffer.base + from, Int32(Ascii.lineFeed), end - from) else { break }
            let place = feed - UnsafeMutableRawPointer(buffer.base) + 1
            if place < end { cuts.append(place) }
        }
        return cuts + [end]
    }

    /// The end of the last whole line; at the end of the text the end of everything.
    private var usableEnd: Int? {
        if isLast { return count }
        return text.lastIndex(of: Ascii.lineFeed).map { $0 + 1 }
    }
}
