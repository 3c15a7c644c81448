import CZstd
import StressBasics

/// Decompresses a zstd stream of one or more frames.
final class Unzstd {
    private let stream: OpaquePointer
    private let name: String
    /// Whether a frame has begun and not ended.
    private var isInFrame = true

    /// What a frame begins with.
    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    init(name: String) throws(IngestError) {
        self.name = name
        guard let stream = ZSTD_createDStream() else {
            throw IngestError(
                .unreadable("out of memory"), "cannot start zstd", why: "out of memory", at: SourceLocation(file: name))
        }
        self.stream = stream
        // The default bound on the window, 128 MiB, stays: a file cannot ask for more memory than that.
        ZSTD_initDStream(stream)
    }

    deinit { ZSTD_freeDStream(stream) }

    /// Decompresses from `input` into `output` until one of them is used up.
    func step(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(IngestError) -> Gunzip.Step {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let rest = ZSTD_decompressStream(stream, &target, &source)
        guard ZSTD_isError(rest) == 0 else { throw corrupt(String(cString: ZSTD_getErrorName(rest))) }
        // Without input zstd asks for the next frame's header, which says nothing about the last frame.
        if source.pos > 0 || target.pos > 0 { isInFrame = rest != 0 }
        return Gunzip.Step(taken: source.pos, produced: target.pos)
    }

    /// Call at the end of the input: throws when the last frame is not complete.
    func finish() throws(IngestError) {
        if isInFrame { throw corrupt("the data end too early") }
    }

    private func corrupt(_ why: String) -> IngestError {
        IngestError(
            // zstd works ahead in whole blocks, so it knows no byte to name.
            .malformed, "cannot decompress", why: "\(why) in the compressed file", at: SourceLocation(file: name),
            hint: "the file is cut short or damaged; fetch it again and test it with zstd -t")
    }
}
