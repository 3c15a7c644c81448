import StressBasics
import StudyPlan

/// What the cells of a price history have in common when they are resampled: enough to resample some of them as if all were
/// at hand.
public struct SeriesMemory: Sendable {
    /// Of one horizon.
    struct Horizon: Sendable {
        /// The longest automatic block length of its cells, in blocks that are resampled as one.
        var longestLength: Double
        /// From the first such block in which one of its cells has entries to the last.
        var heldBlocks: Range<Int>
    }

    /// By horizon; none for a horizon without entries.
    var horizons: [TimeSpan: Horizon] = [:]

    /// The memory of no cells.
    public init() {}

    /// Adds that of other cells of the same history.
    public mutating func merge(_ other: SeriesMemory) {
        horizons.merge(other.horizons) { own, theirs in
            let first = min(own.heldBlocks.lowerBound, theirs.heldBlocks.lowerBound)
            return Horizon(
                longestLength: max(own.longestLength, theirs.longestLength),
                heldBlocks: first..<max(own.heldBlocks.upperBound, theirs.heldBlocks.upperBound))
        }
    }
}

extension Study {
    /// How many parts the cells of a price history can be run in.
    public var mostParts: Int { grid.contracts.count * grid.sides.count * platforms.count }

    /// The cells of a price history in `count` parts, 1…``mostParts``, that are run one after the other to save memory. A
    /// contract, side and platform stay together with all leverages and horizons, so that every result has the same bits as
    /// if all were run at once.
    public func parts(of asset: String, count: Int) -> [[StudyCell]] {
        let groups = Dictionary(grouping: cells(of: asset)) { Group(cell: $0) }.values.sorted {
            $0[0].index < $1[0].index
        }
        return (0..<count).map { part in
            let range = part * groups.count / count..<(part + 1) * groups.count / count
            return groups[range].joined().sorted { $0.index < $1.index }
        }
    }

    private struct Group: Hashable {
        let contract: ContractKind
        let side: Side
        let platform: String

        init(cell: StudyCell) { (contract, side, platform) = (cell.contract, cell.side, cell.platform) }
    }
}
