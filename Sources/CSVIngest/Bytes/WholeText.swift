import StressBasics

/// A file that must be in memory as a whole, with its digest.
struct WholeText {
    let bytes: [UInt8]
    let byteCount: Int
    let sha256: Digest

    /// Most bytes of text, after decompression: 64 MiB, so that a small archive cannot fill the memory.
    static let mostBytes = 1 << 26

    /// Reads plain or compressed text; a byte order mark is left out.
    init(_ place: InputPlace, options: IngestOptions) throws(IngestError) {
        let place = try place.single()
        let source = try ByteSource(place, bufferSize: options.chunkBytes)
        defer { withExtendedLifetime(source) {} }
        var text: [UInt8] = []
        while let piece = try source.next() {
            guard text.count + piece.count <= WholeText.mostBytes else {
                throw IngestError(
                    .tooLarge, "cannot read the file", why: "it holds more than 64 MiB of text",
                    at: SourceLocation(file: place.name))
            }
            text.append(contentsOf: piece)
        }
        bytes = text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
        (byteCount, sha256) = (source.byteCount, source.digest)
    }
}

/// The deepest nesting of `{` and `[` outside strings in a JSON text. O(bytes), no recursion.
func jsonDepth(_ bytes: [UInt8]) -> Int {
    var (depth, deepest) = (0, 0)
    var (isString, isEscaped) = (false, false)
    for byte in bytes {
        if isString {
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == Ascii.quote {
                isString = false
            }
            continue
        }
        switch byte {
        case Ascii.quote: isString = true
        case 0x5B, 0x7B:
            depth += 1
            deepest = max(deepest, depth)
        case 0x5D, 0x7D: depth -= 1
        default: break
        }
    }
    return deepest
}
