import CLibCrypto

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
    private var state = DigestState()

    /// An empty digest.
    public init() {}

    /// Adds raw bytes. O(count).
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&state) {
            state = DigestState(copying: state)
        }
        state.update(bytes)
    }

    /// Adds the UTF-8 bytes of `text`.
    public mutating func update(_ text: String) {
        var copy = text
        copy.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of everything added; the builder may go on afterwards.
    public func finish() -> Digest {
        let bytes = DigestState(copying: state).finalized()
        // Every day of a history has a digest.
        return Digest(
            hex: String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
                for (place, byte) in bytes.enumerated() {
                    text[2 * place] = Self.hexDigit(byte >> 4)
                    text[2 * place + 1] = Self.hexDigit(byte & 0xF)
                }
                return 2 * bytes.count
            })
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// Owns one SHA-256 context of the system's libcrypto, which uses the processor's own instructions where it has them.
///
/// `@unchecked Sendable`: ``DigestBuilder`` writes to a state only while it holds the one reference to it.
private final class DigestState: @unchecked Sendable {
    private let context: OpaquePointer

    init() {
        context = Self.newContext()
        check(EVP_DigestInit_ex(context, EVP_sha256(), nil))
    }

    init(copying other: DigestState) {
        context = Self.newContext()
        check(EVP_MD_CTX_copy_ex(context, other.context))
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    func update(_ bytes: UnsafeRawBufferPointer) {
        check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// The 32 bytes of the digest; nothing may be added afterwards.
    func finalized() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
            check(EVP_DigestFinal_ex(context, bytes.baseAddress, nil))
            count = 32
        }
    }

    private static func newContext() -> OpaquePointer {
        guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
        return context
    }
}

/// libcrypto's calls fail only without memory, or where a system's policy forbids SHA-256: no digest can be given then.
private func check(_ result: Int32) {
    precondition(result == 1, "libcrypto could not compute a SHA-256 digest")
}
