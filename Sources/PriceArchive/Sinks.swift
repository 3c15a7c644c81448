import DurableFiles
import StressBasics

/// Takes a file's bytes into its part.
final class BodySink: WebSink {
    let part: PartialFile
    let wanted: Digest
    /// How far the part came, bytes from the file's beginning.
    private(set) var farthest: Int64 = 0
    private let folder: String
    private let largest: Int64

    init(part: PartialFile, folder: String, wanted: Digest, largest: Int64) {
        (self.part, self.folder, self.wanted, self.largest) = (part, folder, wanted, largest)
    }

    var mostBytes: Int64 { largest - part.count }

    /// The headers that ask for what is still missing; empty to begin anew.
    func resume() throws(ArchiveError) -> [String: String] {
        let kept = part.state?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
        guard part.count > 0, part.count <= largest, kept.count == 2, kept[0] == wanted.hex else {
            if part.count > 0 { try part.truncate() }
            return [:]
        }
        var headers = ["Range": "bytes=\(part.count)-"]
        // Without a strong validator the checksum alone tells whether both pieces belong to one file.
        if kept[1].hasPrefix("\"") { headers["If-Range"] = kept[1] }
        return headers
    }

    func begin(_ head: WebHead) throws(ArchiveError) -> Bool {
        switch head.status {
        case 200: try part.truncate()
        case 206:
            guard isContinuation(head) else {
                try part.truncate()
                throw ArchiveError(.tryAgain, "the server sent another part than it was asked for")
            }
        default: return false
        }
        if let length = head.length, length <= mostBytes, let free = FileCalls.system.space(folder)?.free, free < length
        {
            throw ArchiveError(
                .inputOutput, "\(folder) has \(free >> 20) MiB free and the file needs \((length >> 20) + 1)",
                hint: "free some space, or choose another --out")
        }
        let validator = head.etag.flatMap { tag in
            tag.hasPrefix("\"") && tag.utf8.count <= 200 && !tag.contains(where: \.isNewline) ? tag : nil
        }
        try part.keepState("\(wanted.hex)\n\(validator ?? "")")
        return true
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        try part.append(bytes)
        farthest = max(farthest, part.count)
    }

    private func isContinuation(_ head: WebHead) -> Bool {
        head.contentRange?.hasPrefix("bytes \(part.count)-") == true
    }
}

/// Takes a short text.
final class TextSink: WebSink {
    let mostBytes: Int64
    private var bytes: [UInt8] = []

    init(most: Int64) { mostBytes = most }

    /// What came in; nil when it is not UTF-8.
    var text: String? { String(validating: bytes, as: UTF8.self) }

    func begin(_ head: WebHead) -> Bool {
        bytes = []
        return head.status == 200 && mostBytes > 0
    }

    func take(_ bytes: UnsafeRawBufferPointer) { self.bytes.append(contentsOf: bytes) }
}
