/// The physical lines of rows, ascending: kept as runs of neighbouring lines, since most files have one row a line.
struct LineNumbers: Equatable {
    private struct Run: Equatable {
        /// The row with which the run begins.
        var row: Int
        /// The line of that row.
        var line: Int
    }

    private var runs: [Run] = []
    /// Rows so far.
    private(set) var count = 0
    /// The line that would carry on the last run.
    private var following = 0

    /// The line of a row. O(log runs).
    subscript(row: Int) -> Int {
        precondition(row >= 0 && row < count, "a row that was added")
        var (low, high) = (0, runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].row <= row { low = middle } else { high = middle }
        }
        return runs[low].line + row - runs[low].row
    }

    /// Adds the line of the next row. Amortised O(1).
    @inline(__always)
    mutating func append(_ line: Int) {
        if count == 0 || line != following { runs.append(Run(row: count, line: line)) }
        count &+= 1
        following = line &+ 1
    }

    /// Adds the lines of other rows, moved down by `offset`. O(runs of `other`).
    mutating func append(_ other: LineNumbers, offset: Int = 0) {
        for (index, run) in other.runs.enumerated() {
            // Inside `other` runs never touch; only its first may carry on ours.
            if index == 0, count > 0, run.line + offset == following { continue }
            runs.append(Run(row: count + run.row, line: run.line + offset))
        }
        if other.count > 0 { following = other.following + offset }
        count += other.count
    }

    /// Forgets all rows and keeps the memory.
    mutating func removeAll() {
        runs.removeAll(keepingCapacity: true)
        (count, following) = (0, 0)
    }
}
