import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whatever call fails, at whatever count: the old bytes or the new ones whole, and nothing else after an error.
@Suite struct WholeFileLawTests {
    private let folder = TemporaryFolder()

    private func scratch() throws -> String { try folder.subfolder() }

    private func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Several writes, of which one is longer than a buffer.
    private static let parts = [Array("new ".utf8), [], [UInt8](repeating: 0x61, count: 100_000)]
    private static let new = Data(parts.joined())
    private static let old = Data("old".utf8)

    /// What a step left in its folder, and the error it gave.
    private struct Left {
        var names: [String] = []
        var bytes: Data?
        var thrown: FileError?
    }

    private func expectWhole(
        old: Data?, atLeast calls: Int, _ step: (String, FileCalls) throws(FileError) -> Void
    ) throws {
        let count = try withEveryFault { calls in
            let root = try scratch()
            let path = root + "/target"
            try old?.write(to: URL(fileURLWithPath: path))
            var left = Left()
            do throws(FileError) { try step(path, calls) } catch { left.thrown = error }
            (left.bytes, left.names) = (try? Data(contentsOf: URL(fileURLWithPath: path)), names(root))
            return left
        } judge: { fault, place, left in
            let context = "\(fault) at call \(place): \(left.names) \(left.thrown.map { "\($0)" } ?? "")"
            #expect(left.bytes == old || left.bytes == WholeFileLawTests.new, "\(context)")
            if left.thrown == nil { #expect(left.bytes == WholeFileLawTests.new, "\(context)") }
            if fault == .interrupted || fault == .shortWrite { #expect(left.thrown == nil, "\(context)") }
            // The first call removes what an earlier process may have left; whatever fails after it is said.
            if Fault.reported.contains(fault), place > 0 { #expect(left.thrown != nil, "\(context)") }
            // Who died could not clean up.
            if fault != .death { #expect(left.names == (left.bytes == nil ? [] : ["target"]), "\(context)") }
            #expect(left.names.allSatisfy { $0 == "target" || $0.hasPrefix(".target.") }, "\(context)")
        }
        #expect(count >= calls, "the layer is in use")
    }

    @Test(arguments: [old, nil], [true, false]) func replacing(old: Data?, isSynced: Bool) throws {
        try expectWhole(old: old, atLeast: 6) { path, calls throws(FileError) in
            try calls.replaceFile(path, WholeFileLawTests.parts, isSynced: isSynced)
        }
    }

    @Test(arguments: [old, nil]) func whatIsInTheMakingIsNeverSeen(old: Data?) throws {
        try expectWhole(old: old, atLeast: 6) { path, calls throws(FileError) in
            var file = try TemporaryFile(for: path, calls: calls)
            for part in WholeFileLawTests.parts { try file.append(part) }
            let before = FileFacts(path)?.bytes
            #expect(before == old.map(\.count))
            try file.publish(replacing: old != nil)
        }
    }

    @Test func aNewFileDoesNotReplaceWhatCameMeanwhile() throws {
        let path = try scratch() + "/target"
        func write() throws(FileError) {
            var file = try TemporaryFile(for: path)
            try file.append([1])
            try? WholeFileLawTests.old.write(to: URL(fileURLWithPath: path))
            try file.publish(replacing: false)
        }
        let error = #expect(throws: FileError.self) { try write() }
        #expect(error?.step == .creating && error?.code == EEXIST)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == WholeFileLawTests.old)
        #expect(names(splitPath(path).parent) == ["target"])
    }

    @Test func whatIsNotPublishedIsGone() throws {
        let root = try scratch()
        func abandon() throws {
            let file = try TemporaryFile(for: root + "/target")
            try file.append([1])
            #expect(names(root).count == 1)
        }
        try abandon()
        #expect(names(root).isEmpty)
    }

    @Test func aLinkIsReplacedAndNotFollowed() throws {
        let root = try scratch()
        try WholeFileLawTests.old.write(to: URL(fileURLWithPath: root + "/treasure"))
        try FileManager.default.createSymbolicLink(atPath: root + "/target", withDestinationPath: "treasure")
        try FileCalls.system.replaceFile(root + "/target", "new")
        #expect(try Data(contentsOf: URL(fileURLWithPath: root + "/treasure")) == WholeFileLawTests.old)
        #expect(PathKind(root + "/target") == .file)
    }

    @Test(arguments: ["old", nil]) func linksPointAtTheOldOrTheNew(old: String?) throws {
        let count = try withEveryFault { calls in
            let root = try scratch()
            if let old { try FileManager.default.createSymbolicLink(atPath: root + "/l", withDestinationPath: old) }
            var thrown: FileError?
            do throws(FileError) { try calls.replaceLink(root + "/l", to: "new") } catch { thrown = error }
            return (linkTarget(root + "/l"), names(root), thrown)
        } judge: { fault, place, outcome in
            let (target, names, thrown) = outcome
            #expect(target == old || target == "new", "\(fault) at call \(place)")
            if thrown == nil { #expect(target == "new", "\(fault) at call \(place)") }
            if fault != .death { #expect(names == (target == nil ? [] : ["l"]), "\(fault) at call \(place)") }
        }
        #expect(count == 3)
    }

    @Test func foldersMadeForNothingAreGone() throws {
        let count = try withEveryFault { calls in
            let root = try scratch()
            var thrown: FileError?
            do throws(FileError) { try calls.makeFolders(root + "/a/b/c") } catch { thrown = error }
            return (names(root), PathKind(root + "/a/b/c"), thrown)
        } judge: { fault, place, outcome in
            let (names, kind, thrown) = outcome
            #expect((thrown == nil) == (kind == .folder), "\(fault) at call \(place)")
            if thrown != nil, fault != .death { #expect(names.isEmpty, "\(fault) at call \(place)") }
        }
        #expect(count == 3)
    }

    /// A tree is on disk when no error was given: each of its files and folders was asked for.
    @Test func everyFailureToForceATreeIsSaid() throws {
        let root = try scratch()
        try FileCalls.system.makeFolders(root + "/a/b")
        for path in ["/x", "/a/y", "/a/b/z"] { try FileCalls.system.writeFile(root + path, "text") }
        let count = withEveryFault { calls in
            var thrown: FileError?
            do throws(FileError) { try calls.syncTree(root) } catch { thrown = error }
            return thrown
        } judge: { fault, place, thrown in
            let isClosing = place % 3 == 2
            let isSaid = Fault.reported.contains(fault) && !isClosing || fault == .death && place < 17
            #expect((thrown != nil) == isSaid, "\(fault) at call \(place)")
            if let thrown {
                #expect(thrown.step == .writing && thrown.path.hasPrefix(root), "\(fault) at call \(place)")
            }
        }
        #expect(count == 18, "three files and three folders, each opened, forced and closed")
    }

    /// So it is where several threads wait for the disk at once, and the first file that failed is told.
    @Test(arguments: [1, 3, 8, 100]) func aTreeIsForcedByManyAtOnce(threads: Int) throws {
        let root = try scratch()
        let files = (10..<40).map { $0 % 3 == 0 ? "/a/b/\($0)" : $0 % 3 == 1 ? "/a/\($0)" : "/\($0)" }
        try FileCalls.system.makeFolders(root + "/a/b")
        for path in files { try FileCalls.system.writeFile(root + path, "text") }
        let opened = Mutex<[String]>([])
        var calls = FileCalls.system
        calls.forcedAtOnce = threads
        let open = calls.open
        calls.open = { path, flags, mode in
            opened.withLock { $0.append(path) }
            return open(path, flags, mode)
        }
        try calls.syncTree(root)
        #expect(opened.withLock { $0.sorted() } == (files + ["", "/a", "/a/b"]).map { root + $0 }.sorted())
        for broken in files {
            calls.open = { path, flags, mode in
                if path == root + broken {
                    errno = EIO
                    return -1
                }
                return open(path, flags, mode)
            }
            #expect { try calls.syncTree(root) } throws: { ($0 as? FileError)?.path == root + broken }
        }
    }

    /// What a process that has ended left is removed for its own file alone; of those at work nothing is.
    @Test func whatTheDeadLeftIsRemoved() throws {
        let root = try scratch()
        let ended = Process()
        ended.executableURL = URL(fileURLWithPath: "/bin/sh")
        ended.arguments = ["-c", "exit 0"]
        try ended.run()
        ended.waitUntilExit()
        let dead = ended.processIdentifier
        let kept = [
            ".target.\(getpid()).partial", ".target.1.partial", ".target.-\(dead).partial", ".target.x.partial",
            ".target.partial", ".other.\(dead).partial", "target", ".target.\(dead)",
        ]
        for name in kept + [".target.\(dead).partial"] {
            try Data("half".utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)"))
        }
        FileCalls.system.removeAbandoned(for: root + "/target")
        #expect(names(root) == kept.sorted())
    }
}
