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
/// `BELOWZERO_SHARED` says. Nil when it is absent; tests that need it then say so and pass over.
public let sharedFolder: String? = {
    let named = getenv("BELOWZERO_SHARED").map { String(cString: $0) }
    let candidates = [named, packageRoot + "/../shared"].compactMap { $0 }
    return candidates.first { access($0 + "/vectors/vectors.json", R_OK) == 0 }
}()

/// Prints why a test that needs the shared data was passed over.
public func noteSharedIsAbsent(_ test: String) {
    print("SKIPPED \(test): the shared data folder is absent (set BELOWZERO_SHARED to point at it)")
}
