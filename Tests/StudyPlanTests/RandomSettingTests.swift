import StressBasics
import Testing

@testable import StudyPlan

/// Studies whose settings are drawn from the catalogue: whatever may stand there is read, written and read back as the same.
@Suite struct RandomSettingTests {
    @Test(arguments: UInt64(1)...300)
    func whatTheCatalogueAllowsReadsBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let yaml = study(&random)
        let study: Study
        do throws(StudyError) {
            study = try loadStudy(yaml: yaml, file: "s.yaml").value
        } catch {
            Issue.record("seed \(seed): \(error.findings)\n\(yaml)")
            return
        }
        #expect(try loadStudy(yaml: study.completeText, file: "again").value == study, "seed \(seed):\n\(yaml)")
        var ofResults = study
        ofResults.operations = Operations()
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == ofResults, "seed \(seed):\n\(yaml)")
    }

    private func study(_ random: inout SeededGenerator) -> String {
        func section(_ section: Settings.Section, all: Bool = false, but: [String] = []) -> String {
            let settings = section.settings.filter { !but.contains($0.key) && (all || random.next() % 3 > 0) }
            return "{\(settings.map { "\($0.key): \(value($0.kind, &random))" }.joined(separator: ", "))}"
        }
        // Bars between trigger and fill are of the next fill.
        let isNext = random.next() % 2 == 0
        let rules = section(Settings.Liquidation.section, but: ["enabled", isNext ? "fill" : "latency"]).dropFirst()
        // Who liquidates nobody has no other rule of liquidations.
        let liquidation = random.next() % 4 == 0 ? "{enabled: false}" : "{\(isNext ? "fill: next, " : "")\(rules)"
        return """
            version: 1
            data: [{asset: A, path: a.csv}]
            grid: {contract: [linear], leverage: [2], horizon: [1d]}
            position: \(section(Settings.Position.section))
            platforms:
              p:
                fees: \(section(Settings.FeeRates.section))
                slippage: \(section(Settings.SlippageLaw.section, all: true))
                borrow: \(section(Settings.Borrowing.section, all: true))
                liquidation: \(liquidation)
                tiers: [{to: .inf, rate: \(value(.number(0...0.99), &random))}]
            statistics: \(section(Settings.Statistics.section))
            retention: \(section(Settings.Retained.section, all: true))
            """
    }

    /// A value that may stand there: an end of the range, or between them.
    private func value(_ kind: SettingKind, _ random: inout SeededGenerator) -> String {
        func within(_ low: Double, _ high: Double) -> Double {
            switch random.next() % 4 {
            case 0: low
            case 1: high
            default: low + (high - low) * random.uniform()
            }
        }
        func whole(_ range: ClosedRange<Int>) -> String {
            String(Int(within(Double(range.lowerBound), Double(min(range.upperBound, 1 << 40)))))
        }
        func word(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }
        switch kind {
        case .number(let range), .numberBeside(_, let range), .share(let range), .shareBeside(_, let range):
            return numberText(within(range.lowerBound, range.upperBound))
        case .integer(let range): return whole(range)
        case .zeroOr(let range): return word(["0", whole(range)])
        case .span(let range):
            let (low, high) = (range?.lowerBound ?? .seconds(1), range?.upperBound ?? .days(30))
            return TimeSpan(milliseconds: Int64(within(Double(low.milliseconds), Double(high.milliseconds)))).text
        case .flag: return word(["true", "false"])
        case .choice(let words): return word(words)
        case .spanOr(let words): return word(words + ["90s"])
        case .list(let kind, _, _): return value(kind, &random)
        case .section(let section):
            return "{\(section.settings.map { "\($0.key): \(value($0.kind, &random))" }.joined(separator: ", "))}"
        // Of the settings drawn here the one form is that of a date.
        default: return "2025-08-2\(random.next() % 10)"
        }
    }
}
