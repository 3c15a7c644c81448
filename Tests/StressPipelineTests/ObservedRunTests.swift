import Foundation
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StudyPlan
import Synchronization
import TestSupport
import Testing

@testable import StressPipeline

/// Keeps what it is told, and stops the run when it is told something.
private final class Recorder: RunObserver {
    let control = RunControl()
    private let told = Mutex<[String]>([])
    private let last: String?

    /// - Parameter last: the event after which the run is to stop; nil for none.
    init(stoppingAt last: String? = nil) { self.last = last }

    var events: [String] { told.withLock { $0 } }

    func observe(_ event: RunEvent) {
        let word = Recorder.word(event)
        told.withLock { $0.append(word) }
        if word == last { control.cancel() }
    }

    func watch<Value>(_ share: @escaping @Sendable () -> Double, during work: () throws -> Value) throws -> Value {
        #expect(share() == 0, "nothing is done yet")
        let value = try work()
        #expect(share() == 1, "everything is done")
        return value
    }

    private static func word(_ event: RunEvent) -> String {
        switch event {
        case .resumed: "resumed"
        case .forgotten: "forgotten"
        case .begun(let jobs, let cells, _): "begun \(jobs) \(cells)"
        case .planned(let plan, _, _): "planned \(plan.jobs.count)"
        case .read(let report, _): "read \(report.asset)"
        case .computed(let asset, let figures): "computed \(asset) \(figures.cells)"
        case .failed(let error, let cells, _): "failed \(error.failure.asset) \(error.failure.reason) \(cells)"
        case .notKept: "not kept"
        case .settling(let platforms): "settling \(platforms)"
        case .spreading: "spreading"
        case .simulating(let paths): "simulating \(paths)"
        case .recomputing: "recomputing"
        }
    }
}

@Suite struct ObservedRunTests {
    private let folder = TemporaryFolder()

    /// Histories of one fall, each longer than the one before, in files of their own, one of which may be missing.
    private func session(
        _ observer: any RunObserver, without missing: String? = nil, assets: [String] = ["A", "B"], threads: Int = 1,
        memory: MemorySize? = nil, bars: Int = 300, ledger: String = ""
    ) throws -> StressSession {
        for (place, name) in assets.map({ "\($0).csv" }).enumerated() where name != missing {
            let rows = (0..<bars + (bars > 1 ? 40 * place : 0)).map { hour in
                let price = hour < 150 ? 100 + hour % 7 : 80 - hour % 5
                return "\(1_700_000_000 + hour * 3600),\(price),\(price + 1),\(price - 1),\(price),10"
            }
            let text = (["time,open,high,low,close,volume"] + rows).joined(separator: "\n") + "\n"
            try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
        }
        let study = """
            version: 1
            name: observed
            data: [\(assets.map { "{asset: \($0), path: \($0).csv}" }.joined(separator: ", "))]
            grid: {leverage: [1, 10], horizon: [4h]}
            platforms: {typical: {tiers: [{to: .inf, rate: 0.005}]}}
            headline: {side: long, leverage: 10, horizon: 4h}
            \(ledger)
            """
        try study.write(toFile: folder.path + "/study.yaml", atomically: false, encoding: .utf8)
        let loaded = try LoadedStudy(file: folder.path + "/study.yaml", threads: 1)
        let plan = WorkPlan(loaded.study, files: loaded.files, threads: threads, memory: memory, isTableOnly: false)
        return StressSession(
            try ResolvedStudy(loaded.study, files: loaded.files), plan: plan, settings: RunSettings(threads: threads),
            command: "a test", started: UTCInstant(milliseconds: 0), observer: observer)
    }

    /// Nothing that is computed depends on who watches, and what is told is what was done.
    @Test func anObserverIsToldEverythingAndChangesNothing() throws {
        let recorder = Recorder()
        let watched = try session(recorder).report()
        let alone = try session(NobodyWatching()).report()
        #expect(watched.resultsText == alone.resultsText)
        #expect(watched.runID == alone.runID)
        let events = recorder.events
        #expect(events.prefix(2) == ["begun 2 \(watched.rows.count)", "planned 2"])
        let cells = watched.rows.count / 2
        #expect(
            Set(events.dropFirst(2)) == ["read A", "read B", "computed A \(cells)", "computed B \(cells)"])
        for asset in ["A", "B"] {
            let read = try #require(events.firstIndex(of: "read \(asset)"))
            #expect(read < (try #require(events.firstIndex(of: "computed \(asset) \(cells)"))))
        }
    }

    /// A run that its observer stops ends as cancelled, whenever that is.
    @Test(arguments: ["planned 2", "read A", "computed A 4"])
    func anObserverStopsARun(_ event: String) throws {
        let recorder = Recorder(stoppingAt: event)
        let session = try session(recorder)
        #expect(throws: RunCancelled.self) { try session.report() }
        #expect(recorder.events.contains(event))
    }

    /// A history that cannot be read is told and leaves the others alone.
    @Test func aJobThatFailsIsTold() throws {
        let recorder = Recorder()
        let report = try session(recorder, without: "B.csv").report()
        #expect(report.failures.map(\.asset) == ["B"])
        #expect(recorder.events.contains { $0.hasPrefix("failed B noInput") })
        #expect(recorder.events.contains { $0.hasPrefix("computed A") })
        #expect(!recorder.events.contains { $0.hasPrefix("computed B") })
    }

    /// As many jobs as there are threads are at work at the same time: no byte and no order of what is told depends on it.
    @Test(arguments: [2, 3, 8])
    func jobsAtTheSameTimeSayAndFindTheSame(threads: Int) throws {
        let assets = ["A", "B", "C", "D", "E", "F"]
        let (alone, together) = (Recorder(), Recorder())
        let wanted = try session(alone, assets: assets).report()
        let found = try session(together, assets: assets, threads: threads).report()
        #expect(found.runID == wanted.runID)
        func tables(_ report: RunReport) -> [ReportFile] { report.files().filter { $0.path.hasSuffix(".csv") } }
        #expect(tables(found) == tables(wanted))
        #expect(together.events == alone.events)
    }

    private static let ledger = "ledger: {population: bitmex-2019, horizon: 4h, fund: {amount: 500}, adl: binance}"

    /// The ledger of a run on several threads is lived through beside the last jobs; a run on one thread does it after them.
    @Test(arguments: [2, 3, 8])
    func theLedgerBesideTheJobsIsThatAfterThem(threads: Int) throws {
        let (alone, together) = (Recorder(), Recorder())
        let wanted = try session(alone, threads: 1, ledger: Self.ledger).report()
        let beside = try session(together, threads: threads, ledger: Self.ledger)
        let found = try beside.report()
        #expect(
            found.files().filter { $0.path.hasSuffix(".csv") } == wanted.files().filter { $0.path.hasSuffix(".csv") })
        #expect(together.events == alone.events)
        let ahead = try #require(LedgerAhead(beside))
        #expect(ahead.results(for: found) == nil, "nothing was lived through here")
        ahead.live()
        #expect(ahead.results(for: found) != nil)
        var revised = found
        revised.assets[0].files = []
        #expect(ahead.results(for: revised) == nil, "the job was done on other files")
    }

    /// A history that failed is in no ledger, however many threads there are.
    @Test func aFailedHistoryIsLeftOutOfTheLedger() throws {
        let runs = try [1, 2].map {
            try session(Recorder(), without: "B.csv", threads: $0, ledger: Self.ledger).report()
        }
        #expect(runs.map(\.ledger?.assets) == [["A"], ["A"]])
        let tables = runs.map { $0.files().filter { $0.path.hasSuffix(".csv") } }
        #expect(tables[0] == tables[1])
    }

    /// What does not fit the memory beside the jobs waits for their end.
    @Test func aTightMemoryHoldsNoLedgerBesideTheJobs() throws {
        let roomy = try session(Recorder(), threads: 2, ledger: Self.ledger)
        let tight = MemorySize(bytes: roomy.plan.smallestPeak)
        let waiting = try session(Recorder(), threads: 2, memory: tight, ledger: Self.ledger)
        #expect(LedgerAhead(roomy) != nil)
        #expect(LedgerAhead(waiting) == nil)
        let (wanted, found) = (try roomy.report(), try waiting.report())
        #expect(
            found.files().filter { $0.path.hasSuffix(".csv") } == wanted.files().filter { $0.path.hasSuffix(".csv") })
    }

    /// Every job once, the largest first; no more at once than fit, and no fewer where they do.
    @Test(arguments: [1, 2, 3, 8])
    func groupsFitTheMemory(threads: Int) throws {
        let assets = ["A", "B", "C", "D", "E", "F"]
        let roomy = try session(NobodyWatching(), assets: assets, threads: threads).plan
        let places = Array(roomy.jobs.indices)
        #expect(roomy.groups(of: places).map(\.atOnce) == [min(threads, 6)], "all fit: one group")
        let peaks = roomy.jobs.map(\.peak).sorted(by: >)
        for count in 0...6 {
            let bytes = roomy.base + peaks.prefix(count).reduce(0, +)
            let plan = try session(
                NobodyWatching(), assets: assets, threads: threads, memory: MemorySize(bytes: bytes)
            ).plan
            let groups = plan.groups(of: places)
            #expect(groups.flatMap(\.jobs).sorted() == places)
            #expect(groups.flatMap(\.jobs).map { plan.jobs[$0].peak } == plan.jobs.map(\.peak).sorted(by: >))
            for group in groups {
                #expect(group.atOnce == 1 || plan.peak(group) <= bytes)
                #expect(group.atOnce <= threads && group.atOnce <= group.jobs.count)
            }
            #expect(count == 0 || groups[0].atOnce >= min(count, threads), "\(count) fit")
        }
    }

    /// A history without a window, whose headline cannot be looked at closer, is a result and no cancelled run.
    @Test(arguments: [1, 2])
    func aHistoryOfOneBarIsNoInterruption(threads: Int) throws {
        let session = try session(NobodyWatching(), threads: threads, bars: 1)
        let report = try session.report()
        #expect(report.details.isEmpty && report.failures.isEmpty && report.rows.count == 8)
        #expect(report.rows.allSatisfy { $0.estimate.windows.entries == 0 })
    }
}
