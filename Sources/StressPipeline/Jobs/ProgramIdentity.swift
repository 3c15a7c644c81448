import ContentStore
import Foundation

/// The version that outputs and manifests name.
public let programVersion = "0.1.0"

/// Version and fingerprint of the program: what a cache entry must have in common with it. Other code has another identity, whatever its
/// time stamp says, and the same code the same, however often it was built, copied or unpacked.
///
/// Found when it is first asked for, and not remembered: reading the 35 MB that are ever loaded, of 85 MB, takes some 6 ms of one core,
/// once a run that keeps something, a quarter of what SHA-256 takes. Nobody gains by a program that looks like another: whoever can put
/// it there can do all it does.
public let programIdentity: String = "\(programVersion) \(programFingerprint)"

private var programFingerprint: String {
    #if os(Linux)
        // What runs, even where another build has taken its place since.
        let image = URL(fileURLWithPath: "/proc/self/exe")
    #else
        let image = programPath
    #endif
    // A program that cannot read itself shares nothing with any other.
    guard let bytes = try? Data(contentsOf: image, options: .alwaysMapped) else { return UUID().uuidString }
    return bytes.withUnsafeBytes { fingerprint(UnsafeRawBufferPointer(rebasing: $0[..<loadedBytes($0)])) }
}

/// How many bytes of a program's file, from the first on, hold all that is loaded to run it: what comes after is for debuggers. All of a
/// file that is no ELF file of 64 bits, or says what cannot be.
func loadedBytes(_ file: UnsafeRawBufferPointer) -> Int {
    func number<Value: FixedWidthInteger & BitwiseCopyable>(_ place: Int, _: Value.Type) -> Int? {
        guard (0...file.count).contains(place), file.count - place >= MemoryLayout<Value>.size else { return nil }
        return Int(exactly: Value(littleEndian: file.loadUnaligned(fromByteOffset: place, as: Value.self)))
    }
    guard file.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let first = number(32, UInt64.self), first < file.count,
        let size = number(54, UInt16.self), let count = number(56, UInt16.self)
    else { return file.count }
    var end = 0
    for header in (0..<count).map({ first + $0 * size }) {
        guard let kind = number(header, UInt32.self), let start = number(header + 8, UInt64.self),
            let length = number(header + 32, UInt64.self), start <= file.count, length <= file.count - start
        else { return file.count }
        if kind == 1 { end = max(end, start + length) }
    }
    return end > 0 ? end : file.count
}
