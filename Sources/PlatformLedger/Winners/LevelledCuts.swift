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
