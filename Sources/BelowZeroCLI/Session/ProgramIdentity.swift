import Foundation

/// Version and build of the program: what a cache entry must have in common with it. Another build, another identity.
let programIdentity: String = {
    let facts = (try? FileManager.default.attributesOfItem(atPath: programPath.path)) ?? [:]
    let changed = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(programVersion) \(facts[.size] ?? 0) \(changed)"
}()
