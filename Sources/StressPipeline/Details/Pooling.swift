import StressBasics
import StressEngine
import StressResults

extension RunReport {
    /// The same report with its histories pooled, on so many threads. O(cells × 100).
    public func pooling(threads: Int) -> RunReport {
        let columns = pooledPlaces
        var copy = self
        copy.pooled = parallelMap(count: columns.count, threads: threads) { pooledColumn(columns[$0]) } ?? []
        return copy
    }
}
