import DurableFiles
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PriceArchive

/// A file in the making, whatever call fails at whatever count: the old file or the new one whole, and what is kept for the next
/// try is a beginning of it.
@Suite struct PartialFileTests {
    private let folder = TemporaryFolder()
    private let new = [UInt8](repeating: 7, count: 30_000)

    private func fetch(_ root: String, _ calls: FileCalls) throws(ArchiveError) {
        let part = try PartialFile(folder: root, name: "a.zip", calls: calls)
        try part.truncate()
        try part.keepState("of something")
        // Not closures that throw: the first half and the second.
        for half in [Array(new.prefix(10_000)), Array(new.dropFirst(10_000))] {
            try half.withUnsafeBufferPointer { bytes throws(ArchiveError) in
                try part.append(UnsafeRawBufferPointer(bytes))
            }
        }
        try part.publish()
    }

    @Test(arguments: ["old", nil]) func everyCallMayFail(old: String?) throws {
        let calls = try withEveryFault { calls in
            let root = try folder.subfolder()
            if let old { try FileCalls.system.writeFile(root + "/a.zip", old) }
            var thrown: ArchiveError?
            do throws(ArchiveError) { try fetch(root, calls) } catch { thrown = error }
            let found = try? wholeFile(root + "/a.zip", atMost: 1 << 20)
            let part = try? wholeFile(root + "/.a.zip.part", atMost: 1 << 20)
            return (thrown, found, part, namesInFolder(root))
        } judge: { fault, place, outcome in
            let (thrown, found, part, names) = outcome
            let context = "\(fault) at call \(place): \(names) \(thrown?.message ?? "")"
            #expect(found == old.map { Array($0.utf8) } || found == new, "\(context)")
            if thrown == nil { #expect(found == new, "\(context)") }
            if fault == .interrupted || fault == .shortWrite { #expect(thrown == nil, "\(context)") }
            #expect(part.map(new.starts(with:)) ?? true, "\(context)")
            let kept: Set = ["a.zip", ".a.zip.part", ".a.zip.part.state"]
            if fault != .death { #expect(names.allSatisfy(kept.contains), "\(context)") }
        }
        #expect(calls > 15, "the layer is in use")
    }

    /// Another program finishes the file between our opening and our locking of its part: what is finished stays as it is.
    @Test func whatOthersFinishedIsNotTouched() throws {
        let root = try folder.subfolder()
        try FileCalls.system.writeFile(root + "/.a.zip.part", "whole")
        let isFinished = Atomic(false)
        var calls = FileCalls()
        calls.lock = { file in
            if !isFinished.exchange(true, ordering: .relaxed) {
                try? FileCalls.system.move(root + "/.a.zip.part", to: root + "/a.zip")
            }
            return FileCalls.system.lock(file)
        }
        let part = try PartialFile(folder: root, name: "a.zip", calls: calls)
        #expect(part.count == 0)
        try part.truncate()
        #expect(try wholeFile(root + "/a.zip", atMost: 100) == Array("whole".utf8))
    }
}
