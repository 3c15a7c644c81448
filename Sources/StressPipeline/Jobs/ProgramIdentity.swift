import Foundation
import StressBasics

/// The version that outputs and manifests name.
public let programVersion = "0.1.0"

/// Version and digest of the program: what a cache entry must have in common with it. Other code has another identity, whatever its
/// time stamp says, and the same code the same, however often it was built, copied or unpacked.
///
/// Found when it is first asked for, and not remembered: reading 50 MB takes some 40 ms of one core, once a run that keeps something.
public let programIdentity: String = "\(programVersion) \(programDigest)"

private var programDigest: String {
    #if os(Linux)
        // What runs, even where another build has taken its place since.
        let image = URL(fileURLWithPath: "/proc/self/exe")
    #else
        let image = programPath
    #endif
    // A program that cannot read itself shares nothing with any other.
    guard let bytes = try? Data(contentsOf: image, options: .alwaysMapped) else { return UUID().uuidString }
    var builder = DigestBuilder()
    bytes.withUnsafeBytes { builder.update($0) }
    return builder.finish().hex
}
