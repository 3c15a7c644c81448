import DurableFiles
import Foundation
import StressBasics
import TestSupport
import Testing

@testable import RunStore

/// A run at work: found again by its name, owned by one process, its pieces trusted only when they are whole and its own.
@Suite struct UnfinishedRunTests {
    private let folder = TemporaryFolder()

    private func scratch() throws -> String { try folder.subfolder() }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func open(_ root: String, resuming: Bool = true) throws -> UnfinishedRun {
        try UnfinishedRun(RunPlace(folder: root + "/run"), isResuming: resuming, about: "A test.")
    }

    private let key = Digest(of: "what it was computed from")

    @Test func piecesOutliveTheProcessThatKeptThem() throws {
        let root = try scratch()
        let first = try open(root)
        #expect(!first.isResumed)
        try first.keep("job-1", key: key, Array("one".utf8))
        #expect(first.close(), "there is something to resume")
        let second = try open(root)
        #expect(second.isResumed)
        #expect(second.piece("job-1", key: key) == .whole(Array("one".utf8)))
        #expect(second.piece("job-2", key: key) == .absent)
        #expect(second.piece("job-1", key: Digest(of: "another study")) == .foreign)
        second.finish()
        #expect(try names(root).isEmpty)
    }

    /// Who computes it and who has waited long enough for that both close a run that is stopped, in any order; either may be whom
    /// people hear.
    @Test func whoClosesItSecondHearsTheSame() throws {
        let root = try scratch()
        let kept = try open(root)
        try kept.keep("job-1", key: key, [1])
        #expect(kept.close() && kept.close())
        let found = try open(root)
        found.finish()
        #expect(!found.close() && !found.close(), "nothing is left of what is finished")
        let empty = try open(root)
        #expect(!empty.close() && !empty.close())
    }

    @Test func withoutResumingPiecesAreRemoved() throws {
        let root = try scratch()
        let first = try open(root)
        try first.keep("job-1", key: key, [1])
        first.close()
        let second = try open(root, resuming: false)
        #expect(!second.isResumed && second.hasDiscarded && second.piece("job-1", key: key) == .absent)
    }

    @Test func nothingIsLeftOfARunWithoutPieces() throws {
        let root = try scratch()
        let run = try UnfinishedRun(RunPlace(folder: root + "/a/b/run"), isResuming: true, about: "A test.")
        #expect(!run.close())
        #expect(try names(root).isEmpty, "the folders that were made for it are gone, too")
    }

    /// Every byte matters: a flipped bit anywhere in the file, and every length it may be cut to.
    @Test func aDamagedPieceIsNeverUsed() throws {
        let root = try scratch()
        let run = try open(root)
        let body = (0..<100).map { UInt8($0) }
        try run.keep("job-1", key: key, body)
        let path = run.path + "/pieces/job-1"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            try bytes.write(to: URL(fileURLWithPath: path))
            // A flipped digit of the key is the key of something else.
            let found = run.piece("job-1", key: key)
            #expect(found == .damaged || found == .foreign, "byte \(place): \(found)")
        }
        for length in whole.indices {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(run.piece("job-1", key: key) == .damaged, "cut to \(length)")
        }
        try (whole + [0]).write(to: URL(fileURLWithPath: path))
        #expect(run.piece("job-1", key: key) == .damaged)
    }

    @Test func aPlaceHasOneOwner() throws {
        let root = try scratch()
        let owner = try open(root)
        let error = #expect(throws: StoreError.self) { _ = try open(root, resuming: false) }
        #expect(error?.reason == .busy)
        // Whoever was refused has changed nothing.
        try owner.keep("job-1", key: key, [1])
        #expect(owner.piece("job-1", key: key) == .whole([1]))
        owner.close()
        #expect(try open(root).isResumed)
    }

    @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
        let root = try scratch()
        try FileManager.default.createDirectory(atPath: root + "/.run.partial", withIntermediateDirectories: false)
        try "mine".write(toFile: root + "/.run.partial/notes.txt", atomically: false, encoding: .utf8)
        for resuming in [true, false] {
            let error = #expect(throws: StoreError.self) { _ = try open(root, resuming: resuming) }
            #expect(error?.reason == .cannotCreate && error?.message.contains("in the way") == true)
        }
        UnfinishedRun.removeStale(in: root, olderThan: -10, calls: .system)
        #expect(try names(root + "/.run.partial") == ["notes.txt"])
    }

    @Test func onlyOldFoldersOfDeadProcessesAreRemoved() throws {
        let root = try scratch()
        func place(_ name: String) -> RunPlace { RunPlace(in: root, name: name) }
        let alive = try UnfinishedRun(place("alive"), isResuming: true, about: "")
        let dead = try UnfinishedRun(place("dead"), isResuming: true, about: "")
        for run in [alive, dead] { try run.keep("job-1", key: key, [1]) }
        dead.close()
        UnfinishedRun.removeStale(in: root)
        #expect(try names(root) == [".alive.partial", ".dead.partial"], "somebody may still come back for it")
        UnfinishedRun.removeStale(in: root, olderThan: -10, calls: .system)
        #expect(try names(root) == [".alive.partial"])
    }

    @Test func talliesGoWithTheirJob() throws {
        let run = try open(try scratch())
        let program = Digest(of: "program")
        for job in ["job-1", "job-10"] { try run.keepTally(key, of: job, program, [1, 2]) }
        #expect(run.tally(key, of: "job-1", program) == .whole([1, 2]))
        #expect(run.tally(key, of: "job-1", Digest(of: "another program")) == .foreign)
        try run.keep("job-1", key: key, [3])
        run.dropTallies(of: "job-1")
        #expect(run.tally(key, of: "job-1", program) == .absent && run.piece("job-1", key: key) == .whole([3]))
        #expect(run.tally(key, of: "job-10", program) == .whole([1, 2]), "that of a job at work stays")
    }

    @Test func aDiskWithoutRoomIsSeenBeforeAnythingIsWritten() throws {
        var calls = FileCalls()
        calls.space = { _ in DiskSpace(free: 10_000, block: 4096) }
        let root = try scratch()
        let run = try UnfinishedRun(RunPlace(folder: root + "/run"), isResuming: true, about: "", calls: calls)
        let folder = try run.runFolder(at: root + "/run")
        let error = #expect(throws: StoreError.self) {
            try folder.checkSpace(for: [("a", 5000), ("b/c", 1)])
        }
        // Two blocks and one for the files, and one for each of the two folders.
        #expect(error?.reason == .inputOutput)
        #expect(error?.message.contains("2 files take 20 kB, 10 kB are free") == true, "\(error?.message ?? "")")
    }

    @Test func whatWasKeptMakesRoomForTheOutputs() throws {
        let root = try scratch()
        let path = root + "/.run.partial/pieces/job-1"
        var calls = FileCalls()
        calls.space = { _ in
            DiskSpace(free: FileManager.default.fileExists(atPath: path) ? 5000 : 105_000, block: 1000)
        }
        let run = try UnfinishedRun(RunPlace(folder: root + "/run"), isResuming: true, about: "", calls: calls)
        try run.keep("job-1", key: key, Array(repeating: 7, count: 100_000))
        var folder = try run.runFolder(at: root + "/run")
        try folder.checkSpace(for: [("a", 50_000)])
        #expect(run.piece("job-1", key: key) == .absent)
        try folder.write("x", to: "a")
        try folder.publish()
        #expect(try names(root) == ["run"])
    }
}
