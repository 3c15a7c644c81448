import StressBasics

/// What a fetch did for one series, and what the archive has of it.
public struct SeriesOutcome: Sendable {
    /// The series.
    public let series: ArchiveSeries
    /// Every file that was asked for, in the order of time. A month's file that is missing is not listed where days stand for it.
    public let periods: [(period: ArchivePeriod, outcome: FileOutcome)]
    /// Daily files that were removed because their month's file is here.
    public internal(set) var superseded = 0
    private let now: UTCInstant

    init(series: ArchiveSeries, periods: [(ArchivePeriod, FileOutcome)], now: UTCInstant) {
        let withDays = Set(
            periods.compactMap { period, outcome -> ArchiveMonth? in
                if case .day(let month, _) = period, outcome.isHere { month } else { nil }
            })
        let withFile = Set(
            periods.compactMap { period, outcome -> ArchiveMonth? in
                if case .month(let month) = period, outcome != .missing { month } else { nil }
            })
        self.series = series
        self.now = now
        self.periods = periods.filter { period, outcome in
            switch period {
            case .month(let month): outcome != .missing || !withDays.contains(month)
            // Days that were asked for in place of a late month tell nothing when none of them is there.
            case .day(let month, _):
                withDays.contains(month) || !withFile.contains(month) && !periods.contains { $0.0 == .month(month) }
            }
        }.map { (period: $0, outcome: $1) }
    }

    /// The files that are here.
    public var present: [ArchivePeriod] { periods.filter { $0.outcome.isHere }.map(\.period) }

    /// Files fetched now, and their bytes.
    public var fetched: (files: Int, bytes: Int64) {
        periods.reduce(into: (0, 0)) { sum, part in
            if case .fetched(let bytes) = part.outcome { sum = (sum.0 + 1, sum.1 + bytes) }
        }
    }

    /// What failed, in the order of time.
    public var failures: [(period: ArchivePeriod, error: ArchiveError)] {
        periods.compactMap { part in
            switch part.outcome {
            case .failed(let error), .unrefreshed(let error): (part.period, error)
            case .present, .fetched, .missing: nil
            }
        }
    }

    /// Files that are here as they were though they were to be refreshed.
    public var unrefreshed: [ArchivePeriod] {
        periods.compactMap { if case .unrefreshed = $0.outcome { $0.period } else { nil } }
    }

    /// Files that the archive lacks between ones that it has.
    public var gaps: [ArchivePeriod] {
        guard let first = known.first, let last = known.last, first < last else { return [] }
        return missing(first + 1..<last)
    }

    /// The first file that is there, when earlier ones were asked for: the symbol was listed then.
    public var begins: ArchivePeriod? {
        guard let first = known.first, !missing(0..<first).isEmpty else { return nil }
        return periods[first].period
    }

    /// The last file that is there, when later ones are missing that cannot be merely late: the ticker ended or was renamed.
    public var ends: ArchivePeriod? {
        guard let last = known.last, tail.contains(where: { !isRecent($0, now: now) }) else { return nil }
        return periods[last].period
    }

    /// Files at the end that are not published yet.
    public var notYet: [ArchivePeriod] { ends == nil && !known.isEmpty ? tail : [] }

    /// Whether the archive has nothing of what was asked for.
    public var isEmpty: Bool { known.isEmpty }

    /// Places of files that the archive has, as far as known: a failure may hide a file.
    private var known: [Int] { periods.indices.filter { periods[$0].outcome != .missing } }

    private var tail: [ArchivePeriod] { known.last.map { missing($0 + 1..<periods.count) } ?? [] }

    private func missing(_ places: Range<Int>) -> [ArchivePeriod] {
        places.filter { periods[$0].outcome == .missing }.map { periods[$0].period }
    }
}
