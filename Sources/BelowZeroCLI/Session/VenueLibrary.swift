import Foundation
import StudyPlan

/// The venue profiles that come with the program, found beside it.
struct VenueLibrary {
    /// The profiles by name; empty when there is no folder of them.
    let profiles: [VenueProfile]

    /// Loads every profile. Throws a ``Failure`` for a broken one.
    init() throws {
        guard let folder = VenueLibrary.folder else {
            profiles = []
            return
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        profiles = try files.map { try VenueLibrary.profile(folder + "/" + $0) }.sorted { $0.name < $1.name }
    }

    private static func profile(_ file: String) throws -> VenueProfile {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Failure(.noInput, "cannot read the venue \(file)")
        }
        do throws(StudyError) {
            return try loadVenue(yaml: text, file: file)
        } catch {
            throw Failure(error)
        }
    }

    /// `BELOWZERO_DATA`, the working directory, the folders above the program (a checkout), or `share` beside its folder.
    private static var folder: String? {
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        let above = sequence(first: program) { $0.flatMap { $0.path == "/" ? nil : $0.deletingLastPathComponent() } }
        let named = ProcessInfo.processInfo.environment["BELOWZERO_DATA"].map { $0 + "/Venues" }
        let candidates =
            [named, "Data/Venues"] + above.prefix(8).map { $0.map { $0.path + "/Data/Venues" } }
            + [program.map { $0.deletingLastPathComponent().path + "/share/belowzero/Venues" }]
        var isFolder: ObjCBool = false
        return candidates.compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
        }
    }
}
