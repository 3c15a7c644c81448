import Foundation
import RunStore
import StressBasics
import TestSupport
import Testing

@Suite struct PruningTests {
    private let scratch = TemporaryFolder()
    private var root: String { scratch.path + "/Reports" }
    private let now = UTCInstant(rfc3339: "2026-11-21T02:00:00Z")!

    private func stamp(_ number: Int) -> String { "2026-11-\(number < 10 ? "0" : "")\(number)T02:00:00Z" }
    private func name(_ number: Int) -> String { "nightly/" + stamp(number).replacing(":", with: "") }

    private func store(_ days: ClosedRange<Int>) throws -> RunHistory {
        for number in days { try RunFolderFixture(started: stamp(number)).write(in: root) }
        let history = try RunHistory.openRepairing(path: root + "/belowzero.sqlite") { _ in }
        try history.adoptFolders { _ in }
        return history
    }

    private func left() throws -> [Int] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/nightly").sorted().compactMap {
            $0.hasPrefix("2026") ? Int($0.dropFirst(8).prefix(2)) : nil
        }
    }

    @Test func runsGoByAgeAndByNumber() throws {
        let history = try store(1...20)
        let byAge = try history.prune(study: "nightly", Retention(age: .days(10)), now: now)
        #expect(byAge.removed == (1...10).map(name) && byAge.kept.isEmpty)
        #expect(try left() == Array(11...20) && history.runs().count == 10)
        let byNumber = try history.prune(study: "nightly", Retention(age: .days(9), runs: 3), now: now)
        #expect(byNumber.removed == (11...17).map(name))
        #expect(try left() == [18, 19, 20] && history.check(isRunning: false).isEmpty)
        #expect(try history.prune(study: "nightly", Retention(runs: 3), now: now) == PruningResult())
    }

    @Test func theNewestRunAndTheLatestStay() throws {
        let history = try store(1...3)
        try FileManager.default.createSymbolicLink(
            atPath: root + "/nightly/latest", withDestinationPath: "2026-11-02T020000Z")
        _ = try history.prune(study: "nightly", Retention(age: .seconds(1), runs: 1), now: now)
        #expect(try left() == [2, 3])
    }

    /// The clock was set back before the last run, which is still the last.
    @Test func theNewestByNumberStays() throws {
        let history = try store(10...12)
        let late = try RunFolderFixture(started: stamp(3)).write(in: root)
        try history.record(try RunRecord(folder: root + "/" + late, named: late))
        let then = UTCInstant(rfc3339: stamp(3))!
        let result = try history.prune(study: "nightly", Retention(runs: 1), now: then)
        #expect(result.removed == (10...12).map(name))
        #expect(try left() == [3])
    }

    @Test func theRunAtWorkStays() throws {
        let history = try store(1...4)
        let result = try history.prune(study: "nightly", Retention(age: .days(1), runs: 1), now: now, current: name(2))
        #expect(result.removed == [name(1), name(3)])
        #expect(try left() == [2, 4])
    }

    @Test func aNameBelongsToTheFileThatHadItLast() throws {
        let history = try store(1...1)
        #expect(try history.studyFile(of: "nightly") == nil, "runs of earlier versions name none")
        let own = history.reference(to: scratch.path + "/a.yaml")
        #expect(own == "../a.yaml" && history.resolved(own).hasSuffix("/a.yaml"))
        #expect(history.reference(to: root + "/nightly/b.yaml") == "nightly/b.yaml")
        try history.record(
            RunRecord(
                run: StoredRun(
                    folder: nil, study: "nightly", studyFile: own, version: "0", command: "", started: now,
                    duration: .seconds(1), status: .failed, exitCode: 66)))
        #expect(try history.studyFile(of: "nightly") == "../a.yaml")
    }

    @Test func nothingElseIsTouched() throws {
        let history = try store(1...6)
        let manager = FileManager.default
        func path(_ number: Int) -> String { "\(root)/\(name(number))" }
        // 1: a link to a treasure outside; 2: another run's manifest; 3: a folder the store does not know; 4: a file.
        let treasure = scratch.path + "/treasure"
        try manager.moveItem(atPath: path(1), toPath: treasure)
        try manager.createSymbolicLink(atPath: path(1), withDestinationPath: treasure)
        try RunFolderFixture(runID: "ffffffffffff", started: stamp(2)).write(in: root)
        try history.forget(try history.runs().filter { $0.started.civil.day == 3 }.map(\.id))
        try manager.removeItem(atPath: path(4))
        try "mine".write(toFile: path(4), atomically: false, encoding: .utf8)
        try "outside".write(toFile: path(5) + "/notes.txt", atomically: false, encoding: .utf8)
        try manager.createSymbolicLink(atPath: path(5) + "/link", withDestinationPath: treasure)
        let result = try history.prune(study: "nightly", Retention(runs: 1), now: now)
        #expect(result.removed == [name(5)])
        #expect(result.kept.count == 3, "\(result.kept)")
        #expect(
            manager.fileExists(atPath: treasure + "/run.json"), "links inside and in place of runs are not followed")
        #expect(try left() == [1, 2, 3, 4, 6])
    }

    @Test func aStudyFolderThatIsALinkIsNotEntered() throws {
        let history = try store(1...3)
        try FileManager.default.moveItem(atPath: root + "/nightly", toPath: scratch.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: root + "/nightly", withDestinationPath: scratch.path + "/elsewhere")
        let result = try history.prune(study: "nightly", Retention(runs: 1), now: now)
        #expect(result.removed.isEmpty && result.kept.count == 2)
        #expect(try left() == [1, 2, 3])
    }

    @Test func otherStudiesStay() throws {
        let history = try store(1...4)
        try RunFolderFixture(study: "other", started: stamp(1)).write(in: root)
        try history.adoptFolders { _ in }
        _ = try history.prune(study: "nightly", Retention(runs: 1), now: now)
        #expect(try history.runs().map(\.study) == ["nightly", "other"])
    }

    @Test func failedRunsAreForgottenByTheSameRules() throws {
        let history = try store(10...11)
        for number in 1...9 {
            try history.record(
                RunRecord(
                    run: StoredRun(
                        folder: nil, study: "nightly", version: "0", command: "",
                        started: UTCInstant(rfc3339: stamp(number))!,
                        duration: .seconds(1), status: .failed, exitCode: 66)))
        }
        #expect(try history.prune(study: "nightly", Retention(runs: 2), now: now).forgotten == 7)
        #expect(try history.runs().count == 4)
    }

    @Test func whatACrashLeftIsRemovedNextTime() throws {
        let history = try store(1...2)
        let doomed = root + "/nightly/.2026-11-01T020000Z.pruned.99.partial"
        try FileManager.default.moveItem(atPath: root + "/" + name(1), toPath: doomed)
        let result = try history.prune(study: "nightly", Retention(runs: 1), now: now)
        #expect(!FileManager.default.fileExists(atPath: doomed) && result.removed.isEmpty)
        #expect(try history.runs().count == 1 && history.check(isRunning: false).isEmpty)
    }

    @Test func latestPointsAtTheNewestWholeRun() throws {
        let folder = root + "/nightly"
        #expect(try LatestLink.update(in: folder) == nil)
        _ = try store(1...3)
        #expect(try LatestLink.update(in: folder) == "2026-11-03T020000Z")
        try FileManager.default.createDirectory(
            atPath: folder + "/2026-11-09T020000Z", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: folder + "/zzz", withIntermediateDirectories: true)
        #expect(try LatestLink.update(in: folder) == "2026-11-03T020000Z", "a folder without a manifest is no run")
        try FileManager.default.removeItem(atPath: folder + "/" + "2026-11-03T020000Z")
        #expect(try LatestLink.update(in: folder) == "2026-11-02T020000Z")
        #expect(LatestLink.target(in: folder) == "2026-11-02T020000Z")
        try FileManager.default.removeItem(atPath: folder + "/latest")
        try "mine".write(toFile: folder + "/latest", atomically: false, encoding: .utf8)
        #expect(throws: StoreError.self) { try LatestLink.update(in: folder) }
        #expect(try String(contentsOfFile: folder + "/latest", encoding: .utf8) == "mine")
    }

    /// Runs of one second are told apart by a number, which is compared as one.
    @Test func runsOfOneSecondAreOrderedByTheirNumber() throws {
        let first = name(1)
        let names = [first] + [2, 3, 9, 10, 11].map { "\(first)-\($0)" }
        for (place, name) in names.enumerated() {
            let written = try RunFolderFixture(runID: "\(100_000_000_000 + place)", started: stamp(1)).write(
                in: scratch.path + "/made")
            try FileManager.default.createDirectory(atPath: root + "/nightly", withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: "\(scratch.path)/made/\(written)", toPath: "\(root)/\(name)")
        }
        #expect(try LatestLink.update(in: root + "/nightly") == "2026-11-01T020000Z-11")
        let history = try RunHistory.openRepairing(path: root + "/belowzero.sqlite") { _ in }
        try history.adoptFolders { _ in }
        #expect(try history.runs().reversed().map(\.folder) == names)
        _ = try history.rebuild { _ in }
        #expect(try history.runs().reversed().map(\.folder) == names)
        #expect(try history.check(isRunning: false).isEmpty)
        let pruned = try history.prune(study: "nightly", Retention(runs: 2), now: now)
        #expect(pruned.removed == Array(names.prefix(4)))
        #expect(try history.runs().map(\.folder) == ["\(first)-11", "\(first)-10"])
    }

    @Test func aLockIsHeldOnceAndGivenBack() throws {
        func take() throws -> String? {
            do throws(FolderLock.Refusal) {
                let lock = try FolderLock(folder: root, owner: "process 2")
                _ = consume lock
                return nil
            } catch {
                guard case .held(let owner) = error else { return "unusable" }
                return owner
            }
        }
        do {
            let lock = try FolderLock(folder: root, owner: "process 1, since noon")
            #expect(try take() == "process 1, since noon")
            _ = consume lock
        }
        #expect(try take() == nil)
    }
}
