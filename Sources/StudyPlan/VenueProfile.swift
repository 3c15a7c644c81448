import MarginModel
import StressBasics

/// What is known of a venue's rules, and what is not: a platform with its sources.
public struct VenueProfile: Hashable, Sendable {
    /// The name by which studies ask for it.
    public var name: String
    /// The venue and the kind of account, in words.
    public var title: String
    /// The contract whose positions the profile describes.
    public var contract: ContractKind
    /// The date of the sources: rules may have changed since.
    public var asOf: String
    /// Pages and files the figures were taken from.
    public var sources: [String]
    /// Rules that the platform below reflects.
    public var known: [String]
    /// Rules that matter and are not known, or that the model does not reflect.
    public var unknown: [String]
    /// The rules as far as they are modelled.
    public var platform: NamedPlatform

    /// What a user of the profile should know, one finding each.
    public var findings: [Finding] { platform.findings }
}

extension NamedPlatform {
    /// What a user of the platform should know.
    public var findings: [Finding] { bracketFindings + idleDelayFindings }

    /// A platform that asks for no maintenance margin, as one does whose brackets nobody wrote.
    fileprivate var maintenanceFindings: [Finding] {
        let asksForNone = rules.tiers.tiers.allSatisfy { $0.rate == 0 && $0.amount == 0 }
        guard rules.liquidation.enabled, rules.borrow == .none, tierFile == nil, asksForNone else { return [] }
        return [
            Finding(
                check: "no_maintenance", severity: .warning,
                message:
                    "'\(name)' asks for no maintenance margin: it closes positions only when nothing is left of theirs",
                action: "kept", hint: "write its tiers, such as tiers: [{to: .inf, rate: 0.005}]")
        ]
    }

    /// A delay beside a fill that does not wait: scenarios go by it, the grid does not.
    private var idleDelayFindings: [Finding] {
        let liquidation = rules.liquidation
        guard liquidation.enabled, ![.auto, .delay].contains(liquidation.fill),
            liquidation.delay != LiquidationRules.defaultDelay
        else { return [] }
        return [
            Finding(
                check: "idle_delay", severity: .note,
                message:
                    "'\(name)' fills by '\(liquidation.fill.rawValue)', which its delay of \(liquidation.delay.text) does not change: it is for scenarios alone",
                action: "kept", hint: "write fill: delay to wait in the grid, too")
        ]
    }

    private var bracketFindings: [Finding] {
        let brackets = rules.bracketsBankruptOnEntry
        guard !brackets.isEmpty, tierFile == nil else { return [] }
        let rows =
            brackets.count == 1
            ? "bracket \(brackets[0])" : "brackets \(brackets.map(String.init).joined(separator: ", "))"
        let cost = numberText(rules.fees.close + rules.fees.liquidation)
        return [
            Finding(
                check: "bankrupt_on_entry", severity: .warning,
                message:
                    "bankrupt on entry to liquidation: in \(rows) of '\(name)' closing and liquidation fees of \(cost) exceed "
                    + "the maintenance rate", count: brackets.count, action: "kept")
        ]
    }
}

extension Study {
    /// What a user of its platforms should know.
    var platformFindings: [Finding] { platforms.flatMap(\.findings) + maintenanceFindings }

    /// Those of them that a reader of its results must know.
    public var platformWarnings: [Finding] { platformFindings.filter { $0.severity >= .warning } }

    /// Platforms that ask for no maintenance margin of what is held there: who buys with own money is asked for none anyway.
    private var maintenanceFindings: [Finding] {
        grid.contracts == [.spot] ? [] : platforms.flatMap(\.maintenanceFindings)
    }

    /// Venues whose contract the study does not compute: their rules are then read as those of another contract.
    func venueFindings(_ venues: [VenueProfile]) -> [Finding] {
        venues.filter { venue in
            !grid.contracts.contains(venue.contract)
                && platforms.contains { $0.name == venue.name && $0.rules == venue.platform.rules }
        }.map { venue in
            let computed = grid.contracts.map(\.rawValue).joined(separator: ", ")
            return Finding(
                check: "venue_contract", severity: .warning,
                message:
                    "the profile '\(venue.name)' describes \(venue.contract.rawValue) contracts, and the study computes \(computed)",
                action: "kept", hint: "add contract: [\(venue.contract.rawValue)] to the grid, or choose another venue")
        }
    }
}

/// Reads a venue profile: `venue`, `title`, `contract`, `as_of`, `sources`, `known`, `unknown` and a `platform` section as in a
/// study file.
public func loadVenue(yaml: String, file: String) throws(StudyError) -> VenueProfile {
    let problems = StudyProblems(file: file)
    let reader = YAMLReader(node: try documentRoot(yaml, file: file), path: "", problems: problems)
    let profile = StudyLoader(root: reader, problems: problems, venues: []).venueProfile(reader)
    guard let profile, problems.findings.allSatisfy({ $0.severity != .error }) else {
        throw StudyError(problems.findings)
    }
    return profile
}

extension StudyLoader {
    fileprivate func venueProfile(_ reader: YAMLReader) -> VenueProfile? {
        let keys = ["venue", "title", "contract", "as_of", "sources", "known", "unknown", "platform"]
        guard let map = reader.map(known: keys) else { return nil }
        let texts = { (key: String) in map.required(key)?.list()?.map { $0.text() } }
        guard let name = map.required("venue")?.text(), let title = map.required("title")?.text(),
            let contract = map.required("contract")?.choice(ContractKind.self),
            let asOf = map.required("as_of")?.text(),
            let sources = texts("sources"), let known = texts("known"), let unknown = texts("unknown"),
            let platform = map.required("platform").flatMap({ namedPlatform(name, $0) })
        else { return nil }
        return VenueProfile(
            name: name, title: title, contract: contract, asOf: asOf, sources: sources.compactMap { $0 },
            known: known.compactMap { $0 }, unknown: unknown.compactMap { $0 }, platform: platform)
    }
}
