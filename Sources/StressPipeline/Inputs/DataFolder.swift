import Foundation

/// The data that comes with the program: venue profiles, studies, samples, schemas.
enum DataFolder {
    /// Where `name`, such as `Venues` or `Studies/default.yaml`, lies; nil when there is none.
    ///
    /// `BELOWZERO_DATA` decides where it is set. Else it is looked for in `share/belowzero` beside the folder of the program, in
    /// `Data` of the checkout that the program was built in, and in `Data` of the working directory.
    static func path(_ name: String) -> String? {
        if let named = ProcessInfo.processInfo.environment["BELOWZERO_DATA"], !named.isEmpty {
            return existing(named + "/" + name)
        }
        let program = programPath.deletingLastPathComponent()
        let above = sequence(first: program) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
        let checkout = above.prefix(8).first { existing($0.path + "/Package.swift") != nil }
        let folders =
            [program.deletingLastPathComponent().path + "/share/belowzero"]
            + [checkout.map { $0.path + "/Data" }, "Data"].compactMap { $0 }
        return folders.lazy.compactMap { existing($0 + "/" + name) }.first
    }

    private static func existing(_ path: String) -> String? {
        FileManager.default.fileExists(atPath: path) ? path : nil
    }
}

/// The running program's file, links resolved.
public let programPath: URL = {
    #if os(Linux)
        let path = "/proc/self/exe"
    #else
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
    return URL(fileURLWithPath: path).resolvingSymlinksInPath()
}()
