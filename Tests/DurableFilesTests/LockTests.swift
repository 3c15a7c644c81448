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

/// A lock has one owner, and goes with it.
@Suite struct LockTests {
    private let folder = TemporaryFolder()

    private func isFree(_ path: String, isFolder: Bool) throws -> Bool {
        let found = isFolder ? try FileCalls.system.lockedFolder(path) : try FileCalls.system.lockedFile(path)
        return found != nil
    }

    @Test(arguments: [true, false]) func aLockIsExclusiveAndGivenBack(isFolder: Bool) throws {
        let path = folder.path + "/lock"
        func hold() throws {
            let own = isFolder ? try FileCalls.system.lockedFolder(path) : try FileCalls.system.lockedFile(path)
            let isOwner = own != nil
            #expect(isOwner)
            #expect(try !isFree(path, isFolder: isFolder))
            #expect(PathKind(path) == (isFolder ? .folder : .file))
            _ = consume own
        }
        try hold()
        #expect(try isFree(path, isFolder: isFolder))
    }

    /// Until a child has become another program it has copies of all that its parent has open: the parent's locks are not among
    /// what it keeps.
    @Test(arguments: [true, false]) func childrenKeepNoLock(isFolder: Bool) throws {
        let path = folder.path + "/lock"
        func hold() throws -> Int32? {
            guard let own = isFolder ? try FileCalls.system.lockedFolder(path) : try FileCalls.system.lockedFile(path)
            else { return nil }
            return dup(own.descriptor)
        }
        let copy = try #require(try hold())
        defer { close(copy) }
        #expect(try isFree(path, isFolder: isFolder))
    }

    /// Whatever call fails: no error without an owner, no owner while another is.
    @Test(arguments: [true, false]) func whoeverIsRefusedHasNothing(isFolder: Bool) throws {
        let count = try withEveryFault { calls in
            let path = try folder.subfolder() + "/lock"
            var isOwner = false
            var thrown: FileError?
            do throws(FileError) {
                let own = isFolder ? try calls.lockedFolder(path) : try calls.lockedFile(path)
                isOwner = own != nil
                if isOwner { #expect((try? isFree(path, isFolder: isFolder)) == false) }
                _ = consume own
            } catch {
                thrown = error
            }
            #expect(try isFree(path, isFolder: isFolder))
            return (isOwner, thrown)
        } judge: { fault, place, outcome in
            #expect(outcome.0 == (outcome.1 == nil), "\(fault) at call \(place)")
        }
        #expect(count == (isFolder ? 4 : 3))
    }

    /// The owner is killed, which nothing it does can soften.
    @Test(arguments: [true, false]) func aLockEndsWithItsOwner(isFolder: Bool) throws {
        let path = folder.path + "/lock"
        if isFolder {
            try FileCalls.system.makeFolders(path)
        } else {
            try FileCalls.system.writeFile(path, "")
        }
        let owner = Process()
        owner.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        owner.arguments = [
            "python3", "-c",
            "import fcntl, os, sys; f = os.open(sys.argv[1], os.O_RDONLY); fcntl.flock(f, fcntl.LOCK_EX);"
                + "print('held', flush=True); sys.stdin.read()", path,
        ]
        let (input, output) = (Pipe(), Pipe())
        (owner.standardInput, owner.standardOutput) = (input, output)
        try owner.run()
        // Ends when the owner has said so, or has ended.
        let said = try output.fileHandleForReading.read(upToCount: 5)
        #expect(said == Data("held\n".utf8))
        #expect(try !isFree(path, isFolder: isFolder))
        kill(owner.processIdentifier, SIGKILL)
        owner.waitUntilExit()
        #expect(try isFree(path, isFolder: isFolder))
    }

    /// The owner gives the file another name between our opening and our locking: its lock is not that of the path any more.
    @Test func aLockIsThatOfWhatStandsThere() throws {
        let path = folder.path + "/lock"
        let target = folder.path + "/finished"
        let isMoved = Atomic(false)
        var calls = FileCalls()
        calls.lock = { file in
            if !isMoved.exchange(true, ordering: .relaxed) { try? FileCalls.system.move(path, to: target) }
            return FileCalls.system.lock(file)
        }
        guard let own = try calls.lockedFile(path) else {
            Issue.record("nobody else has it")
            return
        }
        let isInPlace = own.isInPlace
        #expect(isInPlace)
        #expect(exists(path) && exists(target))
        _ = consume own
    }

    @Test func aFolderThatIsNotThereIsSaid() throws {
        let error = #expect(throws: FileError.self) { _ = try FileCalls.system.lockedFile(folder.path + "/none/lock") }
        #expect(error?.step == .creating && error?.isAbsence == true)
    }

    /// Nobody is led to lock, or to write into, a file of somebody else.
    @Test func linksAreNotLocked() throws {
        try FileCalls.system.writeFile(folder.path + "/treasure", "")
        try FileCalls.system.replaceLink(folder.path + "/lock", to: "treasure")
        #expect(throws: FileError.self) { _ = try FileCalls.system.lockedFile(folder.path + "/lock") }
    }
}
