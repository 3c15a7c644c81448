import RunStore
import StressBasics
import StressPipeline
import Synchronization

/// What the merge of a plan goes on from: its parts, and beside them what an earlier merge that was stopped had kept.
///
/// Every part is checked again as it is read; one that does not agree is computed anew.
public final class MergedPieces: PieceStore {
    private let plan: ShardPlan
    private let parts: ShardParts
    private let run: UnfinishedRun
    private let places: [String: Int]
    /// Tallies of the histories at work, by the name of their job.
    private let bundles = Mutex<[String: [Bundle]]>([:])

    private struct Bundle: Sendable {
        let bytes: [UInt8]
        let ranges: [Digest: Range<Int>]
    }

    /// - Parameter run: the folder of the merge until it stands.
    public init(_ plan: ShardPlan, parts: ShardParts, run: UnfinishedRun) {
        (self.plan, self.parts, self.run) = (plan, parts, run)
        places = Dictionary(uniqueKeysWithValues: plan.histories.indices.map { (JobKeys.name($0), $0) })
    }

    /// It is there to be gone on from.
    public var isResumed: Bool { true }
    /// Its tallies were computed by others.
    public var isShared: Bool { true }

    /// The job of a history that was not divided; and what this merge kept of others.
    public func piece(_ name: String, key: Digest) -> KeptPiece {
        if run.isResumed, case .whole(let bytes) = run.piece(name, key: key) { return .whole(bytes) }
        guard let place = places[name], plan.histories[place].pieces == 1 else { return .absent }
        guard key == plan.keys.key(place) else { return .foreign }
        let unit = ShardPlan.Unit(history: place, piece: 0)
        let found = parts.part(unit)
        if found != .absent, case .failed = parts.state(unit) { return .absent }
        return found
    }

    /// Keeps a job that the merge finished.
    public func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError) {
        try run.keep(name, key: key, bytes)
    }

    /// A tally of one of the stretches of a history.
    public func tally(_ key: Digest, of piece: String, _ common: Digest) -> KeptPiece {
        if common == plan.keys.common, let place = places[piece], plan.histories[place].pieces > 1 {
            for bundle in bundles(of: place, piece) {
                if let range = bundle.ranges[key] { return .whole(Array(bundle.bytes[range])) }
            }
        }
        return run.tally(key, of: piece, common)
    }

    /// Keeps a tally that the merge computed.
    public func keepTally(
        _ key: Digest, of piece: String, _ common: Digest, _ bytes: [UInt8]
    ) throws(StoreError) {
        try run.keepTally(key, of: piece, common, bytes)
    }

    /// Lets go of the tallies of a history that is finished.
    public func dropTallies(of piece: String) {
        bundles.withLock { $0[piece] = nil }
        run.dropTallies(of: piece)
    }

    /// The stretches of a history, read when the first tally is asked for.
    private func bundles(of place: Int, _ name: String) -> [Bundle] {
        bundles.withLock { known in
            if let found = known[name] { return found }
            let found = (0..<plan.histories[place].pieces).compactMap { piece -> Bundle? in
                guard case .whole(let bytes) = parts.part(ShardPlan.Unit(history: place, piece: piece)),
                    let ranges = TallyBundle.ranges(bytes)
                else { return nil }
                return Bundle(bytes: bytes, ranges: ranges)
            }
            known[name] = found
            return found
        }
    }
}
