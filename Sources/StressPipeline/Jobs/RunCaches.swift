import CSVIngest
import ContentStore
import StressEngine

/// What was read and computed before, by runs of the same program. Results do not depend on it.
public struct RunCaches: Sendable {
    /// Price files.
    public let series: SeriesCache?
    /// Tallies of long computations.
    let tallies: TallyCache?

    /// Both in one store; nil for no cache.
    public init(_ store: ContentStore?) {
        series = store.map { SeriesCache(store: $0, version: programIdentity) }
        tallies = store.map { TallyCache(store: $0) }
    }

    /// The tallies for a kernel: the judge takes nothing from others.
    func tallies(for kernel: KernelChoice) -> TallyCache? { kernel == .plain ? nil : tallies }

    /// Whether there are any.
    public var areOn: Bool { series != nil }
}
