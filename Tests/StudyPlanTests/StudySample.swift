import Foundation
import StressBasics
import Testing

@testable import StudyPlan

/// A study that has every section, to change one value of.
struct StudySample {
    /// As JSON holds it, which is YAML, too.
    private(set) var study: SampleValue
    /// The sections that are not those of the whole study.
    private var changedSections: Set<String> = []

    /// Takes the place of `.inf`, which JSON has no word for.
    private static let endless = 1e300

    init() throws { study = try StudySample.whole.get() }

    /// Read once; a sample is changed by copying the parts that lead to the change.
    private static let whole = Result { () -> SampleValue in
        let text = """
            {"version": 1, "name": "agree",
             "data": [
              {"asset": "A", "path": "a.csv", "funding": {"rate": 0.0001, "interval": "8h"},
               "columns": {"time": 0, "price": 1}, "policy": {"bad_ticks": "drop"}},
              {"asset": "B", "path": "b.csv", "funding": {"path": "f.csv", "columns": {"time": 0, "rate": 1}},
               "mark": {"path": "m.csv"}}],
             "grid": {"leverage": {"from": 1, "to": 3}, "horizon": "1d"},
             "position": {"stride": 1},
             "statistics": {"resamples": 0, "look_back_margin": {"hour": 0}},
             "platforms": {
              "p": {"fees": {"open": 0}, "slippage": {"base": 0.1, "kappa": 1}, "borrow": {"rate": 0.1, "margin_level": 1.1},
               "liquidation": {"enabled": true}, "ledger": {"fund_share": 1},
               "tiers": [{"to": \(StudySample.endless), "rate": 0.01}]},
              "q": {"tiers": {"file": "t.json", "symbol": "X"}}},
             "ledger": {
              "population": {"classes": [{"side": "long", "leverage": 2}]},
              "fund": {"amount": 1, "top_up": {"below": 0, "to": 1000000000000000}}, "surplus": {"fund": 0.5},
              "adl": "bitmex", "adl_when": {"fall": 0.3, "within": "8h"}, "socialised": {"cap": 0.5}, "impact": {"depth": 5}},
             "limits": [
              {"measure": "negative_equity_frac", "max": 0.05},
              {"measure": "negative_equity_frac", "drift": {"max_change": 0.01}},
              {"measure": "negative_equity_frac", "max": 0.05, "monitor": {"false_alarm": "5% a year"}}, {"max_age": "36h"}],
             "headline": {"side": "long"}, "archive": {"base": "https://host.example/path"}, "retention": {"days": 90},
             "on_breach": {"command": ["x"]}, "on_failure": {"command": ["x", 5]}, "metrics_file": "x.prom",
             "job": {"timeout": "10m"},
             "resample": {"paths": 200}, "custody": {"hazard": 0.01}, "tax": {"income_rate": 0.2, "gains": [1], "gains_rate": 0.1},
             "behaviours": [
              {"name": "all", "stop_loss": 0.05, "exits": [{"at": 0.1, "part": 0.5}], "enter_after": {"gain": 0.1, "bars": 7},
               "top_up": {"at": 1.5, "add": 1, "times": 2}},
              {"name": "parts", "take_profit": 0.1, "instalments": {"count": 4, "every": "1d"}},
              {"name": "again", "reenter": {"times": 3}}]}
            """
        return try SampleValue(json: text)
    }

    /// A study with baskets, which do without margins per contract and of one input alone.
    static func withBaskets() throws -> StudySample {
        var sample = try StudySample()
        sample.set(nil, at: ["platforms", "q"])
        let basket = """
            [{"name": "a", "collateral": {"asset": "B"},
              "legs": [{"asset": "A", "side": "long", "share": 0.5}, {"asset": "B", "side": "short", "share": 0.5}]}]
            """
        sample.set(try SampleValue(json: basket), at: ["baskets"])
        return sample
    }

    /// Where a section stands in the study.
    struct Place: Sendable, CustomTestStringConvertible {
        let section: Settings.Section
        let path: [String]
        var hasBaskets = false

        func sample() throws -> StudySample { try hasBaskets ? .withBaskets() : StudySample() }

        /// A study in which the key may stand here, without those that it does not go with; nil where others would have to be added.
        func sample(with key: String) throws -> StudySample? {
            var sample = try sample()
            let form = section.forms.first { $0.has.contains(key) }
            let others = (form?.lacks ?? []) + section.apart.filter { $0.contains(key) }.joined().filter { $0 != key }
            for other in others { sample.set(nil, at: path + [other]) }
            let keys = (sample.value(at: path)?.members ?? [:]).keys + [key]
            let isWhole = section.forms.contains { form in
                form.has.allSatisfy(keys.contains) && !form.lacks.contains(where: keys.contains)
            }
            return section.forms.isEmpty || isWhole ? sample : nil
        }

        var testDescription: String { path.joined(separator: ".") }
    }

    /// Every section at one place at least.
    static let places: [Place] = {
        typealias Known = Settings
        let platform = ["platforms", "p"]
        return [
            Place(section: Known.Whole.section, path: []), Place(section: Known.Input.section, path: ["data", "0"]),
            Place(section: Known.Columns.section, path: ["data", "0", "columns"]),
            Place(section: Known.Policies.section, path: ["data", "0", "policy"]),
            Place(section: Known.Funding.section, path: ["data", "0", "funding"]),
            Place(section: Known.Funding.section, path: ["data", "1", "funding"]),
            Place(section: Known.FundingColumns.section, path: ["data", "1", "funding", "columns"]),
            Place(section: Known.Source.section, path: ["data", "1", "mark"]),
            Place(section: Known.Grid.section, path: ["grid"]),
            Place(section: Known.LeverageSteps.section, path: ["grid", "leverage"]),
            Place(section: Known.Position.section, path: ["position"]),
            Place(section: Known.Statistics.section, path: ["statistics"]),
            Place(section: Known.LookBackMargin.section, path: ["statistics", "look_back_margin"]),
            Place(section: Known.Platform.section, path: platform),
            Place(section: Known.FeeRates.section, path: platform + ["fees"]),
            Place(section: Known.SlippageLaw.section, path: platform + ["slippage"]),
            Place(section: Known.Borrowing.section, path: platform + ["borrow"]),
            Place(section: Known.Liquidation.section, path: platform + ["liquidation"]),
            Place(section: Known.Tier.section, path: platform + ["tiers", "0"]),
            Place(section: Known.TierTable.section, path: ["platforms", "q", "tiers"]),
            Place(section: Known.Ledger.ofPlatform, path: platform + ["ledger"]),
            Place(section: Known.Ledger.section, path: ["ledger"]),
            Place(section: Known.Traders.section, path: ["ledger", "population"]),
            Place(section: Known.TraderClasses.section, path: ["ledger", "population", "classes", "0"]),
            Place(section: Known.Fund.section, path: ["ledger", "fund"]),
            Place(section: Known.TopUp.section, path: ["ledger", "fund", "top_up"]),
            Place(section: Known.Surplus.section, path: ["ledger", "surplus"]),
            Place(section: Known.EarlyQueue.section, path: ["ledger", "adl_when"]),
            Place(section: Known.Impact.section, path: ["ledger", "impact"]),
            Place(section: Known.Socialised.section, path: ["ledger", "socialised"]),
            Place(section: Known.Limits.section, path: ["limits", "0"]),
            Place(section: Known.Limits.section, path: ["limits", "3"]),
            Place(section: Known.Drift.section, path: ["limits", "1", "drift"]),
            Place(section: Known.Monitoring.section, path: ["limits", "2", "monitor"]),
            Place(section: Known.Headline.section, path: ["headline"]),
            Place(section: Known.Archive.section, path: ["archive"]),
            Place(section: Known.Retained.section, path: ["retention"]),
            Place(section: Known.Alert.section, path: ["on_breach"]), Place(section: Known.Job.section, path: ["job"]),
            Place(section: Known.Resample.section, path: ["resample"]),
            Place(section: Known.CustodyRates.section, path: ["custody"]),
            Place(section: Known.TaxRates.section, path: ["tax"]),
            Place(section: Known.Behaviours.section, path: ["behaviours", "0"]),
            Place(section: Known.Behaviours.section, path: ["behaviours", "1"]),
            Place(section: Known.PlannedExits.section, path: ["behaviours", "0", "exits", "0"]),
            Place(section: Known.EnterAfter.section, path: ["behaviours", "0", "enter_after"]),
            Place(section: Known.TopUps.section, path: ["behaviours", "0", "top_up"]),
            Place(section: Known.Instalment.section, path: ["behaviours", "1", "instalments"]),
            Place(section: Known.Reentries.section, path: ["behaviours", "2", "reenter"]),
            Place(section: Known.Baskets.section, path: ["baskets", "0"], hasBaskets: true),
            Place(section: Known.BasketLegs.section, path: ["baskets", "0", "legs", "0"], hasBaskets: true),
            Place(section: Known.Collateral.section, path: ["baskets", "0", "collateral"], hasBaskets: true),
        ]
    }()

    /// Puts a value at a path, or takes away what stands there.
    mutating func set(_ value: SampleValue?, at path: [String]) {
        study = StudySample.changed(study, path[...], value)
        changedSections.formUnion(path.prefix(1))
    }

    /// The same with a value that JSON says.
    func with(_ json: String, at path: [String]) throws -> StudySample {
        var copy = self
        copy.set(try SampleValue(json: json), at: path)
        return copy
    }

    /// What stands at a path.
    func value(at path: [String]) -> SampleValue? {
        path.reduce(study as SampleValue?) { part, step in
            Int(step).flatMap { part?.items?[$0] } ?? part?.members?[step]
        }
    }

    private static func changed(_ node: SampleValue, _ path: ArraySlice<String>, _ value: SampleValue?) -> SampleValue {
        guard let step = path.first else { return value ?? node }
        let rest = path.dropFirst()
        switch node {
        case .list(var list):
            guard let place = Int(step) else { return node }
            list[place] = changed(list[place], rest, value)
            return .list(list)
        case .map(var map):
            map[step] = rest.isEmpty ? value : map[step].map { changed($0, rest, value) }
            return .map(map)
        default: return node
        }
    }

    /// As a study file has it. Writing every section anew for one changed value took a quarter of what judging the study takes.
    var yaml: String {
        get throws {
            let kept = try StudySample.texts.get()
            let sections = (study.members ?? [:]).sorted { $0.key < $1.key }.map { name, value in
                changedSections.contains(name) ? StudySample.text(name, value) : kept[name] ?? ""
            }
            return "{\(sections.joined(separator: ","))}"
        }
    }

    /// Every section of the whole study, written once.
    private static let texts = Result { () -> [String: String] in
        let study = try whole.get().members ?? [:]
        return Dictionary(uniqueKeysWithValues: study.map { ($0, text($0, $1)) })
    }

    private static func text(_ name: String, _ value: SampleValue) -> String {
        "\"\(name)\":" + value.json.line.replacing(numberText(StudySample.endless), with: ".inf")
    }

    /// What the loader says of it.
    func problems() throws -> [Finding] {
        let text = try yaml
        do throws(StudyError) {
            _ = try loadStudy(yaml: text, file: "s.yaml")
            return []
        } catch { return error.findings }
    }

    /// Of what the loader says, all but what is of values together, which no value and no schema can tell.
    static func ofOneValue(_ problems: [Finding]) -> [Finding] {
        problems.filter { finding in
            ["bad_value", "unknown_key", "missing_key"].contains(finding.check)
                && !together.contains { finding.message.contains($0) }
        }
    }

    private static let together = [
        "rises from", "not computed under behaviours", "keep no figures of behaviours", "the last tier",
        "the amount must be", "margins per contract", "no asset", "is no tier",
        "bracket", "the shares add up", "latency is of fill",
        "at least 'below'",
        "interval", "is never breached", "is always breached", "drift limit", "stands twice", "give either", "percent",
        "a part from", "a look-back of at least", "duration from", "at most 1h", "is for the prices",
        "a file of funding",
        "another behaviour", "another basket", "monitored limit", "decides nothing", "is no date", "above", "below",
        "notional",
        "parts add up", "reaches", "there is no platform", "who pays", "nothing else is paid in", "bought at once",
    ]
}
