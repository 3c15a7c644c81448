/// The order statistics that leave `(1 − confidence) / 2` of the values outside on each side.
///
/// - Parameters:
///   - values: at least one, none of them not a number.
///   - confidence: strictly between 0 and 1.
///
/// O(n) where few are outside, else O(n log n).
func tailOrderStatistics(_ values: [Double], confidence: Double) -> Interval {
    let outside = Int((Double(values.count) * (1 - confidence) / 2).rounded(.down))
    let place = min(max(outside - 1, 0), values.count - 1)
    return Interval(
        low: orderStatistic(place, of: values), high: -orderStatistic(place, of: values.lazy.map { -$0 }))
}

/// The value that stands at `place`, from 0, when all are sorted.
///
/// Only what may still be among the smallest is kept and now and then sorted: sorting everything took a quarter of a run.
private func orderStatistic(_ place: Int, of values: some Collection<Double>) -> Double {
    let (needed, room) = (place + 1, 8 * (place + 1))
    guard room < values.count else { return values.sorted()[place] }
    var kept: [Double] = []
    kept.reserveCapacity(room)
    var bound = Double.infinity
    for value in values where value < bound || kept.count < needed {
        kept.append(value)
        guard kept.count == room else { continue }
        kept.sort()
        kept.removeLast(room - needed)
        bound = kept[place]
    }
    kept.sort()
    return kept[place]
}
