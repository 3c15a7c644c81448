import ArgumentParser
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero venues`: what is known of venues' rules, and what is not.
struct VenuesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venues",
        abstract: "List the venue profiles that a study can name as platforms, or show one.",
        discussion: """
            A profile holds a venue's margin rules with their sources and dates, and what is not known of them. Name it in a \
            study's grid.platform, or copy its platform section and correct it.

            EXAMPLES
              belowzero venues
              belowzero venues binance-usdm
            """)

    @Argument(help: "A profile's name.")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let profiles = try VenueLibrary().profiles
            guard let name else { return try list(profiles) }
            guard let profile = profiles.first(where: { $0.name == name }) else {
                let near =
                    didYouMean(name, among: profiles.map(\.name))
                    ?? "'belowzero venues' lists them"
                throw Failure(.usage, "there is no venue '\(SourceLocation.presentable(name))'", hint: near)
            }
            try Console.print(common.json ? jsonText(VenueJSON(profile)) : details(profile))
        }
    }

    private func list(_ profiles: [VenueProfile]) throws {
        if common.json { return try Console.print(jsonText(profiles.map(VenueJSON.init))) }
        let width = profiles.map(\.name.count).max() ?? 0
        let lines = profiles.map { profile in
            let name = profile.name + String(repeating: " ", count: width - profile.name.count)
            let notes = profile.findings.map { "\n  \(String(repeating: " ", count: width))  ! \($0.message)" }.joined()
            return "  \(name)  \(profile.title) (\(profile.contract.rawValue); \(profile.asOf))\(notes)"
        }
        try Console.print(
            lines.joined(separator: "\n") + "\n\n'belowzero venues NAME' shows what is known of one, and what is not.")
    }

    private func details(_ profile: VenueProfile) -> String {
        func section(_ title: String, _ lines: [String]) -> String {
            lines.isEmpty ? "" : "\n\(title)\n" + lines.map { "  - \($0)" }.joined(separator: "\n") + "\n"
        }
        return """
            \(profile.name): \(profile.title)
            contract \(profile.contract.rawValue); sources of: \(profile.asOf)
            \(section("Known", profile.known))\(section("Not known, or not modelled", profile.unknown))\
            \(section("Sources", profile.sources))\(section("Findings", profile.findings.map(\.message)))
            As a platform of a study:
            \(profile.platform.canonicalText)
            """
    }
}

/// A profile as `venues --json` prints it.
private struct VenueJSON: Encodable {
    let venue, title, contract, asOf: String
    let sources, known, unknown, findings: [String]
    let smallestMaintenanceRateFrac, closingFeeFrac, liquidationFeeFrac: Double

    init(_ profile: VenueProfile) {
        (venue, title, contract, asOf) = (profile.name, profile.title, profile.contract.rawValue, profile.asOf)
        (sources, known, unknown) = (profile.sources, profile.known, profile.unknown)
        findings = profile.findings.map(\.message)
        let rules = profile.platform.rules
        smallestMaintenanceRateFrac = rules.tiers.tiers[0].rate
        (closingFeeFrac, liquidationFeeFrac) = (rules.fees.close, rules.fees.liquidation)
    }
}
