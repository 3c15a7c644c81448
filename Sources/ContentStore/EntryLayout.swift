import CXXHash
import Dispatch
import StressBasics
import Synchronization

/// The front of an entry: what is in it and the checksum of each segment.
///
/// Little-endian words of eight bytes: magic, payload bytes, segments, checksum of this header with 0 in its own place; the
/// 64 digits of the key; then length and checksum of each segment, and zeros up to a multiple of 64 bytes.
struct EntryHeader {
    private(set) var words: [UInt64]
    let payloadBytes: Int

    /// `BELOWZ02` in memory order.
    static let magic: UInt64 = 0x3230_5A57_4F4C_4542
    /// Words before the table of segments.
    static let fixedWords = 12
    /// A segment is at most this long, so that several threads can check one entry.
    static let segmentBytes = 1 << 20

    /// The header of a new entry.
    init(key: Digest, parts: [UnsafeRawBufferPointer]) {
        let segments = parts.flatMap(EntryHeader.segments)
        payloadBytes = parts.reduce(0) { $0 + $1.count }
        words = [EntryHeader.magic, UInt64(payloadBytes), UInt64(segments.count), 0] + EntryHeader.keyWords(key)
        for segment in segments { words += [UInt64(segment.count), checksum(segment)] }
        while words.count % 8 != 0 { words.append(0) }
        words[3] = words.withUnsafeBytes(checksum)
        words = words.map(\.littleEndian)
    }

    var bytes: [UInt64] { words }
    var totalBytes: Int { words.count * 8 + payloadBytes }

    /// The header of a stored entry, when it is one of `key` and fits the file's size.
    init?(_ file: UnsafeRawBufferPointer, key: Digest) {
        func word(_ index: Int) -> UInt64 {
            file.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self).littleEndian
        }
        guard file.count >= EntryHeader.fixedWords * 8, word(0) == EntryHeader.magic,
            let payload = Int(exactly: word(1)), let segments = Int(exactly: word(2)), segments <= file.count / 16
        else { return nil }
        let count = (EntryHeader.fixedWords + 2 * segments + 7) / 8 * 8
        guard count * 8 <= file.count, file.count - count * 8 == payload else { return nil }
        words = (0..<count).map(word)
        payloadBytes = payload
        let stated = words[3]
        words[3] = 0
        guard words.withUnsafeBytes(checksum) == stated, Array(words[4..<12]) == EntryHeader.keyWords(key),
            segmentRanges != nil
        else { return nil }
    }

    /// Where each segment lies in the payload, with its checksum; nil when they do not fill it.
    var segmentRanges: [(range: Range<Int>, checksum: UInt64)]? {
        var ranges: [(Range<Int>, UInt64)] = []
        var start = 0
        for index in 0..<Int(words[2]) {
            let entry = EntryHeader.fixedWords + 2 * index
            guard let length = Int(exactly: words[entry]), length <= payloadBytes - start else { return nil }
            ranges.append((start..<start + length, words[entry + 1]))
            start += length
        }
        return start == payloadBytes ? ranges : nil
    }

    private static func segments(_ part: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        stride(from: 0, to: part.count, by: segmentBytes).map {
            UnsafeRawBufferPointer(rebasing: part[$0..<min(part.count, $0 + segmentBytes)])
        }
    }

    private static func keyWords(_ key: Digest) -> [UInt64] {
        let digits = Array(key.hex.utf8)
        return stride(from: 0, to: 64, by: 8).map { start in
            digits[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}

/// XXH3 of 64 bits: finds every torn write and nearly every flipped bit, at the speed of memory.
func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 { XXH3_64bits(bytes.baseAddress, bytes.count) }

/// An entry in memory, unmapped with its last owner. Its header agrees with its checksum; its segments are checked as they
/// are looked at.
public final class MappedEntry: Sendable {
    private let file: MappedFile
    private let start: Int
    private let segments: [(range: Range<Int>, checksum: UInt64)]

    /// Bytes of the payload.
    public var count: Int { file.bytes.count - start }

    init?(_ file: MappedFile, key: Digest) {
        guard let header = EntryHeader(file.bytes, key: key), let segments = header.segmentRanges else { return nil }
        (self.file, self.segments) = (file, segments)
        start = header.words.count * 8
    }

    /// The whole payload, checked; nil when it is damaged. Valid while the entry lives.
    public func checkedBytes() -> UnsafeRawBufferPointer? {
        segments.indices.allSatisfy { checked($0) != nil } ? payload(0..<count) : nil
    }

    /// The first segment, checked: as much as the first part holds, up to 1 MiB. Nil when it is damaged or there is none.
    public func firstSegment() -> UnsafeRawBufferPointer? { segments.isEmpty ? nil : checked(0) }

    /// Hands each segment to `body` with its place in the payload, checked, on up to `threads` threads, and then lets go of
    /// its memory. False when one of them is damaged; what was handed out before must then not be used.
    ///
    /// Segments never reach over the end of a part.
    public func forEachSegment(
        threads: Int, _ body: @escaping @Sendable (Int, UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        let next = Atomic(0)
        let flaws = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, segments.count))) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < segments.count else { return }
                let range = segments[index].range
                if let bytes = checked(index) {
                    body(range.lowerBound, bytes)
                    file.release(start + range.lowerBound..<start + range.upperBound)
                } else {
                    flaws.add(1, ordering: .relaxed)
                }
            }
        }
        return flaws.load(ordering: .relaxed) == 0
    }

    private func payload(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: file.bytes[start + range.lowerBound..<start + range.upperBound])
    }

    private func checked(_ index: Int) -> UnsafeRawBufferPointer? {
        let bytes = payload(segments[index].range)
        return checksum(bytes) == segments[index].checksum ? bytes : nil
    }
}

/// XXH3 of 128 bits, as 32 hexadecimal digits: tells contents apart that nobody made to look alike, at the speed of memory. Where
/// somebody might, a ``Digest`` does.
public func fingerprint(_ bytes: UnsafeRawBufferPointer) -> String {
    let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
    return [hash.high64, hash.low64].map { part in
        let digits = String(part, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
}
