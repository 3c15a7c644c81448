import ContentStore
import StressBasics
import StressEngine

/// Tallies in the folder of the cache. A program of another version computes its own.
struct TallyCache: TallyStore {
    let store: ContentStore
    var isOwn: Bool { false }

    func withBytes<Value>(_ key: Digest, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value? {
        store.get(named(key))?.withUnsafeBytes { body($0) }
    }

    func keep(_ key: Digest, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { _ = store.put(named(key), [$0]) }
    }

    private func named(_ key: Digest) -> Digest { Digest(of: "\(programIdentity)\n\(key.hex)") }
}
