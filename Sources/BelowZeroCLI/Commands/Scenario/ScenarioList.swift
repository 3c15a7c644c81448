import ArgumentParser
import StressBasics
import StressPipeline
import StressReport
import StudyPlan

/// `belowzero scenario list`: the dated events that are known.
struct ScenarioList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the dated events that 'scenario run' and 'scenario matrix' know, or show some.",
        discussion: """
            Figures are as their sources print them; what disagrees is kept as a conflict. Files in the data folder's \
            Events add to them. \
            With --json one object an event.

            EXAMPLES
              belowzero scenario list
              belowzero scenario list luna-2022
            """)

    @Argument(help: "Events to show with all that is known of them.")
    var name: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let library = try EventLibrary()
            let events = name.isEmpty ? library.events : try name.map(library.event)
            if common.json { return try StandardOutput.write(jsonLines(events.map(EventLine.init))) }
            try StandardOutput.write(name.isEmpty ? list(events) : events.map(details).joined(separator: "\n"))
        }
    }

    private func list(_ events: [MarketEvent]) -> String {
        let rows = events.map { event in
            [
                event.name, event.start.minuteText, event.size.map(moveWords) ?? "not known", event.side.rawValue,
                event.title,
            ]
        }
        return aligned([["event", "from (UTC)", "move", "hurt", "what"]] + rows).map { $0 + "\n" }.joined()
            + "\n'belowzero scenario list NAME' shows all that is known of one, 'belowzero scenario run NAME' what it does to positions.\n"
    }

    private func details(_ event: MarketEvent) -> String {
        func section(_ title: String, _ lines: [String]) -> String {
            lines.isEmpty ? "" : "\(title)\n" + lines.map { "  - \($0)\n" }.joined()
        }
        return """
            \(event.name): \(event.title)
            \(event.asset), \(event.venue), \(event.priceType)
            \(event.start.rfc3339) to \(event.end.rfc3339), \(event.speed); hurt \(event.tags.map(\.rawValue).joined(separator: ", "))
            \(eventMove(event)); confidence \(event.confidence.rawValue)
            \(section("Balances", event.balances))\(section("Conflicts", event.conflicts))\
            \(section("Assumed for a path", [event.assumed].compactMap { $0 }))\(section("Sources", event.sources))
            """
    }
}

/// An event as `--json` prints it.
private struct EventLine: Encodable {
    let event, title, asset, venue, priceType, fromUtc, toUtc: String
    @Nullable var fromPrice: Double?
    @Nullable var extremePrice: Double?
    @Nullable var sizeFrac: Double?
    let speed: String
    @Nullable var durationS: Double?
    @Nullable var assumed: String?
    let points: [PointLine]
    let tags, balances, sources, conflicts: [String]
    let confidence: String

    struct PointLine: Encodable {
        let timeUtc: String
        let price: Double
    }

    init(_ event: MarketEvent) {
        (self.event, title, asset) = (event.name, event.title, event.asset)
        (venue, priceType) = (event.venue, event.priceType)
        (fromUtc, toUtc) = (event.start.rfc3339, event.end.rfc3339)
        (fromPrice, extremePrice, sizeFrac) = (event.prices?.from, event.prices?.extreme, event.size)
        (speed, durationS, assumed) = (event.speed, event.length?.inSeconds, event.assumed)
        points = event.points.map { PointLine(timeUtc: $0.time.rfc3339, price: $0.price) }
        (tags, balances) = (event.tags.map(\.rawValue), event.balances)
        (sources, conflicts, confidence) = (event.sources, event.conflicts, event.confidence.rawValue)
    }
}
