import RunStore
import StressBasics
import StressPipeline
import Synchronization

/// Keeps the jobs of a shard among the parts, and remembers what went wrong.
final class ShardPieces: PieceStore {
    private let plan: ShardPlan
    private let parts: ShardParts
    private let error = Mutex<StoreError?>(nil)

    init(plan: ShardPlan, parts: ShardParts) { (self.plan, self.parts) = (plan, parts) }

    /// Parts that are there were left out before.
    var isResumed: Bool { false }
    var isShared: Bool { false }

    func piece(_ name: String, key: Digest) -> KeptPiece { .absent }

    func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError) {
        guard let job = plan.histories.indices.first(where: { JobKeys.name($0) == name }), key == plan.keys.key(job)
        else { preconditionFailure("a session keeps jobs of its own study") }
        // What cannot be kept is told of each unit in the end.
        do throws(StoreError) { try parts.keep(ShardPlan.Unit(history: job, piece: 0), bytes) } catch { note(error) }
    }

    func tally(_ key: Digest, of piece: String, _ common: Digest) -> KeptPiece { .absent }
    func keepTally(_ key: Digest, of piece: String, _ common: Digest, _ bytes: [UInt8]) throws(StoreError) {}
    func dropTallies(of piece: String) {}

    /// Remembers why something could not be kept; the first reason counts.
    func note(_ other: StoreError) { error.withLock { $0 = $0 ?? other } }

    /// Why a unit is not there although it was computed.
    func failure(_ unit: String) -> Failure {
        guard let error = error.withLock({ $0 }) else {
            return Failure(
                .tryAgain, "the part of \(unit) is not on the disk as it was written", hint: "check the disk")
        }
        return ShardPieces.failure(error)
    }

    /// A disk that is full or broken now may not be later.
    static func failure(_ error: StoreError) -> Failure {
        error.reason == .inputOutput ? Failure(.tryAgain, error.message, hint: error.hint) : Failure(error)
    }
}
