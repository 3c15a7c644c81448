import Foundation
import StressBasics
import StudyPlan

/// The dated events that are part of the program, and those of its data folder.
public struct EventLibrary {
    /// The events in order of time.
    public let events: [MarketEvent]

    /// Loads every event. One in the data folder stands in for one of the program that has the same name. Throws a ``Failure`` for a
    /// broken file.
    public init() throws {
        let own = try EventLibrary.embedded.flatMap { try EventLibrary.read($0.text, file: $0.file) }
        let added = try EventLibrary.added()
        let names = Set(added.map(\.name))
        events = (own.filter { !names.contains($0.name) } + added).sorted { ($0.start, $0.name) < ($1.start, $1.name) }
    }

    /// The event of that name. Throws a ``Failure`` where there is none.
    public func event(named name: String) throws -> MarketEvent {
        guard let event = events.first(where: { $0.name == name }) else {
            throw Failure(
                .usage, "there is no event '\(SourceLocation.presentable(name))'",
                hint: didYouMean(name, among: events.map(\.name))
                    ?? "'belowzero scenario list' lists them")
        }
        return event
    }

    /// The files of `Data/Events`, as they were when the program was built; a copy of it without its data knows them, too.
    static var embedded: [(file: String, text: String)] {
        [
            ("elsewhere.yaml", PackageResources.elsewhere_yaml), ("falls.yaml", PackageResources.falls_yaml),
            ("squeezes.yaml", PackageResources.squeezes_yaml),
        ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
    }

    /// Files of the data folder that are read.
    private static let mostFiles = 100

    private static func added() throws -> [MarketEvent] {
        guard let folder = DataFolder.path("Events") else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
            .sorted()
        guard files.count <= mostFiles else {
            throw Failure(.badData, "\(folder) has more than \(mostFiles) files of events", hint: "keep fewer there")
        }
        var events: [MarketEvent] = []
        for name in files {
            for event in try read(text(of: folder + "/" + name), file: folder + "/" + name) {
                guard !events.contains(where: { $0.name == event.name }) else {
                    throw Failure(.badData, "\(folder): two files have an event '\(event.name)'", hint: "rename one")
                }
                events.append(event)
            }
        }
        return events
    }

    /// At most 1 MiB, which is more than a file of events may have.
    private static func text(of file: String) throws -> String {
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: 1 << 20),
            let text = String(data: data, encoding: .utf8)
        else { throw Failure(.noInput, "cannot read the events \(file)", hint: "check that it is UTF-8 text") }
        return text
    }

    private static func read(_ text: String, file: String) throws -> [MarketEvent] {
        do throws(StudyError) {
            return try loadEvents(yaml: text, file: file)
        } catch {
            throw Failure(.badData, messages: error.findings.map(Failure.text), findings: error.findings)
        }
    }
}
