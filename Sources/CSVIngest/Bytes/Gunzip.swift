import CZlib
import StressBasics

/// Inflates a gzip stream of one or more members.
final class Gunzip {
    // zlib keeps a pointer back to the stream it was initialised with, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let name: String
    /// Compressed bytes taken so far.
    private var consumed = 0
    private var isBetweenMembers = false

    /// What one step did.
    struct Step {
        var taken: Int
        var produced: Int
    }

    init(name: String) throws(IngestError) {
        self.name = name
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, 16 asks for gzip framing and its checksum.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw IngestError(
                .unreadable("out of memory"), "cannot start zlib", why: "out of memory",
                at: SourceLocation(file: name))
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates from `input` into `output` until one of them is used up.
    ///
    /// Zero bytes after a member are padding, as tape archives leave it; anything else must be another member.
    func step(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(IngestError) -> Step {
        if isBetweenMembers {
            let padding = input.prefix { $0 == 0 }.count
            if padding > 0 || input.isEmpty {
                consumed += padding
                return Step(taken: padding, produced: 0)
            }
            isBetweenMembers = false
            inflateReset(stream)
        }
        return try inflate(input, into: output)
    }

    private func inflate(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(IngestError) -> Step {
        // Both counts are buffer sizes of at most 16 MiB; zlib reads through next_in and does not write there.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let step = Step(
            taken: input.count - Int(stream.pointee.avail_in), produced: output.count - Int(stream.pointee.avail_out))
        consumed += step.taken
        switch status {
        case Z_OK, Z_BUF_ERROR: return step
        case Z_STREAM_END:
            isBetweenMembers = true
            return step
        default: throw corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
        }
    }

    /// Call at the end of the input: throws when the last member is not complete.
    func finish() throws(IngestError) {
        if !isBetweenMembers { throw corrupt("the file ends inside the compressed data") }
    }

    private func corrupt(_ why: String) -> IngestError {
        IngestError(
            .malformed, "cannot decompress", why: "\(why), at byte \(spacedCount(consumed)) of the compressed file",
            at: SourceLocation(file: name, byte: consumed),
            hint: "the file is cut short or damaged; fetch it again and test it with gzip -t")
    }
}
