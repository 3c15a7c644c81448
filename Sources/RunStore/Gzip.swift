import CZlib
import StressBasics

/// Why gzip bytes cannot be unpacked.
enum GzipProblem: Error {
    /// They are none, were cut, or do not agree with their checksum.
    case damaged
    /// Unpacked they would be larger than is allowed.
    case tooLarge
}

/// Compresses bytes. Neither a name nor a time stands in the result, so equal bytes give equal ones with equal versions of zlib.
/// O(bytes).
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    // Level 1 takes 0.4 of the usual time for an eighth more bytes of a night.
    guard beginGzip(&stream, level: 1) else { preconditionFailure("there is no memory to compress") }
    defer { deflateEnd(&stream) }
    return stepwise(bytes, &stream) { deflate(&$0, $1 ? Z_FINISH : Z_NO_FLUSH) } ?? []
}

/// Makes a stream one that compresses into gzip framing, at a level from 1, the fastest, to 9; false without memory. It stays where it is,
/// which zlib checks, until `deflateEnd`.
func beginGzip(_ stream: inout z_stream, level: Int32) -> Bool {
    // 15 is the largest window, 16 asks for gzip framing.
    deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        == Z_OK
}

/// Unpacks what ``gzipped(_:)`` made. O(result).
///
/// - Parameter most: bytes that the result may have.
func gunzipped(_ bytes: [UInt8], most: Int) throws(GzipProblem) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw .damaged
    }
    defer { inflateEnd(&stream) }
    var isTooLarge = false
    let found = stepwise(bytes, &stream) { stream, _ in
        if stream.total_out > UInt(most) { isTooLarge = true }
        return isTooLarge ? Z_BUF_ERROR : inflate(&stream, Z_NO_FLUSH)
    }
    if isTooLarge { throw .tooLarge }
    guard let found else { throw .damaged }
    return found
}

/// Runs a stream over bytes until it says that it is at its end; nil when it does not come to one.
private func stepwise(
    _ bytes: [UInt8], _ stream: inout z_stream, _ step: (inout z_stream, _ isLast: Bool) -> Int32
) -> [UInt8]? {
    var (input, output) = (bytes, [UInt8]())
    var room = [UInt8](repeating: 0, count: 1 << 16)
    var given = 0
    while true {
        // zlib reads and writes only between the pointers and counts set here, which are those of the two arrays.
        let (code, made): (Int32, Int) = input.withUnsafeMutableBufferPointer { source in
            room.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress.map { $0 + given }
                stream.avail_in = UInt32(min(source.count - given, 1 << 20))
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                let offered = Int(stream.avail_in)
                let code = step(&stream, given + offered == source.count)
                given += offered - Int(stream.avail_in)
                return (code, target.count - Int(stream.avail_out))
            }
        }
        output += room[..<made]
        if code == Z_STREAM_END { return given == bytes.count ? output : nil }
        guard code == Z_OK, made > 0 || given < bytes.count else { return nil }
    }
}
