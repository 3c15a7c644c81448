import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The text of a file from the sampled head on, poured into buffers of any size.
struct TextStream: ~Copyable {
    private let source: ByteSource
    private let name: String
    /// Asked before every piece of text.
    private let isCancelled: @Sendable () -> Bool
    /// Text that was read and not handed on: the rest of the head, or of the source's latest piece.
    private(set) var rest: UnsafeBufferPointer<UInt8>
    /// Why the text breaks off, known when everything before has been handed on.
    private(set) var failure: IngestError?
    private(set) var isAtEnd = false

    /// A stream of what `head` still holds and then of `source`. `head` must outlive the stream.
    init(
        head: UnsafeBufferPointer<UInt8>, source: ByteSource, name: String,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        (self.name, self.isCancelled) = (name, isCancelled)
        self.source = source
        rest = head
    }

    /// Fills `buffer` as far as the text goes: fewer bytes than it holds mean that the text ends or breaks off there.
    mutating func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var filled = 0
        while filled < buffer.count, !isAtEnd {
            if rest.isEmpty { refill() }
            let count = min(rest.count, buffer.count - filled)
            if let from = rest.baseAddress, count > 0 { memcpy(base + filled, from, count) }
            rest = UnsafeBufferPointer(rebasing: rest[count...])
            filled += count
        }
        return filled
    }

    private mutating func refill() {
        do throws(IngestError) {
            if isCancelled() {
                throw IngestError(.cancelled, "stopped reading", at: SourceLocation(file: name))
            }
            guard let piece = try source.next() else {
                isAtEnd = true
                return
            }
            rest = piece
        } catch {
            failure = error
            isAtEnd = true
        }
    }

    /// Leaves out text at the front of ``rest``.
    mutating func drop(_ count: Int) {
        rest = UnsafeBufferPointer(rebasing: rest[count...])
    }

    /// How many bytes of text there will be, when that is known beforehand.
    var expectedBytes: Int? { source.expectedBytes }

    /// Size and digest of the file on the disk; complete at the end.
    var fileFacts: (byteCount: Int, digest: Digest) { (source.byteCount, source.digest) }
}
