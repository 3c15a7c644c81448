import StressBasics
import StressEngine
import Synchronization

/// The tallies of one stretch of a history in one part: for each its key, its length and its bytes, in order of keys.
enum TallyBundle {
    private static let keyBytes = 64

    /// O(bytes).
    static func bytes(_ tallies: [Digest: [UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, tally) in tallies.sorted(by: { $0.key.hex < $1.key.hex }) {
            bytes += Array(key.hex.utf8)
            withUnsafeBytes(of: UInt64(tally.count).littleEndian) { bytes += Array($0) }
            bytes += tally
        }
        return bytes
    }

    /// Where each tally lies; nil for bytes that are no bundle.
    static func ranges(_ bytes: [UInt8]) -> [Digest: Range<Int>]? {
        var (ranges, place): ([Digest: Range<Int>], Int) = ([:], 0)
        while place < bytes.count {
            guard bytes.count - place >= keyBytes + 8,
                let key = bytes[place..<place + keyBytes].withUnsafeBytes(Digest.init(hexBytes:))
            else { return nil }
            let start = place + keyBytes + 8
            let length = bytes[place + keyBytes..<start].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard length <= UInt64(bytes.count - start) else { return nil }
            ranges[key] = start..<start + Int(length)
            place = start + Int(length)
        }
        return ranges
    }
}

/// Takes the tallies of a stretch as they are computed.
final class TallyCollector: TallyStore {
    private let tallies = Mutex<[Digest: [UInt8]]>([:])

    var isOwn: Bool { true }
    var keepsAll: Bool { true }

    func withBytes<Value>(_ key: Digest, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value? { nil }

    func keep(_ key: Digest, _ bytes: [UInt8]) { tallies.withLock { $0[key] = bytes } }

    /// All of them as one part.
    var bundle: [UInt8] { TallyBundle.bytes(tallies.withLock { $0 }) }
}
