import ContentStore
import Foundation

/// The version that outputs and manifests name.
public let programVersion = "0.1.0"

/// Version and fingerprint of the program: what a cache entry must have in common with it. Other code has another identity, whatever its
/// time stamp says, and the same code the same, however often it was built, copied or unpacked.
///
/// Found when it is first asked for, and not remembered: reading 80 MB takes some 15 ms of one core, once a run that keeps something, a
/// quarter of what SHA-256 takes. Nobody gains by a program that looks like another: whoever can put it there can do all it does.
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
    return bytes.withUnsafeBytes(fingerprint)
}
