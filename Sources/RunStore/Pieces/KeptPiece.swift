import DurableFiles
import StressBasics

/// What was found under the name of a piece.
public enum KeptPiece: Hashable, Sendable {
    /// Nothing.
    case absent
    /// What was kept.
    case whole([UInt8])
    /// Cut short, or with other bytes than were written.
    case damaged
    /// Of another program, study or input.
    case foreign
    /// Something that the system does not let us read, because of `why`.
    case unreadable(why: String)

    /// Larger pieces are not read back: 1 GiB.
    private static let mostBytes = 1 << 30

    /// What a file holds that was written with a ``PieceHeader``. O(bytes).
    init(file path: String, key: Digest) {
        do throws(UnreadFile) {
            self.init(try wholeFile(path, atMost: KeptPiece.mostBytes), key: key)
        } catch {
            switch error {
            case .failed(let refusal) where refusal.isAbsence: self = .absent
            case .failed(let refusal): self = .unreadable(why: refusal.words)
            case .unfit: self = .damaged
            }
        }
    }

    private init(_ file: [UInt8], key: Digest) {
        guard let header = PieceHeader(file) else {
            self = .damaged
            return
        }
        let body = Array(file[header.count...])
        guard header == PieceHeader(key: header.key, bytes: body) else {
            self = .damaged
            return
        }
        self = header.key == key ? .whole(body) : .foreign
    }
}

/// The front of a piece: what it was computed from, and the digest of its bytes.
struct PieceHeader: Equatable {
    let key: Digest
    let content: Digest
    let bodyBytes: Int

    private static let magic = "belowzero piece 1"

    init(key: Digest, bytes: [UInt8]) {
        var builder = DigestBuilder()
        bytes.withUnsafeBytes { builder.update($0) }
        (self.key, content, bodyBytes) = (key, builder.finish(), bytes.count)
    }

    var bytes: [UInt8] { Array("\(PieceHeader.magic)\n\(key.hex)\n\(content.hex)\n\(bodyBytes)\n".utf8) }
    var count: Int { bytes.count }

    /// Nil when the file does not begin with one.
    init?(_ file: [UInt8]) {
        let lines = file.prefix(200).split(separator: 0x0A, maxSplits: 4, omittingEmptySubsequences: false)
        guard lines.count == 5, lines[0].elementsEqual(PieceHeader.magic.utf8),
            let key = lines[1].withUnsafeBytes(Digest.init(hexBytes:)),
            let content = lines[2].withUnsafeBytes(Digest.init(hexBytes:)),
            let bodyBytes = Int(String(decoding: lines[3], as: UTF8.self))
        else { return nil }
        (self.key, self.content, self.bodyBytes) = (key, content, bodyBytes)
        guard count <= file.count else { return nil }
    }
}
