import StressEngine
import StressPipeline

/// Divides a run into shards of about the same length, by what the planner thinks of its histories.
public struct ShardSizing: Sendable {
    /// How large shards are to be.
    public enum Goal: Sendable {
        /// So many of them, or fewer where there is not that much to divide; at least 1.
        case shards(Int)
        /// So long, seconds, or longer where a history cannot be divided further.
        case seconds(Double)
    }

    /// A history as the planner sees it.
    struct History: Sendable {
        /// Entries times cells.
        let work: Int
        let seconds: Double
        let walkingSeconds: Double
        let readingSeconds: Double
        /// Stretches that it can be divided into.
        let most: Int
    }

    /// Cores that a shard has.
    let cores: Int
    /// Histories with less work stay whole: every stretch of one reads all of it.
    var leastWork = HistoryJob.leastWorkToKeep
    /// The share of a history's time that must go into its entries for it to be divided.
    var leastWalkingShare = 0.5

    /// - Parameter cores: that a shard has, at least 1.
    public init(cores: Int) { self.cores = cores }

    /// Units of which each shard consists, and how long the longest takes, seconds.
    func shards(_ histories: [History], goal: Goal) -> (pieces: [Int], shards: [[ShardPlan.Unit]], seconds: Double) {
        let all = histories.reduce(0) { $0 + $1.seconds } / Double(cores)
        let longest: Double =
            switch goal {
            case .shards(let count): all / Double(max(1, count))
            case .seconds(let seconds): seconds
            }
        let pieces = histories.map { self.pieces($0, longest: longest * Double(cores)) }
        let units = pieces.indices.flatMap { history in
            (0..<pieces[history]).map { ShardPlan.Unit(history: history, piece: $0) }
        }
        let costs = units.map { seconds(histories[$0.history], pieces: pieces[$0.history]) / Double(cores) }
        let wanted: Int =
            switch goal {
            case .shards(let count): count
            case .seconds(let seconds): Int(min(1e6, (costs.reduce(0, +) / max(1e-3, seconds)).rounded(.up)))
            }
        let shards = ShardSizing.balanced(costs, into: max(1, min(wanted, units.count)))
        let length = shards.map { $0.reduce(0) { $0 + costs[$1] } }.max() ?? 0
        return (pieces, shards.map { $0.sorted().map { units[$0] } }, length)
    }

    /// Stretches of a history that takes longer than a shard is to be, on one core. One of which most of the time goes elsewhere
    /// than into its entries stays whole: the rest is done by whoever merges.
    private func pieces(_ history: History, longest: Double) -> Int {
        guard history.seconds > longest, history.work >= leastWork,
            history.walkingSeconds >= leastWalkingShare * history.seconds
        else { return 1 }
        let wanted = (history.seconds / max(1e-3, longest)).rounded(.up)
        return max(1, min(Int(min(wanted, 1e6)), history.most))
    }

    /// Seconds of one unit on one core.
    private func seconds(_ history: History, pieces: Int) -> Double {
        pieces == 1 ? history.seconds : history.readingSeconds + history.walkingSeconds / Double(pieces)
    }

    /// The longest first, each to the shard that has least: never longer than 4/3 of the best there is (Graham 1969).
    private static func balanced(_ costs: [Double], into count: Int) -> [[Int]] {
        var shards = [[Int]](repeating: [], count: count)
        var loads = Heap(count: count)
        for index in costs.indices.sorted(by: { (-costs[$0], $0) < (-costs[$1], $1) }) {
            shards[loads.addToLeast(costs[index])].append(index)
        }
        return shards
    }
}

/// Loads of shards, of which the least is found in O(log n).
private struct Heap {
    private var nodes: [(load: Double, items: Int, shard: Int)]

    init(count: Int) { nodes = (0..<count).map { (0, 0, $0) } }

    /// Adds to the least, of equal ones to that with the fewest items and the lowest number; which that was.
    mutating func addToLeast(_ load: Double) -> Int {
        let shard = nodes[0].shard
        nodes[0].load += load
        nodes[0].items += 1
        var place = 0
        while true {
            let children = [2 * place + 1, 2 * place + 2].filter { $0 < nodes.count }
            guard let least = children.min(by: { nodes[$0] < nodes[$1] }), nodes[least] < nodes[place] else { break }
            nodes.swapAt(place, least)
            place = least
        }
        return shard
    }
}
