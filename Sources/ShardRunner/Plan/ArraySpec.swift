/// Numbers of shards as Slurm writes them: `0-3,7,9-12`.
public func arraySpec(_ shards: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for shard in Set(shards).sorted() {
        if let last = runs.last, last.upperBound + 1 == shard {
            runs[runs.count - 1] = last.lowerBound...shard
        } else {
            runs.append(shard...shard)
        }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
}
