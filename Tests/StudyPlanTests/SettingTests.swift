import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// The catalogue of settings against what reads, writes and describes them.
@Suite struct SettingTests {
    /// Where the schema of studies describes each section.
    private static let places: [String: [String]] = [
        "data": ["$defs", "source"], "position": ["properties", "position"],
        "statistics": ["properties", "statistics"],
        "retention": ["properties", "retention"],
        "fees": ["$defs", "platform", "properties", "fees"],
        "slippage": ["$defs", "platform", "properties", "slippage", "anyOf", "1"],
        "borrow": ["$defs", "platform", "properties", "borrow"],
        "liquidation": ["$defs", "platform", "properties", "liquidation"],
        "tiers": ["$defs", "platform", "properties", "tiers", "anyOf", "0", "items"],
        "ledger": ["properties", "ledger"],
        "ledger of a platform": ["$defs", "platform", "properties", "ledger"],
        "ledger.population": ["properties", "ledger", "properties", "population", "anyOf", "1"],
        "ledger.population.classes": ["$defs", "traders"],
        "fund": ["properties", "ledger", "properties", "fund"],
        "top_up": ["properties", "ledger", "properties", "fund", "properties", "top_up", "anyOf", "1"],
        "adl_when": ["properties", "ledger", "properties", "adl_when", "anyOf", "1"],
        "socialised": ["properties", "ledger", "properties", "socialised", "anyOf", "1"],
        "impact": ["properties", "ledger", "properties", "impact", "anyOf", "1"],
    ]

    private func schema() throws -> [String: Any] {
        let path = URL(fileURLWithPath: packageRoot).appendingPathComponent("Data/Studies/study.schema.json")
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
    }

    private func part(_ schema: [String: Any], at path: [String]) throws -> [String: Any] {
        let found = path.reduce(schema as Any?) { part, step in
            Int(step).flatMap { (part as? [Any])?[$0] } ?? (part as? [String: Any])?[step]
        }
        return try #require(found as? [String: Any])
    }

    /// The schema knows every key of every section, and no other.
    @Test func theSchemaHasTheKeys() throws {
        let schema = try schema()
        for section in Settings.sections {
            let described = try part(schema, at: #require(SettingTests.places[section.path]))
            let keys = try #require(described["properties"] as? [String: Any]).keys
            #expect(Set(keys) == Set(section.keys), "\(section.path)")
            #expect(described["additionalProperties"] as? Bool == false, "\(section.path)")
        }
    }

    /// Ranges and words are the same.
    @Test func theSchemaHasTheRanges() throws {
        let schema = try schema()
        for section in Settings.sections {
            let described = try part(schema, at: #require(SettingTests.places[section.path]) + ["properties"])
            for setting in section.settings {
                let entry = try #require(described[setting.key] as? [String: Any], "\(section.path).\(setting.key)")
                #expect(agrees(entry, setting.kind), "\(section.path).\(setting.key): \(entry)")
            }
        }
    }

    func agrees(_ entry: [String: Any], _ kind: SettingKind) -> Bool {
        func bounds(_ entry: [String: Any], _ low: Double, _ high: Double) -> Bool {
            let least = (entry["minimum"] ?? entry["exclusiveMinimum"]) as? Double
            return least == low && ((entry["maximum"] ?? entry["exclusiveMaximum"]) as? Double ?? .infinity) == high
        }
        switch kind {
        case .number(Leverage.allowed): return entry["$ref"] as? String == "#/$defs/leverage"
        case .number(let range): return bounds(entry, range.lowerBound, range.upperBound)
        case .share(let range):
            let parts = entry["anyOf"] as? [[String: Any]] ?? []
            return parts.count == 2 && agrees(parts[0], .number(range)) && parts[1]["pattern"] is String
        case .integer(let range):
            let high = range.upperBound == .max ? Double.infinity : Double(range.upperBound)
            return entry["type"] as? String == "integer" && bounds(entry, Double(range.lowerBound), high)
        case .zeroOr(let range):
            let parts = entry["anyOf"] as? [[String: Any]] ?? []
            return parts.count == 2 && parts[0]["const"] as? Int == 0 && agrees(parts[1], .integer(range))
        case .span: return entry["$ref"] as? String == "#/$defs/span"
        case .flag: return entry["type"] as? String == "boolean"
        case .choice(let words): return (entry["enum"] as? [Any])?.compactMap { $0 as? String } == words
        case .spanOr(let words):
            let parts = entry["anyOf"] as? [[String: Any]] ?? []
            let named = parts.last?["enum"] as? [Any] ?? []
            return parts.first?["$ref"] as? String == "#/$defs/span" && named.compactMap { $0 as? String } == words
        case .text([]): return entry["$ref"] as? String == "#/$defs/text"
        case .text(let words):
            let listed = entry["enum"] ?? (entry["anyOf"] as? [[String: Any]])?.first?["enum"]
            let named = (listed as? [Any] ?? []).map { value in
                (value as? String) ?? (value as? Bool).map { "\($0)" } ?? "\(value)"
            }
            return Set(named) == Set(words)
        }
    }

    // MARK: The loader

    private func study(_ section: String, _ entry: String) -> String {
        let others = ["borrow": ["rate: 0.1", "margin_level: 1.1"], "slippage": ["base: 0.1", "kappa: 1"]]
        let key = entry.prefix { $0 != ":" }
        let parts = ([entry] + (others[section] ?? []).filter { !$0.hasPrefix(key + ":") }).joined(separator: ", ")
        let tier =
            section == "tiers"
            ? parts + (key == "to" ? "" : ", to: .inf") + (key == "rate" ? "" : ", rate: 0.01") : "to: .inf, rate: 0.01"
        if let ledger = ledgerStudy(section, entry) { return ledger }
        let isPlatform = ["fees", "slippage", "borrow", "liquidation"].contains(section)
        let platform = isPlatform ? ", \(section): {\(parts)}" : ""
        let own = isPlatform || ["tiers", "data"].contains(section) ? "" : "\(section): {\(parts)}\n"
        let source = section == "data" ? ", \(parts)" : ""
        return """
            version: 1
            data: [{asset: A, path: a.csv\(source)}]
            grid: {leverage: [2], horizon: [1d]}
            platforms: {p: {tiers: [{\(tier)}]\(platform)}}
            \(own)
            """
    }

    /// A study with an entry of a section of the ledger; nil for other sections.
    private func ledgerStudy(_ section: String, _ entry: String) -> String? {
        let others = [
            "top_up": ["below: 0", "to: 1e15"], "adl_when": ["fall: 0.3", "within: 8h"], "impact": ["depth: 1e6"],
        ]
        let key = entry.prefix { $0 != ":" }
        let parts = ([entry] + (others[section] ?? []).filter { !$0.hasPrefix(key + ":") }).joined(separator: ", ")
        let ledgers = [
            "ledger": "population: ftx-2021, \(parts)", "ledger of a platform": "population: ftx-2021",
            "ledger.population": "population: {preset: ftx-2021, \(parts)}",
            "ledger.population.classes": "population: {classes: [{side: long, leverage: 2, \(parts)}]}",
            "fund": "population: ftx-2021, fund: {\(parts)}",
            "top_up": "population: ftx-2021, fund: {top_up: {\(parts)}}",
            "adl_when": "population: ftx-2021, adl_when: {\(parts)}",
            "socialised": "population: ftx-2021, socialised: {\(parts)}",
            "impact": "population: ftx-2021, impact: {\(parts)}",
        ]
        return ledgers[section].map { ledger in
            let own = section == "ledger of a platform" ? ", ledger: {\(parts)}" : ""
            return """
                version: 1
                data: [{asset: A, path: a.csv}]
                grid: {leverage: [2], horizon: [1d]}
                platforms: {p: {tiers: [{to: .inf, rate: 0.01}]\(own)}}
                ledger: {\(ledger)}
                """
        }
    }

    private func problems(_ section: String, _ entry: String) -> [Finding] {
        do throws(StudyError) {
            _ = try loadStudy(yaml: study(section, entry), file: "s.yaml")
            return []
        } catch { return error.findings }
    }

    /// Every setting is taken with its default and with what may stand there, whole numbers and durations at their ends; what is just
    /// outside is refused by its name.
    @Test func theLoaderTakesWhatMayStandThere() {
        var judged = 0
        for section in Settings.sections {
            for setting in section.settings {
                let (good, bad) = samples(setting)
                for value in good + [setting.standard].compactMap({ $0 }) {
                    let found = problems(section.path, "\(setting.key): \(value)")
                    #expect(found.isEmpty, "\(section.path).\(setting.key): \(value): \(found)")
                    judged += 1
                }
                for value in bad {
                    let found = problems(section.path, "\(setting.key): \(value)")
                    #expect(
                        found.contains { $0.message.contains(setting.key) },
                        "\(section.path).\(setting.key): \(value) is taken")
                    judged += 1
                }
            }
        }
        #expect(judged > 100)
    }

    private func samples(_ setting: SettingFacts) -> (good: [String], bad: [String]) {
        // The last bracket has no cap, and the first takes nothing off.
        let fixed = ["to": ".inf", "amount": "0"]
        switch setting.kind {
        case .number(let range), .share(let range):
            let (low, high) = (range.lowerBound, range.upperBound)
            // The values between: an end may contradict another setting that is left as it is.
            let inside = low + (min(high, 1e6) - low) / 3
            return (
                [
                    high < .infinity && setting.key == "to"
                        ? numberText(inside) : fixed[setting.key] ?? numberText(inside)
                ],
                [numberText(low - 1e-3 - abs(low)), "word", "[1]"]
                    + (high < .infinity ? [numberText(high * 1.001)] : [])
            )
        case .integer(let range):
            return (
                [String(range.lowerBound)],
                [String(range.lowerBound - 1), "1.5", "word"]
                    + (range.upperBound < .max ? [String(range.upperBound + 1)] : [])
            )
        case .zeroOr(let range):
            return (["0", String(range.lowerBound)], [String(range.lowerBound - 1), String(range.upperBound + 1)])
        case .span(let range):
            return (
                range.map { [$0.lowerBound.text, $0.upperBound.text] } ?? ["30s"],
                ["0s", "word"] + (range == nil ? [] : ["2w"])
            )
        case .flag: return (["true", "false"], ["word", "2"])
        case .choice(let words): return (words, ["word", "2"])
        case .spanOr(let words): return (words + ["10m"], ["word", "0s"])
        case .text(let words):
            // A quoted true is a text, and no answer to whether.
            let quoted = words.map { ["true", "false"].contains($0) ? $0 : "\"\($0.replacing("\t", with: "\\t"))\"" }
            return (quoted, ["[1]"])
        }
    }

    /// What is typed behind an option is read as a study reads it.
    @Test func optionsAreReadAsStudiesAre() throws {
        #expect(try Settings.Source.bar.value(of: "1m", option: "--bar") == .minutes(1))
        #expect(try Settings.Source.delimiter.value(of: "\t", option: "--delimiter") == .tab)
        #expect(try Settings.Source.header.value(of: "false", option: "--header") == .absent)
        #expect(try Settings.Position.maxGap.value(of: "off", option: "--max-gap") == .off)
        #expect(throws: StudyError.self) { try Settings.Source.bar.value(of: "soon", option: "--bar") }
    }

    /// Messages name the keys that there are.
    @Test func anUnknownKeyIsNamedBesideThoseThereAre() {
        for section in Settings.sections {
            let found = problems(section.path, "zzzzzzzz: 1").filter { $0.check == "unknown_key" }
            #expect(found.count == 1, "\(section.path)")
            let named = Set(found[0].hint.dropFirst("known: ".count).components(separatedBy: ", "))
            #expect(named.isSuperset(of: section.keys), "\(section.path): \(found[0].hint)")
        }
    }

    /// A study's text says every default that it leaves out, and reads back as the same study.
    @Test func defaultsAreSaid() throws {
        let loaded = try loadStudy(yaml: study("position", "stride: 1"), file: "s.yaml").value
        let text = loaded.completeText
        for section in Settings.sections
        where ["position", "statistics", "fees", "liquidation"].contains(section.path) {
            for setting in section.settings {
                let standard = try #require(setting.standard)
                #expect(text.contains("\(setting.key): \(standard)"), "\(section.path).\(setting.key)")
            }
        }
        #expect(try loadStudy(yaml: text, file: "s.yaml").value == loaded)
    }
}
