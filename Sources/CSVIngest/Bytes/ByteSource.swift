import StressBasics

/// Memory for input and output, freed with its owner.
final class ByteBuffer {
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
final class ByteSource {
    private let raw: RawInput
    private let gunzip: Gunzip?
    private let unzstd: Unzstd?
    private let zip: ZipMemberReader?
    private let text: TextEncoding
    private let member: ZipMember?
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

    /// Opens an input and looks at its first bytes. Archives other than gzip, zstd and members of a zip are refused.
    init(_ place: InputPlace, bufferSize: Int) throws(IngestError) {
        let size = min(max(bufferSize, ByteSource.bufferSizes.lowerBound), ByteSource.bufferSizes.upperBound)
        let input = try RawInput(place)
        let buffer = ByteBuffer(count: size)
        let filled = try ByteSource.fill(buffer, from: input)
        let isGzip = buffer.bytes[..<filled].starts(with: [0x1F, 0x8B])
        if let refusal = refusedKind(buffer.bytes[..<filled], name: input.name) { throw refusal }
        let isZstd = buffer.bytes[..<filled].starts(with: Unzstd.magic)
        // All that can throw comes before the first assignment.
        let newGunzip: Gunzip? = isGzip ? try Gunzip(name: input.name) : nil
        let newUnzstd: Unzstd? = isZstd ? try Unzstd(name: input.name) : nil
        let newMember = place.zipMember
        zip = try ZipMemberReader.open(newMember)
        member = newMember
        gunzip = newGunzip
        unzstd = newUnzstd
        textBuffer = ByteBuffer(count: isGzip || isZstd || member != nil ? size : 1)
        text = TextEncoding(name: input.name, pieceSize: size)
        raw = input
        rawBuffer = buffer
        pending = 0..<filled
    }

    /// Reads until the first bytes are there, which tell kinds of files apart, and says how many there are: pipes give less at a time.
    private static func fill(_ buffer: ByteBuffer, from input: RawInput) throws(IngestError) -> Int {
        var filled = 0
        while filled < 8 {
            let rest = UnsafeMutableBufferPointer(rebasing: buffer.bytes[filled...])
            let count = try input.read(into: UnsafeMutableRawBufferPointer(rest))
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Bytes read from the disk so far; all of them once ``next()`` has returned nil.
    var byteCount: Int { member?.byteCount ?? raw.byteCount }
    /// How many bytes of text there will be, when that is known beforehand.
    var expectedBytes: Int? {
        gunzip == nil && unzstd == nil && zip == nil && text.transcodedFrom == nil ? raw.expectedBytes : nil
    }
    /// The digest of those bytes.
    var digest: Digest { member?.sha256 ?? raw.digest }
    /// The encoding that the text was stored in when it is not UTF-8, known after the first ``next()``.
    var transcodedFrom: String? { text.transcodedFrom }

    /// The next piece of text, never empty; nil at the end. It is valid until the next call and while the source lives.
    func next() throws(IngestError) -> UnsafeBufferPointer<UInt8>? {
        while true {
            if isAtEnd {
                let rest = try text.finish()
                return rest.isEmpty ? nil : rest
            }
            let stored = try nextStored()
            textCount += stored.count
            guard textCount <= ByteSource.mostBytes else { throw tooLarge("it holds more than 16 GiB of text") }
            guard textCount <= max(ByteSource.trustedBytes, byteCount * ByteSource.mostExpansion) else {
                throw tooLarge("it unpacks to more than \(ByteSource.mostExpansion) times its size")
            }
            let piece = try text.take(stored)
            if !piece.isEmpty { return piece }
        }
    }

    /// The next piece after decompression, as it is encoded; empty now and then, and at the end.
    private func nextStored() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        if zip != nil { return try nextUnzipped() }
        return gunzip == nil && unzstd == nil ? try nextPlain() : try nextInflated()
    }

    private func nextUnzipped() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        let count = try zip?.read(into: textBuffer.bytes) ?? 0
        if count == 0 { isAtEnd = true }
        return UnsafeBufferPointer(rebasing: textBuffer.bytes[..<count])
    }

    private func nextPlain() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        if pending.isEmpty { try refill() }
        if pending.isEmpty { isAtEnd = true }
        let piece = UnsafeBufferPointer(rebasing: rawBuffer.bytes[pending])
        pending = 0..<0
        return piece
    }

    private func nextInflated() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        if pending.isEmpty { try refill() }
        let input = UnsafeBufferPointer(rebasing: rawBuffer.bytes[pending])
        var found = try gunzip?.step(input, into: textBuffer.bytes)
        if found == nil { found = try unzstd?.step(input, into: textBuffer.bytes) }
        guard let step = found else { return input }
        pending = (pending.lowerBound + step.taken)..<pending.upperBound
        // zlib may hold back output that did not fit, so the end is where no input is left and nothing comes out.
        if input.isEmpty, step.produced == 0 {
            try gunzip?.finish()
            try unzstd?.finish()
            isAtEnd = true
        }
        return UnsafeBufferPointer(rebasing: textBuffer.bytes[..<step.produced])
    }

    private func refill() throws(IngestError) {
        pending = 0..<(try raw.read(into: UnsafeMutableRawBufferPointer(rawBuffer.bytes)))
    }

    private func tooLarge(_ why: String) -> IngestError {
        IngestError(
            .tooLarge, "cannot read the file", why: why, at: SourceLocation(file: raw.name),
            hint: "split it; several files can form one series")
    }
}

/// The refusal of a file that is no text and not compressed in a way that is read, told by its first bytes.
private func refusedKind(_ start: Slice<UnsafeMutableBufferPointer<UInt8>>, name: String) -> IngestError? {
    let kinds: [(magic: [UInt8], kind: String, hint: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive in a pipe", "save it as a file: its directory is at its end"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz compressed", "unpack it first, for example with xz -d"),
        ([0x42, 0x5A, 0x68], "bzip2 compressed", "unpack it first, for example with bunzip2"),
    ]
    guard let found = kinds.first(where: { start.starts(with: $0.magic) }) else { return nil }
    return IngestError(
        .unsupported, "cannot read the file", why: "it is \(found.kind)",
        notes: ["plain text, gzip, zstd and zip are read"], at: SourceLocation(file: name), hint: found.hint)
}
