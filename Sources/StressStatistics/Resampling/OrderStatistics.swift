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
/// Only what may still be among the smallest is kept, as a heap with the largest on top: sorting everything took a quarter of a run.
private func orderStatistic(_ place: Int, of values: UnsafeBufferPointer<Double>, sign: Double) -> Double {
    let needed = place + 1
    guard 8 * needed < values.count else { return values.map { sign * $0 }.sorted()[place] }
    var heap = values[..<needed].map { sign * $0 }
    heap.sort(by: >)
    let found = heap.withUnsafeMutableBufferPointer { heap in
        var largest = heap[0]
        for index in needed..<values.count {
            let value = sign * values[index]
            guard value < largest else { continue }
            sink(value, into: heap)
            largest = heap[0]
        }
        return largest
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

/// Puts a value in the place of the largest of a heap.
private func sink(_ value: Double, into heap: UnsafeMutableBufferPointer<Double>) {
    var place = 0
    while true {
        var child = 2 * place + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count, heap[child] < heap[child + 1] { child += 1 }
        guard heap[child] > value else { break }
        heap[place] = heap[child]
        place = child
    }
    heap[place] = value
}
