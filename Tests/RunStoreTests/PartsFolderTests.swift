import DurableFiles
import Dispatch
import Foundation
import StressBasics
import TestSupport
import Testing

@testable import RunStore

/// Parts that several machines keep in one folder: whole or not at all, whoever else writes and whatever call fails.
@Suite struct PartsFolderTests {
    private let folder = TemporaryFolder()
    private let key = Digest(of: "what it was computed from")

    private func names(_ path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }

    /// What was kept before stays as it was, or what is kept now stands; a kill alone leaves a temporary file.
    @Test func whateverFailsAPartIsWholeOrNotThere() throws {
        let calls = try withEveryFault { calls in
            let path = try folder.subfolder() + "/parts"
            let parts = PartsFolder(path, calls: calls)
            var error: StoreError?
            do throws(StoreError) { try parts.keep("job-1", key: key, Array("bytes".utf8)) } catch let other {
                error = other
            }
            return (path, error)
        } judge: { fault, place, outcome in
            let (path, error) = outcome
            let found = PartsFolder(path).part("job-1", key: key)
            #expect(found == .whole(Array("bytes".utf8)) || found == .absent, "\(fault) at \(place): \(found)")
            if error == nil { #expect(found != .absent, "\(fault) at \(place): what was kept is there") }
            if fault == .diskFull, let error, found == .absent {
                #expect(error.reason == .inputOutput, "\(place): \(error)")
            }
            let left = names(path).filter { $0.hasPrefix(".") }
            // Where removing itself fails, or the process ends, a temporary file is left; it is known by its name.
            #expect(left.allSatisfy { $0.hasPrefix(".job-1.") && $0.hasSuffix(".partial") }, "\(left)")
        }
        #expect(calls > 5)
    }

    /// A folder that takes no part says so, whatever call fails, and leaves nothing behind.
    @Test func aFolderIsPreparedOrRefused() throws {
        let file = folder.path + "/file"
        try Data("text".utf8).write(to: URL(fileURLWithPath: file))
        let inTheWay = #expect(throws: StoreError.self) { try PartsFolder(file).prepare() }
        #expect(inTheWay?.reason == .cannotCreate && inTheWay?.message.contains("is no folder") == true)
        let calls = try withEveryFault { calls in
            let path = try folder.subfolder() + "/parts"
            var error: StoreError?
            do throws(StoreError) { try PartsFolder(path, calls: calls).prepare() } catch let other { error = other }
            return (path, error)
        } judge: { fault, place, outcome in
            let (path, error) = outcome
            if fault == .diskFull, let error { #expect(error.reason == .inputOutput, "\(place): \(error)") }
            #expect(error != nil || FileManager.default.fileExists(atPath: path), "\(fault) at \(place)")
            #expect(names(path).allSatisfy { $0.hasPrefix(".probe.") && $0.hasSuffix(".partial") })
        }
        #expect(calls > 2)
        let path = try folder.subfolder() + "/parts"
        try PartsFolder(path).prepare()
        #expect(names(path).isEmpty && FileManager.default.fileExists(atPath: path))
    }

    /// What may not be read is not called damaged.
    @Test func whatIsNotReadIsNotDamaged() throws {
        let path = try folder.subfolder()
        let parts = PartsFolder(path)
        try parts.keep("job-1", key: key, [1, 2, 3])
        try FileManager.default.createSymbolicLink(atPath: path + "/job-2", withDestinationPath: path + "/job-1")
        guard case .unreadable(let why) = parts.part("job-2", key: key) else {
            Issue.record("a link is not followed")
            return
        }
        #expect(!why.isEmpty)
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: path + "/job-1")
        let found = parts.part("job-1", key: key)
        // The superuser reads everything.
        #expect(found == (geteuid() == 0 ? .whole([1, 2, 3]) : .unreadable(why: "Permission denied")))
        #expect(parts.part("job-3", key: key) == .absent)
        try FileManager.default.createDirectory(atPath: path + "/job-4", withIntermediateDirectories: false)
        #expect(parts.part("job-4", key: key) == .damaged)
    }

    /// Many writers of the same parts leave each of them whole.
    @Test func writersDoNotDisturbEachOther() throws {
        let path = try folder.subfolder() + "/parts"
        let body = [UInt8](repeating: 7, count: 100_000)
        DispatchQueue.concurrentPerform(iterations: 40) { writer in
            let parts = PartsFolder(path)
            let name = "job-\(writer % 3 + 1)"
            do throws(StoreError) { try parts.keep(name, key: key, body) } catch { Issue.record("\(error)") }
            #expect(parts.part(name, key: key) == .whole(body))
        }
        #expect(names(path) == ["job-1", "job-2", "job-3"])
    }

    /// What killed writers left goes once it is old, and nothing else does.
    @Test func onlyOldTemporaryFilesAreRemoved() throws {
        let path = try folder.subfolder()
        let parts = PartsFolder(path)
        try parts.keep("job-1", key: key, [1])
        for name in [".job-2.host.1.abc.partial", ".notes", "shard-0.log"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        parts.removeStale()
        #expect(names(path).count == 4)
        parts.removeStale(olderThan: -1)
        #expect(names(path) == [".notes", "job-1", "shard-0.log"])
        parts.remove("job-1")
        #expect(parts.part("job-1", key: key) == .absent)
    }
}
