import StudyPlan

/// What a winner ranks by, and what it gives.
struct WinnerRanking {
    let rule: DeleveragingRule
    /// The price at which it is closed.
    let fill: Double
    /// Its side's sign.
    let sign: Double
    /// What funding has added up to, per coin.
    let fundingSum: Double

    /// Profit of what is open; 0 or below where nothing can be taken.
    @inline(__always)
    func profit(_ winner: OpenPosition) -> Double { winner.profit(at: fill, sign: sign) * winner.part }

    /// How far in front a winner stands, by the position as it was opened: closing a part of it changes no ratio.
    ///
    /// - Parameter requirement: maintenance margin of a notional.
    @inline(__always)
    func score(_ winner: OpenPosition, requirement: (Double) -> Double) -> Double {
        let profit = winner.profit(at: fill, sign: sign)
        let value = winner.quantity * fill
        let equity = winner.equity(at: fill, sign: sign, fundingSum: fundingSum)
        switch rule {
        case .bitmex: return (profit / (winner.quantity * winner.price)) * (value / equity)
        case .binance: return (profit / winner.margin) * (requirement(value) / equity)
        case .hyperliquid: return (sign > 0 ? fill / winner.price : winner.price / fill) * (value / equity)
        case .profit: return profit * winner.part
        case .proRata, .least: return 0
        }
    }
}

/// Where a winner stands in a queue.
struct RankedWinner {
    let score: Double
    let entry: Int32
    let leverage: Double
    let group: Int32
    /// Its place among the open positions of its side.
    let place: Int

    /// Highest score first; then the older entry, the higher leverage, and the order of classes.
    @inline(__always)
    func isBefore(_ other: RankedWinner) -> Bool {
        if score != other.score { return score > other.score }
        if entry != other.entry { return entry < other.entry }
        if leverage != other.leverage { return leverage > other.leverage }
        return group < other.group
    }
}

/// A queue of winners that is sorted only as far as it is asked.
struct WinnerQueue {
    private var heap: [RankedWinner]

    /// O(winners).
    init(_ winners: [RankedWinner]) {
        heap = winners
        for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sift(parent) }
    }

    /// The next. O(log winners).
    mutating func next() -> RankedWinner? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sift(0)
        }
        return first
    }

    private mutating func sift(_ start: Int) {
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}

/// The level to which the largest profits are taken down.
///
/// Gives how much each of `profits` loses, which adds up to `wanted`, or to all there is. Whole units cannot always be level: the first
/// ones lose a unit less. O(n log n).
func levelledCuts(_ profits: [Int64], wanted: Int64) -> [Int64] {
    guard profits.reduce(Int128(0), { $0 + Int128($1) }) > Int128(wanted) else { return profits }
    let falling = profits.sorted(by: >)
    var above: Int128 = 0
    for (count, profit) in falling.enumerated() {
        above += Int128(profit)
        let next = count + 1 < falling.count ? falling[count + 1] : 0
        // Down to the next profit the first `count + 1` would lose this much.
        guard above - Int128(count + 1) * Int128(next) >= Int128(wanted) else { continue }
        let (level, rest) = (above - Int128(wanted)).quotientAndRemainder(dividingBy: Int128(count + 1))
        var spared = rest
        return profits.map { profit in
            guard Int128(profit) > level else { return 0 }
            let cut = Int64(Int128(profit) - level)
            guard spared > 0 else { return cut }
            spared -= 1
            return cut - 1
        }
    }
    return profits
}
