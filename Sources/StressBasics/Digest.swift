import Crypto

/// A SHA-256 digest: says whether two inputs, studies or results are the same bytes.
public struct Digest: Hashable, Codable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let hex: String

    fileprivate init(hex: String) {
        self.hex = hex
    }

    /// The digest of the UTF-8 bytes of `text`.
    public init(of text: String) {
        var hasher = DigestBuilder()
        hasher.update(text)
        self = hasher.finish()
    }

    /// The digest whose 64 lower-case hexadecimal digits stand in `bytes`; nil for anything else.
    public init?(hexBytes bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 64, bytes.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            return nil
        }
        hex = String(decoding: bytes, as: UTF8.self)
    }

    /// The first 12 digits: enough to tell runs apart, short enough to read out.
    public var short: String { String(hex.prefix(12)) }

    /// The first 12 digits in a row that no reader of tables takes for a number, as it would `812945500173` or `3e81722090441`'s
    /// beginning: nearly always ``short``.
    public var name: String {
        let starts = sequence(first: hex.startIndex) { hex.index($0, offsetBy: 1, limitedBy: hex.endIndex) }
        let windows = starts.lazy.map { String(hex[$0...].prefix(12)) }.prefix(53)
        return windows.first { $0.contains { "abcdf".contains($0) } } ?? short
    }

    /// ``hex``.
    public var description: String { hex }
}

/// Builds a ``Digest`` from pieces as they come, in constant memory.
public struct DigestBuilder: Sendable {
    private var hasher = SHA256()

    /// An empty digest.
    public init() {}

    /// Adds raw bytes. O(count).
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hasher.update(bufferPointer: bytes)
    }

    /// Adds the UTF-8 bytes of `text`.
    public mutating func update(_ text: String) {
        var copy = text
        copy.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    /// The digest of everything added; the builder may go on afterwards.
    public func finish() -> Digest {
        Digest(hex: hasher.finalize().map { byte in String(UInt32(byte) + 0x100, radix: 16).dropFirst() }.joined())
    }
}
