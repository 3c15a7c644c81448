import StressBasics
import StudyPlan

extension Study {
    /// How many parts the cells of a price history can be run in.
    public var mostParts: Int { grid.sides.count * tables.count }

    /// The cells of a price history in `count` parts, 1…``mostParts``, that are run one after the other to save memory. All leverages and
    /// horizons that differ in nothing else stay together, so that every result has the same bits as if all were run at once.
    public func parts(of asset: String, count: Int) -> [[StudyCell]] {
        let groups = cells(of: asset).groupedInOrder(by: \.key.group).map(\.members)
        return (0..<count).map { part in
            let range = part * groups.count / count..<(part + 1) * groups.count / count
            return groups[range].joined().sorted { $0.index < $1.index }
        }
    }
}
