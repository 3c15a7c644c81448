import StressBasics

/// Makes UTF-8 of text that is stored as UTF-16, and passes other text through.
///
/// Decided from the first 64 bytes or more: a byte order mark, or a zero in nearly every second byte, which ASCII text in
/// UTF-16 has and no other text.
final class TextEncoding {
    private enum State {
        case undecided
        case utf8
        case utf16(isBigEndian: Bool)
    }

    private let name: String
    private var state = State.undecided
    private var start: [UInt8] = []
    private var odd: UInt8?
    private var highSurrogate: UInt16?
    private let output: ByteBuffer

    /// Bytes looked at before the encoding is decided, unless the text is shorter.
    private static let decidingBytes = 64

    init(name: String, pieceSize: Int) {
        self.name = name
        // Two bytes of UTF-16 become at most three of UTF-8; what is held back from piece to piece comes on top.
        output = ByteBuffer(count: (pieceSize + TextEncoding.decidingBytes) * 3 / 2 + 64)
    }

    /// The encoding when it is not UTF-8.
    var transcodedFrom: String? {
        guard case .utf16(let isBigEndian) = state else { return nil }
        return isBigEndian ? "UTF-16 big-endian" : "UTF-16 little-endian"
    }

    /// The next piece as UTF-8, which may be empty; valid until the next call.
    func take(_ piece: UnsafeBufferPointer<UInt8>) throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        switch state {
        case .utf8: return piece
        case .utf16(let isBigEndian): return convert(piece, isBigEndian)
        case .undecided:
            start.append(contentsOf: piece)
            return start.count < TextEncoding.decidingBytes ? UnsafeBufferPointer(start: nil, count: 0) : try decide()
        }
    }

    /// What is left at the end of the text: all of a very short one.
    func finish() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        guard case .undecided = state else { return UnsafeBufferPointer(start: nil, count: 0) }
        return try decide()
    }

    private func decide() throws(IngestError) -> UnsafeBufferPointer<UInt8> {
        let head = start
        start = []
        if head.starts(with: [0xFF, 0xFE, 0x00, 0x00]) || head.starts(with: [0x00, 0x00, 0xFE, 0xFF]) {
            throw IngestError(
                .unsupported, "cannot read the file", why: "it is UTF-32 text, not UTF-8",
                at: SourceLocation(file: name),
                hint: "convert it, for example with iconv -f UTF-32 -t UTF-8")
        }
        state = TextEncoding.state(of: head)
        return head.withUnsafeBufferPointer { bytes in
            guard case .utf16(let isBigEndian) = state else { return copy(bytes) }
            let mark = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) ? 2 : 0
            return convert(UnsafeBufferPointer(rebasing: bytes[mark...]), isBigEndian)
        }
    }

    private static func state(of head: [UInt8]) -> State {
        if head.starts(with: [0xFF, 0xFE]) { return .utf16(isBigEndian: false) }
        if head.starts(with: [0xFE, 0xFF]) { return .utf16(isBigEndian: true) }
        let zeros = head.indices.filter { head[$0] == 0 }
        guard head.count >= 16, zeros.count * 5 >= head.count * 2 else { return .utf8 }
        let even = zeros.count { $0 % 2 == 0 }
        return .utf16(isBigEndian: even * 2 > zeros.count)
    }

    private func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        // `bytes` holds less than the deciding bytes and one piece, which is what the buffer was made for.
        _ = output.bytes.update(from: bytes)
        return UnsafeBufferPointer(rebasing: output.bytes[..<bytes.count])
    }

    private func convert(
        _ bytes: UnsafeBufferPointer<UInt8>, _ isBigEndian: Bool
    ) -> UnsafeBufferPointer<UInt8> {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2 + 2)
        if let highSurrogate { units.append(highSurrogate) }
        highSurrogate = nil
        for byte in bytes {
            guard let first = odd else {
                odd = byte
                continue
            }
            odd = nil
            let (high, low) = isBigEndian ? (first, byte) : (byte, first)
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        if let last = units.last, UTF16.isLeadSurrogate(last) { highSurrogate = units.removeLast() }
        var count = 0
        _ = transcode(units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: false) { unit in
            output.bytes[count] = unit
            count += 1
        }
        return UnsafeBufferPointer(rebasing: output.bytes[..<count])
    }
}
