import CZlib
import DurableFiles

/// Compresses the file at `source` into a new gzip file at `path`. Neither a name nor a time stands in it, so equal tables give
/// equal bytes with equal versions of zlib. O(bytes) in time, constant memory.
public func writeGzip(of source: String, to path: String, replacing: Bool = false) throws(StoreError) {
    let input = try reading(OpenFile(source, .reading(followsLinks: true)))
    let file = try ExportFile(path, replacing: replacing)
    var stream = z_stream()
    guard beginGzip(&stream, level: 9) else { throw StoreError(.inputOutput, "there is no memory to compress \(path)") }
    defer { deflateEnd(&stream) }
    var packed = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let plain = try reading(input.read(atMost: 1 << 16))
        try deflate(&stream, plain, into: &packed, isLast: plain.isEmpty, file)
        if plain.isEmpty { break }
    }
    try file.publish()
}

private func deflate(
    _ stream: inout z_stream, _ bytes: [UInt8], into packed: inout [UInt8], isLast: Bool, _ file: ExportFile
) throws(StoreError) {
    var input = bytes
    var given = 0
    var isDone = false
    while !isDone {
        // zlib reads and writes only between the pointers and counts set here, which are those of the two arrays.
        let made: Int = input.withUnsafeMutableBufferPointer { source in
            packed.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress.map { $0 + given }
                stream.avail_in = UInt32(source.count - given)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                let code = CZlib.deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                given = source.count - Int(stream.avail_in)
                isDone = isLast ? code == Z_STREAM_END : stream.avail_in == 0 && stream.avail_out > 0
                return target.count - Int(stream.avail_out)
            }
        }
        try file.append(packed[..<made])
    }
}

private func reading<Value: ~Copyable>(
    _ body: @autoclosure () throws(FileError) -> Value
) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch {
        throw StoreError(.inputOutput, "cannot read \(error.path): \(error.words)", hint: "is it a run folder?")
    }
}
