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
    return values.withUnsafeBufferPointer {
        Interval(low: orderStatistic(place, of: $0, sign: 1), high: -orderStatistic(place, of: $0, sign: -1))
    }
}

/// The value that stands at `place`, from 0, when all are sorted, each times a sign.
///
/// Sorting everything took a quarter of a run. What is below a bound is kept without a branch; the bound stands a little higher in the first
/// values than is asked for in all.
private func orderStatistic(_ place: Int, of values: UnsafeBufferPointer<Double>, sign: Double) -> Double {
    let needed = place + 1
    guard 8 * needed < values.count else { return values.map { sign * $0 }.sorted()[place] }
    guard values.count >= 4 * sampleSize else { return thinnedOrderStatistic(place, of: values, sign: sign) }
    let found = withUnsafeTemporaryAllocation(of: Double.self, capacity: values.count) { kept -> Double? in
        for place in 0..<sampleSize { kept.initializeElement(at: place, to: sign * values[place]) }
        let sample = UnsafeMutableBufferPointer(rebasing: kept[..<sampleSize])
        let bound = selected(2 * sampleSize * needed / values.count + 3, of: sample)
        var count = 0
        for value in values {
            kept.initializeElement(at: count, to: sign * value)
            count += sign * value < bound ? 1 : 0
        }
        return count < needed ? nil : selected(place, of: UnsafeMutableBufferPointer(rebasing: kept[..<count]))
    }
    guard let found else { return thinnedOrderStatistic(place, of: values, sign: sign) }
    return found == 0 ? zero(place, of: values, sign: sign) : found
}

/// Values that a bound is taken from.
private let sampleSize = 64

/// The same wherever the bound would have to stand: only what may still be among the smallest is kept, and thinned out when it has grown to
/// four times as many.
private func thinnedOrderStatistic(_ place: Int, of values: UnsafeBufferPointer<Double>, sign: Double) -> Double {
    let needed = place + 1
    let found = withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * needed) { kept in
        var (count, bound) = (0, Double.infinity)
        for value in values where sign * value < bound {
            kept.initializeElement(at: count, to: sign * value)
            count += 1
            guard count == kept.count else { continue }
            bound = selected(place, of: kept)
            count = needed
        }
        // What is infinite is never kept.
        return count < needed ? .infinity : selected(place, of: UnsafeMutableBufferPointer(rebasing: kept[..<count]))
    }
    return found == 0 ? zero(place, of: values, sign: sign) : found
}

/// The zero that stands at `place`: of both signs, which are equal, it is the order of the values that says which one it is.
private func zero(_ place: Int, of values: UnsafeBufferPointer<Double>, sign: Double) -> Double {
    var left = place - values.count { sign * $0 < 0 }
    for value in values where value == 0 {
        if left == 0 { return sign * value }
        left -= 1
    }
    return 0
}

/// The value that stands at `place` when all are sorted, and puts none that is larger before it.
///
/// C. A. R. Hoare, "Algorithm 65: Find", Communications of the ACM 4 (1961). O(n) as a rule.
private func selected(_ place: Int, of values: UnsafeMutableBufferPointer<Double>) -> Double {
    var (low, high) = (0, values.count - 1)
    while low < high {
        let pivot = values[(low + high) / 2]
        var (i, j) = (low, high)
        while i <= j {
            while values[i] < pivot { i += 1 }
            while pivot < values[j] { j -= 1 }
            guard i <= j else { break }
            values.swapAt(i, j)
            i += 1
            j -= 1
        }
        if j < place { low = i }
        if place < i { high = j }
    }
    return values[place]
}
