import Dispatch
import StressBasics
import Synchronization

/// What became of one file of the archive.
public enum FileOutcome: Hashable, Sendable {
    /// It was there, and its bytes have the checksum.
    case present
    /// It was fetched, verified and put in place: its size.
    case fetched(bytes: Int64)
    /// The archive has no such file.
    case missing
    /// It could not be had.
    case failed(ArchiveError)
    /// It is here with the checksum that was kept with it; whether the archive has replaced it could not be learnt, or the new one
    /// not be had.
    case unrefreshed(ArchiveError)

    /// Whether the file stands under its name, verified.
    public var isHere: Bool {
        switch self {
        case .present, .fetched, .unrefreshed: true
        case .missing, .failed: false
        }
    }
}

/// Fetches series of an archive into a folder. Nothing else in the program opens a connection.
///
/// Every file is verified against the archive's SHA-256 before it appears under its name; one that is there and verified is not
/// asked for again. What was interrupted is gone on with.
public struct ArchiveFetcher: Sendable {
    private let base: WebAddress
    private let output: String
    private let policy: FetchPolicy
    private let now: UTCInstant
    private let isCancelled: @Sendable () -> Bool
    private let client: WebClient
    private let gate = FetchGate()

    /// A fetcher from `base` into the folder `output`.
    ///
    /// - Parameters:
    ///   - agent: what the program calls itself to the server.
    ///   - now: decides what is not published yet.
    ///   - isCancelled: asked some twenty times a second.
    public init(
        base: WebAddress, output: String, policy: FetchPolicy = FetchPolicy(), agent: String, now: UTCInstant,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.base, self.output, self.policy, self.now) = (base, output, policy, now)
        self.isCancelled = isCancelled
        client = WebClient(agent: agent, isCancelled: isCancelled)
    }

    /// Fetches `months` of every series: monthly files, and daily ones for the month that has not ended and for the last whole
    /// month while its file is not there yet.
    ///
    /// - Parameter tell: called for every file, from several threads.
    public func fetch(
        _ series: [ArchiveSeries], months: ClosedRange<ArchiveMonth>,
        tell: @escaping @Sendable (ArchiveSeries, ArchivePeriod, FileOutcome) -> Void = { _, _, _ in }
    ) -> [SeriesOutcome] {
        let plan = FetchPlan(months: months, now: now)
        var files = fetchAll(series.flatMap { one in plan.first(one).map { FileTask(series: one, period: $0) } }, tell)
        let late = series.flatMap { one in
            plan.second(one) { files[FileTask(series: one, period: $0)] == .missing }
                .map { FileTask(series: one, period: $0) }
        }
        files.merge(fetchAll(late, tell)) { $1 }
        return series.map { one in
            var outcome = SeriesOutcome(
                series: one,
                periods: plan.all(one).compactMap { period in
                    files[FileTask(series: one, period: period)].map { (period, $0) }
                }, now: now)
            outcome.superseded = removeSuperseded(outcome)
            return outcome
        }
    }

    private func fetchAll(
        _ tasks: [FileTask], _ tell: @escaping @Sendable (ArchiveSeries, ArchivePeriod, FileOutcome) -> Void
    ) -> [FileTask: FileOutcome] {
        let results = Mutex<[FileTask: FileOutcome]>([:])
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(policy.parallel, tasks.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < tasks.count else { return }
                let task = tasks[index]
                let outcome = FileFetch(
                    task, base: base, output: output, policy: policy, client: client, gate: gate, now: now,
                    isCancelled: isCancelled
                ).run()
                results.withLock { $0[task] = outcome }
                tell(task.series, task.period, outcome)
            }
        }
        return results.withLock { $0 }
    }

    /// Removes the daily files of months whose own file is here, or a glob over the folder would read those days twice.
    private func removeSuperseded(_ outcome: SeriesOutcome) -> Int {
        let folder = "\(output)/\(outcome.series.folder)"
        let months = outcome.present.filter { $0 == .month($0.month) }.map(\.month)
        let days = months.flatMap(\.days)
        return days.count { removeFetched("\(folder)/\(outcome.series.fileName($0))") }
    }
}

/// A file to fetch.
struct FileTask: Hashable, Sendable {
    let series: ArchiveSeries
    let period: ArchivePeriod
}

/// Which files cover a span of months.
struct FetchPlan {
    let months: ClosedRange<ArchiveMonth>
    let now: UTCInstant

    /// Files that are asked for at once.
    func first(_ series: ArchiveSeries) -> [ArchivePeriod] {
        let whole = months.filter { $0.end <= now }.map(ArchivePeriod.month)
        guard series.kind.hasDays else { return whole }
        return whole + months.filter { $0.end > now }.flatMap(days)
    }

    /// Daily files of the last whole month, when its own file is missing and may be late.
    func second(_ series: ArchiveSeries, isMissing: (ArchivePeriod) -> Bool) -> [ArchivePeriod] {
        guard series.kind.hasDays, let last = months.last(where: { $0.end <= now }), isMissing(.month(last)),
            isRecent(.month(last), now: now)
        else { return [] }
        return days(last)
    }

    /// All that may have been asked for, in the order of time.
    func all(_ series: ArchiveSeries) -> [ArchivePeriod] {
        months.flatMap { month -> [ArchivePeriod] in [.month(month)] + month.days }
    }

    private func days(_ month: ArchiveMonth) -> [ArchivePeriod] { month.days.filter { $0.end <= now } }
}

/// Whether a file may still be on its way: a month's is published in the first days of the next one, a day's on the day after.
func isRecent(_ period: ArchivePeriod, now: UTCInstant) -> Bool {
    if case .month = period { period.end + .days(10) > now } else { period.end + .days(3) > now }
}

/// What all files of a fetch share: a server's wish to be left alone, and how many files in a row were given up.
final class FetchGate: Sendable {
    private let opens = Mutex<ContinuousClock.Instant?>(nil)
    private let givenUp = Atomic(0)

    /// When the next request may be sent; nil for now.
    var notBefore: ContinuousClock.Instant? { opens.withLock { $0 } }

    /// Holds back every request for `span`.
    func close(for span: TimeSpan) {
        let until = ContinuousClock.now + .milliseconds(span.milliseconds)
        opens.withLock { $0 = max($0 ?? until, until) }
    }

    /// The archive gave a file or said that it has none: whatever failed before, it is there.
    func noteAnswer() { givenUp.store(0, ordering: .relaxed) }

    /// A file was given up that another day may give.
    func noteGivenUp() { givenUp.wrappingAdd(1, ordering: .relaxed) }

    var isHopeless: Bool { givenUp.load(ordering: .relaxed) >= FetchPolicy.mostGivenUp }
}
