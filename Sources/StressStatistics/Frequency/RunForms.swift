/// What closed forms need to know of the residuals of one column.
struct RunForms: Hashable {
    /// Of their sum over resamples: ``StationaryVariance/ofSum``.
    let variance: Double
    /// The largest and the smallest sum of a run of blocks: ``extremeRunSums(_:length:)``.
    let largest: Double
    let smallest: Double
}

extension RunForms {
    /// Of one column by itself. O(blocks).
    init(_ residuals: [Double], meanLength: Double) {
        let runSums = extremeRunSums(residuals, length: Int(meanLength.rounded()))
        self.init(
            variance: StationaryVariance(residuals, meanLength: meanLength).ofSum, largest: runSums.largest,
            smallest: runSums.smallest)
    }

    /// Of columns side by side: the forms go from block to block, each step waits for the one before it, and eight columns of as many
    /// blocks wait together. Each has the bits that it has by itself. O(columns × blocks).
    static func of(_ columns: [[Double]], meanLength: Double) -> [RunForms] {
        SideBySide.tiles(columns) { tile in
            let variances = tile.stationaryVariances(meanLength: meanLength)
            let (largest, smallest) = tile.extremeRunSums(length: Int(meanLength.rounded()))
            return { RunForms(variance: variances[$0], largest: largest[$0], smallest: smallest[$0]) }
        }
    }
}

/// ``effectiveRuns(_:length:)`` of columns side by side, with the same bits. O(columns × blocks).
func effectiveRuns(of columns: [[Double]], length: Double) -> [Double] {
    SideBySide.tiles(columns) { tile in
        let found = tile.effectiveRuns(length: length)
        return { found[$0] }
    }
}

/// The sum of each of several columns, added in their order: four of as many blocks wait for their sums together.
func columnSums(_ columns: [[Double]]) -> [Double] {
    SideBySide.groups(columns, most: 4).flatMap { group in
        let last = group.count - 1
        let (a, b, c, d) = (
            columns[group[0]], columns[group[min(1, last)]], columns[group[min(2, last)]], columns[group[last]]
        )
        var sum = SIMD4<Double>.zero
        for block in a.indices { sum += SIMD4(a[block], b[block], c[block], d[block]) }
        return (0...last).map { sum[$0] }
    }
}

/// Up to eight columns, block by block. Lanes that no column takes are zero.
private struct SideBySide {
    private typealias Lanes = SIMD8<Double>
    private static let width = 8
    private static let blocksTogether = 64

    private let blocks: [Lanes]

    /// Runs of columns that follow one another and have as many blocks, at most so many in each.
    static func groups(_ columns: [[Double]], most: Int) -> [[Int]] {
        columns.indices.reduce(into: []) { groups, place in
            if let last = groups.last, last.count < most, columns[last[0]].count == columns[place].count {
                groups[groups.count - 1].append(place)
            } else {
                groups.append([place])
            }
        }
    }

    /// What is found of each tile of columns, column by column.
    static func tiles<Found>(_ columns: [[Double]], _ found: (SideBySide) -> (_ lane: Int) -> Found) -> [Found] {
        groups(columns, most: width).flatMap { group in
            let ofLane = found(SideBySide(columns[group[0]...group[group.count - 1]]))
            return group.indices.map(ofLane)
        }
    }

    private init(_ columns: ArraySlice<[Double]>) {
        let count = columns.first?.count ?? 0
        var blocks = [Lanes](repeating: .zero, count: count)
        blocks.withUnsafeMutableBytes { bytes in
            // A vector is its numbers one after the other.
            let numbers = bytes.bindMemory(to: Double.self)
            // Few blocks at a time: their lanes are at hand until all are filled.
            for first in stride(from: 0, to: count, by: SideBySide.blocksTogether) {
                for (lane, column) in columns.enumerated() {
                    for block in first..<min(first + SideBySide.blocksTogether, count) {
                        numbers[block &* SideBySide.width &+ lane] = column[block]
                    }
                }
            }
        }
        self.blocks = blocks
    }

    /// As ``StationaryVariance``, step by step.
    func stationaryVariances(meanLength: Double) -> SIMD8<Double> {
        let n = blocks.count
        let going = 1 - 1 / meanLength
        let round = power(going, n)
        var (past, aged) = firstMoments(going)
        var sum = Lanes.zero
        for (index, value) in blocks.enumerated() {
            sum += value * (value + 2 * (past - aged / Double(n)))
            let next = blocks[index + 1 < n ? index + 1 : 0]
            aged = going * (value + past + aged) - Double(n) * round * next
            past = going * (value + past) - round * next
        }
        return Lanes.zero.replacing(with: sum, where: sum .>= .zero)
    }

    private func firstMoments(_ going: Double) -> (past: SIMD8<Double>, aged: SIMD8<Double>) {
        var (past, aged, weight) = (Lanes.zero, Lanes.zero, 1.0)
        for lag in stride(from: 1, to: blocks.count, by: 1) {
            weight *= going
            past += weight * blocks[blocks.count - lag]
            aged += Double(lag) * weight * blocks[blocks.count - lag]
        }
        return (past, aged)
    }

    /// As the function of that name, step by step.
    func extremeRunSums(length: Int) -> (largest: SIMD8<Double>, smallest: SIMD8<Double>) {
        let length = min(max(1, length), blocks.count)
        var sum = blocks[..<length].reduce(.zero, +)
        var (largest, smallest) = (sum, sum)
        for start in 1..<max(blocks.count, 1) {
            let end = start + length - 1
            sum += blocks[end < blocks.count ? end : end - blocks.count] - blocks[start - 1]
            largest.replace(with: sum, where: sum .>= largest)
            smallest.replace(with: sum, where: sum .< smallest)
        }
        return (largest, smallest)
    }

    /// As the function of that name, step by step.
    func effectiveRuns(length: Double) -> SIMD8<Double> {
        let step = max(1, Int(length.rounded(.up)))
        var (total, squares) = (Lanes.zero, Lanes.zero)
        for start in stride(from: 0, to: blocks.count, by: step) {
            let run = blocks[start..<min(start + step, blocks.count)].reduce(.zero, +)
            total += run
            squares += run * run
        }
        return Lanes.zero.replacing(with: total * total / squares, where: squares .> .zero)
    }
}
