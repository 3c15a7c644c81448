import Foundation

/// Version and build of the program: what a cache entry must have in common with it. Another build, another identity.
let programIdentity: String = {
    #if os(Linux)
        let path = "/proc/self/exe"
    #else
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let facts = (try? FileManager.default.attributesOfItem(atPath: file)) ?? [:]
    let changed = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(programVersion) \(facts[.size] ?? 0) \(changed)"
}()
