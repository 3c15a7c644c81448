import DurableFiles
import StressBasics

/// The digest and the size of a file's bytes on the disk.
struct FileDigest: Equatable {
    let digest: Digest
    let bytes: Int

    /// Nil for what is no regular file; links are followed. O(bytes).
    init?(_ path: String) throws(FileError) {
        let file = try OpenFile(path, .reading(followsLinks: true))
        guard file.facts?.kind == .file else { return nil }
        var builder = DigestBuilder()
        var count = 0
        while true {
            let piece = try file.read(atMost: 1 << 20)
            if piece.isEmpty { break }
            piece.withUnsafeBytes { builder.update($0) }
            count += piece.count
        }
        (digest, bytes) = (builder.finish(), count)
    }
}
