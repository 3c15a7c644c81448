import DurableFiles
import Foundation
import StressBasics
import Synchronization
import TestSupport
import Testing

@testable import ContentStore

@Suite struct ContentStoreTests {
    private let folder = TemporaryFolder()
    private var store: ContentStore { ContentStore(folder: folder.path + "/a/b") }
    private let key = Digest(of: "key")

    private func put(_ store: ContentStore, _ key: Digest, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { store.put(key, [$0]) }
    }

    private func get(_ store: ContentStore, _ key: Digest, threads: Int = 1) -> [UInt8]? {
        guard threads > 1 else { return store.get(key) }
        // By segments, as large entries are read.
        guard let entry = store.entry(key) else { return nil }
        let copy = Mutex([UInt8](repeating: 0, count: entry.count))
        let isWhole = entry.forEachSegment(threads: threads) { start, bytes in
            copy.withLock { $0.replaceSubrange(start..<start + bytes.count, with: bytes) }
        }
        return isWhole ? copy.withLock { $0 } : nil
    }

    private func entryPath(_ key: Digest) -> String { folder.path + "/a/b/" + key.hex }

    /// The first is xxHash's own check value of nothing with seed 0.
    @Test func fingerprintsAreThoseOfXXH3() {
        func print(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(fingerprint) }
        #expect(print([]) == "99aa06d3014798d86001c324468d497f")
        #expect(print(Array("abc".utf8)) == "06b05ab6733a618578af5f94892f3950")
        let text = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let changed = (0..<2400).map { bit in
            var copy = text
            copy[bit / 8] ^= 1 << UInt8(bit % 8)
            return print(copy)
        }
        #expect(Set(changed + [print(text)]).count == 2401 && changed.allSatisfy { $0.count == 32 })
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b").sorted()
    }

    @Test(arguments: [0, 1, 7, 64, 4096, (1 << 22) - 1, 1 << 22, (1 << 22) + 1, 9_000_001])
    func payloadsComeBack(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        #expect(get(store, key) == nil)
        #expect(put(store, key, bytes))
        #expect(get(store, key) == bytes)
        #expect(get(store, key, threads: 3) == bytes)
        #expect(get(store, Digest(of: "another")) == nil)
    }

    @Test func partsAreJoinedAndReplaced() {
        let (a, b): ([UInt8], [UInt8]) = ([1, 2, 3], [4])
        #expect(a.withUnsafeBytes { a in b.withUnsafeBytes { b in store.put(key, [a, b, a]) } })
        #expect(get(store, key) == [1, 2, 3, 4, 1, 2, 3])
        #expect(put(store, key, [9]))
        #expect(get(store, key) == [9])
    }

    /// Every way in which one byte can change or the end can be missing is found, and the entry is gone.
    @Test func damageIsFoundAndRemoved() throws {
        let payload = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        #expect(put(store, key, payload))
        let whole = try Data(contentsOf: URL(fileURLWithPath: entryPath(key)))
        var damaged: [Data] = whole.indices.map { index in
            var copy = whole
            copy[index] ^= 1
            return copy
        }
        damaged += (0..<whole.count).map { whole.prefix($0) } + [whole + Data([0]), Data(count: whole.count)]
        for bytes in damaged {
            try bytes.write(to: URL(fileURLWithPath: entryPath(key)))
            #expect(get(store, key) == nil)
            // An empty file cannot be mapped and is left for the next writer to replace.
            #expect(bytes.isEmpty || !FileManager.default.fileExists(atPath: entryPath(key)))
        }
        #expect(put(store, key, payload) && get(store, key) == payload)
    }

    /// An entry under the name of another key is not taken for it.
    @Test func movedEntriesAreNotTaken() throws {
        #expect(put(store, key, [1, 2]))
        try FileManager.default.moveItem(atPath: entryPath(key), toPath: entryPath(Digest(of: "other")))
        #expect(get(store, Digest(of: "other")) == nil)
    }

    @Test func linksAndFoldersAreNotEntries() throws {
        #expect(put(store, key, [1]))
        let target = folder.path + "/target"
        try FileManager.default.moveItem(atPath: entryPath(key), toPath: target)
        try FileManager.default.createSymbolicLink(atPath: entryPath(key), withDestinationPath: target)
        #expect(get(store, key) == nil)
        try FileManager.default.createDirectory(
            atPath: entryPath(Digest(of: "f")), withIntermediateDirectories: true)
        #expect(get(store, Digest(of: "f")) == nil)
    }

    @Test func aPlaceThatCannotBeWrittenIsNoError() throws {
        let file = folder.path + "/file"
        try Data([1]).write(to: URL(fileURLWithPath: file))
        let blocked = ContentStore(folder: file + "/store")
        #expect(!put(blocked, key, [1]) && get(blocked, key) == nil)
    }

    /// Whatever call fails, at whatever count: the old entry or the new one, and nothing beside it unless the writer died.
    @Test(arguments: [[1, 2, 3], nil]) func everyCallMayFail(old: [UInt8]?) throws {
        let new = [UInt8](repeating: 9, count: 50_000)
        let calls = try withEveryFault { calls in
            let path = try folder.subfolder() + "/a/b"
            let plain = ContentStore(folder: path)
            if let old { #expect(put(plain, key, old)) }
            let isKept = put(ContentStore(folder: path, mostBytes: 1 << 20, calls: calls), key, new)
            return (isKept, get(plain, key), namesInFolder(path))
        } judge: { fault, place, outcome in
            let (isKept, found, names) = outcome
            #expect(found == (isKept ? new : old), "\(fault) at call \(place)")
            if fault == .interrupted || fault == .shortWrite { #expect(isKept, "\(fault) at call \(place)") }
            if fault != .death { #expect(names == (found == nil ? [] : [key.hex]), "\(fault) at call \(place)") }
        }
        #expect(calls >= 7, "the layer is in use")
    }

    /// The least recently used entries go, the others stay; what is no entry stays too.
    @Test func theLeastRecentlyUsedGoFirst() throws {
        let bound = ContentStore(folder: folder.path + "/a/b", mostBytes: 10_200)
        let keys = (0..<8).map { Digest(of: "\($0)") }
        for (index, key) in keys.enumerated() {
            #expect(
                put(ContentStore(folder: bound.folder, mostBytes: 1 << 20), key, [UInt8](repeating: 7, count: 1900)))
            try age(entryPath(key), seconds: 1000 - index)
        }
        #expect(get(bound, keys[0]) != nil)
        try Data([1]).write(to: URL(fileURLWithPath: bound.folder + "/notes.txt"))
        bound.sweep()
        let left = try names()
        #expect(left == (["notes.txt"] + [keys[0], keys[4], keys[5], keys[6], keys[7]].map(\.hex)).sorted())
    }

    @Test func anEntryAboveTheBoundIsNotKept() {
        let bound = ContentStore(folder: folder.path + "/a/b", mostBytes: 1000)
        #expect(!put(bound, key, [UInt8](repeating: 0, count: 1000)))
        #expect(put(bound, key, [UInt8](repeating: 0, count: 500)))
    }

    /// What a writer that died left behind goes after an hour, not before.
    @Test func torndownWritesAreCleared() throws {
        #expect(put(store, key, [1]))
        for (name, seconds) in [(".old.1.0", 4000), (".new.1.0", 10)] {
            try Data([1]).write(to: URL(fileURLWithPath: folder.path + "/a/b/" + name))
            try age(folder.path + "/a/b/" + name, seconds: seconds)
        }
        store.sweep()
        #expect(try names() == [".new.1.0", key.hex])
    }

    /// Writers and readers of the same keys at once, with a bound that forces sweeps: every read is whole or absent.
    @Test func manyAtOnce() async {
        let path = folder.path + "/a/b"
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let store = ContentStore(folder: path, mostBytes: 60_000)
                    var seen = 0
                    for round in 0..<60 {
                        let key = Digest(of: "\(round % 7)")
                        let bytes = [UInt8](repeating: UInt8(round % 7), count: 5000 + round % 7)
                        if (round + worker) % 2 == 0 { _ = bytes.withUnsafeBytes { store.put(key, [$0]) } }
                        if let entry = store.get(key) {
                            #expect(entry == bytes)
                            seen += 1
                        }
                    }
                    return seen
                }
            }
            for await seen in group { #expect(seen > 10) }
        }
    }

    private func age(_ path: String, seconds: Int) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date().addingTimeInterval(-Double(seconds))], ofItemAtPath: path)
    }
}
