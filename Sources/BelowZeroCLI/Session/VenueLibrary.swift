import Foundation
import StudyPlan

/// The venue profiles that come with the program, found beside it.
struct VenueLibrary {
    /// The profiles by name; empty when there is no folder of them.
    let profiles: [VenueProfile]

    /// Loads every profile. Throws a ``Failure`` for a broken one.
    init() throws {
        guard let folder = DataFolder.path("Venues") else {
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
}
