import StressBasics

/// Where a run keeps what it has finished, each piece under a name and the digest of all that it was computed from.
public protocol PieceStore: Sendable {
    /// Whether pieces of others may be found in it, and are used.
    var isResumed: Bool { get }
    /// Whether tallies of others may be found in it, so that it is asked before anything is computed, however fast that is.
    var isShared: Bool { get }
    /// What was kept under a name, when it is whole and was computed from what `key` stands for. O(bytes).
    func piece(_ name: String, key: Digest) -> KeptPiece
    /// Keeps bytes under a name, whole or not at all; `key` stands for all that they were computed from.
    func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError)
    /// What was kept by ``keepTally(_:of:_:_:)``.
    func tally(_ key: Digest, of piece: String, _ common: Digest) -> KeptPiece
    /// Keeps part of a piece that is still at work, named by what it was computed from; `common` stands for the rest. A power cut
    /// may undo it.
    func keepTally(_ key: Digest, of piece: String, _ common: Digest, _ bytes: [UInt8]) throws(StoreError)
    /// Removes the tallies of a piece: it is whole.
    func dropTallies(of piece: String)
}
