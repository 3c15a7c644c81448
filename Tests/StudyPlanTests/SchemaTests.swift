import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// The JSON Schema of studies: made of the settings, and of one verdict with the loader.
@Suite struct SchemaTests {
    private static let file = URL(fileURLWithPath: packageRoot).appending(path: "Data/Studies/study.schema.json")

    /// `RECORD_GOLDEN=1` writes the file and fails.
    @Test func theSchemaIsThatOfTheSettings() throws {
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try StudySchema.text.write(to: SchemaTests.file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(SchemaTests.file.lastPathComponent)")
            return
        }
        let kept = try String(contentsOf: SchemaTests.file, encoding: .utf8)
        #expect(StudySchema.text == kept, "Data/Studies/study.schema.json differs (RECORD_GOLDEN=1 records it)")
    }

    /// Every section is judged below, and none is called as another.
    @Test func everySectionHasAPlace() {
        let placed = Set(StudySample.places.map(\.section))
        #expect(
            Settings.sections.allSatisfy(placed.contains), "\(Set(Settings.sections).subtracting(placed).map(\.path))")
        #expect(Set(Settings.sections.map(\.path)).count == Settings.sections.count)
    }

    /// Values of every kind, most of which fit nowhere.
    private static let texts: [String] = [
        "null", "true", "false", "-1", "0", "0.5", "1", "1.5", "2", "7", "23", "100", "1000", "1001", "1000000000",
        "12345678901234567",
        "\"\"",
        "\"x\"", "\"7\"", "\"A\"", "\"p\"", "\"auto\"", "\"off\"", "\"false\"", "\"none\"", "\"both\"", "\"long\"",
        "\"short\"",
        "\"linear\"", "\"linear, spot\"", "\"5%\"", "\"50 %\"", "\"1d\"", "\"1d,7d\"", "\"0d\"", "\"0s\"", "\"-3h\"",
        "\"60d\"",
        "\"UTC\"", "\"+03:00\"", "\"+15:00\"", "\"1:3\"", "\"5% a year\"", "\"2025-08-23\"", "\"2G\"", "\"x.prom\"",
        "\"=1\"",
        "\" x\"", "\"https://host\"", "\"fund\"", "\"ftx-2021\"", "\"bitmex\"", "\"panic seller\"", "\"close\"",
        "\"gap\"",
        "\"high\"", "\"cross\"", "\"fail\"", "\"drop\"", "\"negative_equity_frac\"", "\"symbol\"", "\"1234.5\"", "[]",
        "[1]",
        "[1, 1]", "[\"x\"]", "[\"1d\"]", "[null]", "[[1]]", "[0, 12]", "{}", "{\"x\": 1}", "{\"time\": 0, \"rate\": 1}",
    ]

    private static let values = Result { try texts.map { try SampleValue(json: $0) } }

    /// Read once for all places. Nobody writes to it.
    nonisolated(unsafe) private static let verdict = Result { try SchemaVerdict(StudySchema.text) }

    /// Wherever one value of a whole study is another, loader and schema take it or neither does. Some of the values for each place, by
    /// its number; all of them take minutes.
    @Test(arguments: StudySample.places)
    func theLoaderAndTheSchemaAgree(place: StudySample.Place) throws {
        let (verdict, values) = (try SchemaTests.verdict.get(), try SchemaTests.values.get())
        let seed = try #require(StudySample.places.firstIndex { $0.path == place.path })
        var (taken, random) = (0, SeededGenerator(seed: UInt64(seed)))
        for key in place.section.keys + ["zzzzzzzz"] {
            let some = Set((0..<16).map { _ in Int(random.next() % UInt64(values.count)) })
            for chosen in some.sorted() as [Int?] + [nil] {
                var sample = try place.sample()
                sample.set(chosen.map { values[$0] }, at: place.path + [key])
                let found = try sample.problems()
                let isTaken = verdict.takes(sample.study)
                taken += isTaken && found.isEmpty ? 1 : 0
                if isTaken == found.isEmpty { continue }
                let isOfSeveralValues = isTaken && StudySample.ofOneValue(found).isEmpty
                let text = chosen.map { SchemaTests.texts[$0] }
                #expect(
                    isOfSeveralValues,
                    "seed \(seed), \(key): \(text ?? "absent"): schema \(isTaken), loader \(found.map(\.message))")
            }
        }
        #expect(taken > 0)
    }
}
