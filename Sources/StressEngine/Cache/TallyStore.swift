import StressBasics

/// Where tallies are kept between runs, each under the digest of all that it was computed from.
///
/// Whatever goes wrong in it only costs time: an entry that cannot be had, or is not whole, is computed again.
public protocol TallyStore: Sendable {
    /// Whether it holds only what the very same run computed, with the same kernel: the judge must not be answered from what
    /// others found.
    var isOwn: Bool { get }
    /// Whether it is asked, and given, what is computed faster than it is read again, too: another process waits for it.
    var keepsAll: Bool { get }
    /// Hands the bytes under `key` to `body`; nil when there are none that are whole.
    func withBytes<Value>(_ key: Digest, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value?
    /// Keeps bytes under `key`.
    func keep(_ key: Digest, _ bytes: [UInt8])
}

extension TallyStore {
    /// As a rule not.
    public var keepsAll: Bool { false }
}
