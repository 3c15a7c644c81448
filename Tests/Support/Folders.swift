import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The root of the package, found from this file.
public let packageRoot: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/")
}()

/// The folder of shared reference data, which is not part of the project: beside the package, or where
/// `BELOWZERO_SHARED` says. Nil when it is absent; tests that need it are then skipped.
public let sharedFolder: String? = {
    let named = getenv("BELOWZERO_SHARED").map { String(cString: $0) }
    let candidates = [named, packageRoot + "/../shared"].compactMap { $0 }
    return candidates.first { access($0 + "/vectors/vectors.json", R_OK) == 0 }
}()

extension Trait where Self == ConditionTrait {
    /// Of tests that read the shared data: without them they are shown as skipped, not as passed.
    public static var needsSharedData: Self {
        .enabled(if: sharedFolder != nil, "the shared data folder is absent (set BELOWZERO_SHARED to point at it)")
    }

    /// Of tests that run a program which a machine may lack.
    public static func needs(_ program: String) -> Self {
        .enabled(if: installed(program) != nil, "there is no \(program) on this machine")
    }
}

/// Where a program stands on the search path; nil when it is not installed.
public func installed(_ program: String) -> String? {
    let folders = (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
}
