import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// The catalogue of settings against what reads, writes and describes them.
@Suite struct SettingTests {
    /// Every setting is taken with what may stand there, whole numbers and durations at their ends; what is just outside is refused
    /// by its name.
    @Test(arguments: StudySample.places)
    func theLoaderTakesWhatMayStandThere(place: StudySample.Place) throws {
        for setting in place.section.settings {
            guard let sample = try place.sample(with: setting.key) else { continue }
            let (good, bad) = samples(setting)
            for value in good {
                let found = StudySample.ofOneValue(
                    try sample.with(value, at: place.path + [setting.key]).problems())
                #expect(found.isEmpty, "\(setting.key): \(value): \(found)")
            }
            for value in bad {
                let found = try sample.with(value, at: place.path + [setting.key]).problems()
                #expect(found.contains { $0.message.contains(setting.key) }, "\(setting.key): \(value) is taken")
            }
        }
    }

    /// Values of a setting as JSON.
    private func samples(_ setting: SettingFacts) -> (good: [String], bad: [String]) {
        // The last bracket has no cap, and the first takes nothing off.
        let fixed = ["to": "1e300", "amount": "0"]
        switch setting.kind {
        case .number(let range), .numberBeside(_, let range), .share(let range), .shareBeside(_, let range):
            let (low, high) = (range.lowerBound, range.upperBound)
            // The values between: an end may contradict another setting that is left as it is.
            let inside = numberText(low + (min(high, 1e6) - low) / 3)
            return (
                [high < .infinity ? inside : fixed[setting.key] ?? inside],
                [numberText(low - 1e-3 - abs(low)), "\"word\"", "[1]"]
                    + (high < .infinity ? [numberText(high * 1.001)] : [])
            )
        case .integer(let range):
            return (
                [String(range.lowerBound)],
                [String(range.lowerBound - 1), "1.5", "\"word\""]
                    + (range.upperBound < .max ? [String(range.upperBound + 1)] : [])
            )
        case .zeroOr(let range):
            return (["0", String(range.lowerBound)], [String(range.lowerBound - 1), String(range.upperBound + 1)])
        case .span(let range):
            return (
                range.map { ["\"\($0.lowerBound.text)\"", "\"\($0.upperBound.text)\""] } ?? ["\"30s\""],
                ["\"0s\"", "\"word\""] + (range == nil ? [] : ["\"2w\""])
            )
        case .flag: return (["true", "false"], ["\"word\"", "2"])
        case .choice(let words): return (words.map { JSONValue.text($0).line }, ["\"word\"", "2"])
        case .spanOr(let words): return (words.map { "\"\($0)\"" } + ["\"10m\""], ["\"word\"", "\"0d\""])
        // Lists, sections and texts are judged beside the schema.
        default: return ([], [])
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
    @Test func anUnknownKeyIsNamedBesideThoseThereAre() throws {
        for place in StudySample.places {
            let found = try place.sample().with("1", at: place.path + ["zzzzzzzz"]).problems()
            let unknown = found.filter { $0.check == "unknown_key" }
            #expect(unknown.count == 1, "\(place)")
            #expect(unknown[0].hint == "known: \(place.section.keys.joined(separator: ", "))", "\(place)")
        }
    }

    /// A study's text says every default that it leaves out, and reads back as the same study.
    @Test func defaultsAreSaid() throws {
        let loaded = try loadStudy(yaml: StudySample().yaml, file: "s.yaml").value
        let text = loaded.completeText
        for section in Settings.sections
        where ["position", "statistics", "fees", "liquidation"].contains(section.path) {
            for setting in section.settings where setting != Settings.Statistics.lookBack {
                let standard = try #require(setting.standard)
                // The one that the study says is not at its default.
                guard setting.key != Settings.Statistics.resamples.key else { continue }
                #expect(text.contains("\(setting.key): \(standard)"), "\(section.path).\(setting.key)")
            }
        }
        #expect(try loadStudy(yaml: text, file: "s.yaml").value == loaded)
    }
}
