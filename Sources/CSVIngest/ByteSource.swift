import StressBasics

/// Memory for input and output, freed with its owner.
struct ByteBuffer: ~Copyable {
    let base: UnsafeMutablePointer<UInt8>
    let count: Int

    init(count: Int) {
        base = .allocate(capacity: count)
        base.initialize(repeating: 0, count: count)
        self.count = count
    }

    var bytes: UnsafeMutableBufferPointer<UInt8> { UnsafeMutableBufferPointer(start: base, count: count) }

    deinit { base.deallocate() }
}

/// The text of an input: its bytes after decompression, in pieces of bounded size.
struct ByteSource: ~Copyable {
    private var raw: RawInput
    private var gunzip: Gunzip?
    private let rawBuffer: ByteBuffer
    private let textBuffer: ByteBuffer
    /// The part of ``rawBuffer`` that was read but not used.
    private var pending: Range<Int>
    private var isAtEnd = false
    private var textCount = 0

    /// Most bytes of text read from one file: 16 GiB, so that a small archive cannot keep a machine busy for ever.
    static let mostBytes = 1 << 34
    /// Text may take this many times the bytes of a compressed file. Prices shrink to a third or a tenth, a history that
    /// stands still to a hundredth; more is a trap for the memory.
    static let mostExpansion = 256
    /// Text from which on the expansion is looked at: 64 MiB.
    static let trustedBytes = 1 << 26
    /// Bounds of the buffer size; the lower one leaves room for the first bytes, which tell kinds of files apart.
    static let bufferSizes = 64...(1 << 24)

    /// Opens an input and looks at its first bytes. Archives other than gzip are refused.
    init(_ place: InputPlace, bufferSize: Int) throws(IngestError) {
        let size = min(max(bufferSize, ByteSource.bufferSizes.lowerBound), ByteSource.bufferSizes.upperBound)
        var input = try RawInput(place)
        let buffer = ByteBuffer(count: size)
        var filled = 0
        while filled < 8 {
            let rest = UnsafeMutableBufferPointer(rebasing: buffer.bytes[filled...])
            let count = try input.read(into: UnsafeMutableRawBufferPointer(rest))
            if count == 0 { break }
            filled += count
        }
        let isGzip = buffer.bytes[..<filled].starts(with: [0x1F, 0x8B])
        if let refusal = refusedKind(buffer.bytes[..<filled], name: input.name) { throw refusal }
        gunzip = isGzip ? try Gunzip(name: input.name) : nil
        textBuffer = ByteBuffer(count: isGzip ? size : 1)
        raw = input
        rawBuffer = buffer
        pending = 0..<filled
    }

    /// Bytes read from the disk so far; all of them once ``next()`` has returned nil.
    var byteCount: Int { raw.byteCount }
    /// How many bytes of text there will be, when that is known beforehand.
    var expectedBytes: Int? { gunzip == nil ? raw.expectedBytes : nil }
    /// The digest of those bytes.
    var digest: Digest { raw.digest }

    /// The next piece of text, never empty; nil at the end. It is valid until the next call and while the source lives.
    mutating func next() throws(IngestError) -> UnsafeBufferPointer<UInt8>? {
        while !isAtEnd {
            let piece = gunzip == nil ? try nextPlain() : try nextInflated()
            if piece.isEmpty { continue }
            textCount += piece.count
            guard textCount <= ByteSource.mostBytes else { throw tooLarge("it holds more than 16 GiB of text") }
            guard textCount <= max(ByteSource.trustedBytes, raw.byteCount * ByteSource.mostExpansion) else {
                throw tooLarge("it unpacks to more than \(ByteSource.mostExpansion) times its size")
            }
            return piece
        }
        return nil
    }

    private mutating func nextPlain() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        if pending.isEmpty { try refill() }
        if pending.isEmpty { isAtEnd = true }
        let piece = UnsafeBufferPointer(rebasing: rawBuffer.bytes[pending])
        pending = 0..<0
        return piece
    }

    private mutating func nextInflated() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        if pending.isEmpty { try refill() }
        let input = UnsafeBufferPointer(rebasing: rawBuffer.bytes[pending])
        guard let step = try gunzip?.step(input, into: textBuffer.bytes) else { return input }
        pending = (pending.lowerBound + step.taken)..<pending.upperBound
        // zlib may hold back output that did not fit, so the end is where no input is left and nothing comes out.
        if input.isEmpty, step.produced == 0 {
            try gunzip?.finish()
            isAtEnd = true
        }
        return UnsafeBufferPointer(rebasing: textBuffer.bytes[..<step.produced])
    }

    private mutating func refill() throws(IngestError) {
        pending = 0..<(try raw.read(into: UnsafeMutableRawBufferPointer(rawBuffer.bytes)))
    }

    private func tooLarge(_ why: String) -> IngestError {
        IngestError(
            .tooLarge, "cannot read the file", why: why, at: SourceLocation(file: raw.name),
            hint: "split it; several files can form one series")
    }
}

/// The refusal of a file that is no text and no gzip, told by its first bytes.
private func refusedKind(_ start: Slice<UnsafeMutableBufferPointer<UInt8>>, name: String) -> IngestError? {
    let kinds: [(magic: [UInt8], kind: String, hint: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive", "unpack it first, for example with unzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd compressed", "unpack it first, for example with zstd -d"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz compressed", "unpack it first, for example with xz -d"),
        ([0x42, 0x5A, 0x68], "bzip2 compressed", "unpack it first, for example with bunzip2"),
    ]
    guard let found = kinds.first(where: { start.starts(with: $0.magic) }) else { return nil }
    return IngestError(
        .unsupported, "cannot read the file", why: "it is \(found.kind)",
        notes: ["plain text and gzip are read"], at: SourceLocation(file: name), hint: found.hint)
}

/// The refusal of text that is not UTF-8 or plain ASCII: UTF-16 and UTF-32, with or without a byte order mark.
func refusedEncoding(_ head: ArraySlice<UInt8>, name: String) -> IngestError? {
    let isMarked = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    let start = head.prefix(512)
    // ASCII text in UTF-16 is zero in every second byte; a stray NUL in a CSV is not.
    let zeros = start.reduce(into: 0) { $0 += $1 == 0 ? 1 : 0 }
    guard isMarked || (start.count >= 16 && zeros * 5 >= start.count * 2) else { return nil }
    return IngestError(
        .unsupported, "cannot read the file", why: "it is UTF-16 text, not UTF-8", at: SourceLocation(file: name),
        hint: "convert it, for example with iconv -f UTF-16 -t UTF-8")
}
