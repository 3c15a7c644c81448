import Foundation
import GRDB
import RunStore
import StressBasics
import StudyPlan
import TestSupport
import Testing

private func day(_ number: Int) -> String { "2026-11-\(number < 10 ? "0" : "")\(number)T02:00:00Z" }

@Suite struct HistoryTests {
    private let scratch = TemporaryFolder()
    private var root: String { scratch.path + "/Reports" }
    private var path: String { root + "/belowzero.sqlite" }

    private func open(_ said: ((String) -> Void)? = nil) throws -> RunHistory {
        try RunHistory.openRepairing(path: path) { said?($0) }
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func everythingAFolderSaysIsKept() throws {
        let name = try RunFolderFixture().write(in: root)
        let record = try RunRecord(folder: "\(root)/\(name)", named: name)
        #expect(record.run.study == "nightly" && record.run.started.rfc3339 == day(20))
        #expect(record.run.duration == TimeSpan(milliseconds: 41_500) && record.run.exitCode == 0)
        #expect(record.jobs.map(\.asset) == ["BTC", "ETH"] && record.jobs.map(\.isFailed) == [false, true])
        #expect(record.jobs[0].warnings == 1 && record.jobs[0].last?.rfc3339 == "2026-11-19T23:00:00Z")
        #expect(record.headlines[0].isStudyHeadline && record.headlines[0].shares[.worstNegativeEquity] == 0.2)
        #expect(record.headlines[0].shares[.gapNegativeEquity] == 0.01)
        #expect(record.limits[0].cell?.leverage.value == 20 && record.limits[1].cell == nil)
        #expect(record.limits[1].asset == "BTC" && record.limits[1].threshold == 36)
        let history = try open()
        let run = try #require(try history.runs().first)
        var read = try history.record(of: run)
        read.run.id = 0
        #expect(read == record)
    }

    /// Where a history ever began, whatever the newest run read; failed jobs say nothing, and other studies neither.
    @Test func theEarliestBeginningIsKnown() throws {
        let history = try open()
        func record(_ number: Int, first: String, study: String = "nightly") throws {
            let name = try RunFolderFixture(started: day(number)).write(in: root)
            var record = try RunRecord(folder: "\(root)/\(name)", named: name)
            record.run.study = study
            record.jobs[0].first = UTCInstant(rfc3339: first)
            try history.record(record)
        }
        #expect(try history.beginnings(study: "nightly") == [:])
        try record(1, first: "2020-05-01T00:00:00Z")
        try record(2, first: "2020-03-01T00:00:00Z")
        try record(3, first: "2020-06-01T00:00:00Z")
        try record(4, first: "2019-01-01T00:00:00Z", study: "another")
        #expect(try history.beginnings(study: "nightly").mapValues(\.rfc3339) == ["BTC": "2020-03-01T00:00:00Z"])
    }

    /// The law the whole design rests on: what was recorded is what the folders say.
    @Test func aLostStoreIsRebuiltEqual() throws {
        let history = try RunHistory.openRepairing(path: path) { _ in }
        for number in 1...5 {
            let name = try RunFolderFixture(started: day(number), value: Double(number) / 100).write(in: root)
            try history.record(try RunRecord(folder: "\(root)/\(name)", named: name))
        }
        func contents(_ history: RunHistory) throws -> [RunRecord] {
            try history.runs().map { run in
                var record = try history.record(of: run)
                record.run.id = 0
                return record
            }
        }
        let before = try contents(history)
        history.close()
        try FileManager.default.removeItem(atPath: path)
        var said: [String] = []
        let again = try open { said.append($0) }
        #expect(try contents(again) == before && before.count == 5)
        #expect(said == ["rebuilt \(path) from 5 run folders"])
        #expect(try again.check(isRunning: false).map(\.kind) == [])
    }

    @Test(arguments: ["garbage", "header", "middle"])
    func aDamagedStoreIsSetAside(kind: String) throws {
        try RunFolderFixture().write(in: root)
        let history = try open()
        for number in 1...19 {
            let name = try RunFolderFixture(started: day(number), inputs: 40).write(in: root)
            try history.record(try RunRecord(folder: "\(root)/\(name)", named: name))
        }
        history.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        switch kind {
        case "garbage": bytes = Data("not a database, whatever its name says, and long enough to be read".utf8)
        case "header": bytes.replaceSubrange(0..<16, with: Data(repeating: 0x41, count: 16))
        default: bytes.replaceSubrange(4096..<bytes.count, with: Data(repeating: 0xA5, count: bytes.count - 4096))
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        var said: [String] = []
        let again = try open { said.append($0) }
        #expect(try again.runs().count == 20)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".corrupt-1")) == bytes, "kept to the byte")
        #expect(said.count == 2 && said[0].contains("set aside as \(path).corrupt-1"))
        again.close()
        try bytes.write(to: URL(fileURLWithPath: path))
        _ = try open()
        #expect(try names(root).filter { $0.contains("corrupt") }.count == 2, "the first one is not overwritten")
    }

    @Test func aNewerStoreAndAForeignOneAreLeftAlone() throws {
        let history = try open()
        history.close()
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let newer = #expect(throws: StoreError.self) { _ = try open() }
        #expect(newer?.reason == .newer && newer?.message.contains("newer version") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)

        let other = scratch.path + "/other.sqlite"
        let foreign = try DatabaseQueue(path: other)
        try foreign.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
        try foreign.close()
        let refused = #expect(throws: StoreError.self) { _ = try RunHistory.openRepairing(path: other) { _ in } }
        #expect(refused?.reason == .foreign && !FileManager.default.fileExists(atPath: other + ".corrupt-1"))
    }

    /// A store of before closing at once was kept opens, and says nothing of it for its runs; a new run has it.
    @Test func anOlderStoreLearnsOfFillsAtOnce() throws {
        func record(_ number: Int, into history: RunHistory) throws {
            let name = try RunFolderFixture(started: day(number)).write(in: root)
            try history.record(try RunRecord(folder: "\(root)/\(name)", named: name))
        }
        let old = try open()
        try record(1, into: old)
        old.close()
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "ALTER TABLE headlines DROP COLUMN gap_negative_equity_frac")
            try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '3 fills at once'")
        }
        try queue.close()
        let history = try open()
        try record(2, into: history)
        let headlines = try history.runs().map { try history.record(of: $0).headlines[0] }
        #expect(headlines.map { $0.shares[.worstNegativeEquity] } == [0.2, 0.2])
        #expect(Set(headlines.map { $0.shares[.gapNegativeEquity] }) == [nil, 0.01])
    }

    /// A store of before figures were told from limits opens: its runs are compared word for word, new ones by what they ask for.
    @Test func anOlderStoreLearnsWhatMakesFigures() throws {
        func record(_ number: Int, _ figures: String?, into history: RunHistory) throws {
            let name = try RunFolderFixture(started: day(number), asked: figures).write(in: root)
            try history.record(try RunRecord(folder: "\(root)/\(name)", named: name))
        }
        let old = try open()
        try record(1, nil, into: old)
        old.close()
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "ALTER TABLE runs DROP COLUMN figures_sha256")
            try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '7 figures of studies'")
        }
        try queue.close()
        let history = try open()
        try record(2, "cd", into: history)
        try record(3, "ef", into: history)
        let runs = try history.runs().sorted { $0.started < $1.started }
        #expect(runs.map(\.figuresDigest) == [nil, "cd", "ef"])
        #expect(runs[1].asksForFigures(of: runs[0]) && !runs[2].asksForFigures(of: runs[1]))
    }

    @Test func theLogOfALostStoreIsNotPlayedIntoTheNewOne() throws {
        try RunFolderFixture().write(in: root)
        // A writer that dies leaves its log: copied while the connection is open.
        let history = try open()
        try history.record(RunRecord(run: failure(at: 1)))
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        history.close()
        try FileManager.default.removeItem(atPath: path)
        try log.write(to: URL(fileURLWithPath: path + "-wal"))
        let again = try open()
        #expect(try again.runs().map(\.status) == [.ok])
        #expect(try again.check(isRunning: false).isEmpty)
    }

    private func failure(at number: Int, study: String = "nightly") -> StoredRun {
        StoredRun(
            folder: nil, study: study, version: "0.1.0", command: "belowzero run nightly.yaml",
            started: UTCInstant(rfc3339: day(number))!, duration: .seconds(1), status: .failed, exitCode: 65,
            message: "bad data")
    }

    @Test func runsAreFoundByStudyTimeAndNumber() throws {
        let history = try open()
        for number in 1...6 {
            try history.record(RunRecord(run: failure(at: number, study: number % 2 == 0 ? "a" : "b")))
        }
        #expect(try history.runs().map(\.started.civil.day) == [6, 5, 4, 3, 2, 1])
        #expect(try history.runs(study: "a").map(\.started.civil.day) == [6, 4, 2])
        #expect(try history.runs(since: UTCInstant(rfc3339: "2026-11-05")).map(\.started.civil.day) == [6, 5])
        #expect(try history.runs(study: "b", limit: 2).map(\.started.civil.day) == [5, 3])
    }

    @Test func foldersTheStoreDoesNotKnowAreAdopted() throws {
        let history = try open()
        try RunFolderFixture().write(in: root)
        try RunFolderFixture(study: "other", isRecorded: false).write(in: root)
        // A folder of that name with another study's run in it is nobody's.
        let moved = try RunFolderFixture(started: day(3)).write(in: root)
        try FileManager.default.moveItem(atPath: "\(root)/\(moved)", toPath: "\(root)/other/\(moved.dropFirst(8))")
        #expect(try history.check(isRunning: false).map(\.kind) == [.orphanedFolder])
        #expect(try history.adoptFolders { _ in } == 1)
        #expect(try history.runs().map(\.folder) == ["nightly/2026-11-20T020000Z"])
        #expect(try history.check(isRunning: false).isEmpty)
    }

    @Test func aCheckFindsWhatIsWrong() throws {
        let history = try open()
        for number in 1...4 { try RunFolderFixture(started: day(number)).write(in: root) }
        #expect(try history.adoptFolders { _ in } == 4)
        try LatestLink.update(in: root + "/nightly")
        #expect(try history.check(isRunning: false).isEmpty)
        try "changed".write(
            toFile: "\(root)/nightly/2026-11-02T020000Z/results.csv", atomically: false, encoding: .utf8)
        try FileManager.default.removeItem(atPath: "\(root)/nightly/2026-11-01T020000Z")
        try FileManager.default.removeItem(atPath: "\(root)/nightly/2026-11-04T020000Z")
        try FileManager.default.createDirectory(
            atPath: "\(root)/nightly/.2026-11-05T020000Z.12.partial", withIntermediateDirectories: true)
        let problems = try history.check(isRunning: false)
        #expect(
            problems.map(\.kind) == [.missingFolder, .changedFolder, .missingFolder, .leftover, .staleLatest],
            "\(problems)")
        #expect(try !history.check(isRunning: true).contains { $0.kind == .leftover })
        let rebuilt = try history.rebuild { _ in }
        #expect(rebuilt.runs == 2 && rebuilt.forgotten == 2)
        try LatestLink.update(in: root + "/nightly")
        // The manifest still says what the results were.
        #expect(try history.check(isRunning: true).map(\.kind) == [.changedFolder])
    }

    @Test func earlierValuesAreFoundByCell() throws {
        let history = try open()
        for number in 1...6 {
            try RunFolderFixture(started: day(number), value: Double(number) / 100).write(in: root)
        }
        try RunFolderFixture(study: "other", started: day(9), value: 0.5).write(in: root)
        try history.adoptFolders { _ in }
        try history.record(RunRecord(run: failure(at: 7)))
        let values = try history.values(of: "negative_equity_frac", study: "nightly", runs: 3)
        let cell = CellKey(
            asset: "BTC", contract: .linear, side: .long, leverage: Leverage(20)!, horizon: .days(7),
            platform: "typical")
        #expect(values == [cell: [0.06, 0.05, 0.04]])
        #expect(try history.values(of: "liquidated_frac", study: "nightly", runs: 3).isEmpty)
        let last = try history.lastGoodHeadlines(study: "nightly")
        #expect(last.count == 1 && last[0].headline.negativeEquity == 0.06 && last[0].run.started.civil.day == 6)
    }

    /// Hundreds of files a night are named once.
    @Test func aNightCostsLittle() throws {
        func size(nights: ClosedRange<Int>) throws -> Int {
            let history = try open()
            for number in nights {
                let name = try RunFolderFixture(started: day(number), inputs: 300 + number).write(in: root)
                try history.record(try RunRecord(folder: "\(root)/\(name)", named: name))
            }
            history.close()
            return try Data(contentsOf: URL(fileURLWithPath: path)).count
        }
        let (first, then) = (try size(nights: 1...5), try size(nights: 6...25))
        #expect((then - first) / 20 < 16_384, "\((then - first) / 20) bytes a night for 300 files")
    }

    /// People read the history of a service that runs as somebody else.
    @Test func aHistoryIsReadWhereNothingMayBeWritten() throws {
        let odd = scratch.path + "/100 %?#é"
        try RunFolderFixture().write(in: odd)
        let path = odd + "/belowzero.sqlite"
        try RunHistory.openRepairing(path: path) { _ in }.close()
        let (bytes, before) = (try Data(contentsOf: URL(fileURLWithPath: path)), try names(odd))
        let reader = try RunHistory(path: path, isReadOnly: true)
        #expect(try reader.runs().count == 1)
        #expect(throws: StoreError.self) { try reader.record(RunRecord(run: failure(at: 1))) }
        reader.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes && names(odd) == before)
        // While a run records, the log beside the file is read too.
        let writer = try RunHistory(path: path)
        try writer.record(RunRecord(run: failure(at: 2)))
        #expect(try RunHistory(path: path, isReadOnly: true).runs().count == 2)
    }

    @Test func twoProcessesMayReadAndWrite() throws {
        let (a, b) = (try open(), try RunHistory(path: path))
        try a.record(RunRecord(run: failure(at: 1)))
        #expect(try b.runs().count == 1)
        try b.record(RunRecord(run: failure(at: 2)))
        #expect(try a.runs().count == 2)
    }
}
