/// Moves with the blocks of their entries, put in order only as far as ranks are asked for (C. A. R. Hoare, "Algorithm 65: Find", CACM 4,
/// 1961): of the millions of moves of a long history a search looks at a few dozen.
struct RankedMoves {
    private struct Item {
        let move: Double
        let block: Int32
    }

    private var items: [Item]
    /// Ranks whose item is in its place, rising: none before it is larger, none behind it smaller.
    private var settled: [Int] = []

    /// None of the moves is NaN.
    init(_ moves: [Double], blocks: [Int32]) {
        items = zip(moves, blocks).map { Item(move: $0, block: $1) }
    }

    var count: Int { items.count }

    /// The move of a rank, the smallest having rank 0. O(moves between the ranks that were asked for around it) as a rule.
    mutating func move(_ rank: Int) -> Double {
        let place = settled.firstIndex { $0 >= rank } ?? settled.count
        if place < settled.count, settled[place] == rank { return items[rank].move }
        let first = place > 0 ? settled[place - 1] + 1 : 0
        settle(rank, in: first..<(place < settled.count ? settled[place] : items.count))
        settled.insert(rank, at: place)
        return items[rank].move
    }

    /// Adds how many of the moves of some ranks lie beyond one, block by block; all of them where that is nil.
    func count(_ ranks: Range<Int>, beyond move: Double? = nil, into counts: inout [Double]) {
        for item in items[ranks] where move.map({ item.move > $0 }) ?? true { counts[Int(item.block)] += 1 }
    }

    /// Parts the range around one of its items, and goes on with the part that holds the rank.
    private mutating func settle(_ rank: Int, in range: Range<Int>) {
        var (low, high, steps) = (range.lowerBound, range.upperBound - 1, 0)
        items.withUnsafeMutableBufferPointer { items in
            while low < high {
                steps += 1
                // No order of moves can make it slow: what has not come to an end by now is sorted.
                if steps > 100 { return items[low...high].sort { $0.move < $1.move } }
                let pivot = RankedMoves.middle(
                    items[low].move, items[low + (high - low) / 2].move, items[high].move)
                var (left, right) = (low, high)
                while left <= right {
                    while items[left].move < pivot { left += 1 }
                    while items[right].move > pivot { right -= 1 }
                    if left <= right {
                        items.swapAt(left, right)
                        left += 1
                        right -= 1
                    }
                }
                if rank <= right { high = right } else if rank >= left { low = left } else { return }
            }
        }
    }

    private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double {
        max(min(a, b), min(max(a, b), c))
    }
}
