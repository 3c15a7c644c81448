import Foundation
import TestSupport
import Testing

/// What a hole in the data hides from the headline.
@Suite struct GapHeadlineTests {
    /// 15 hours of minutes around 100, and around another price after a hole of `minutes`.
    private func prices(hole minutes: Int, after: Double = 60) -> String {
        let rows = (0..<900).map { index -> String in
            let time = 1_583_971_200 + 60 * (index + (index < 450 ? 0 : minutes))
            let price = (index < 450 ? 100.0 : after) * (1 + 0.0005 * sin(Double(index)))
            return "\(time),\(price),\(price * 1.0005),\(price * 0.9995),\(price)"
        }
        return "timestamp,open,high,low,close\n" + rows.joined(separator: "\n") + "\n"
    }

    private let sweep = ["--leverage", "20", "--horizon", "3h", "--side", "long", "--no-store"]

    /// 180 minutes before the hole begin windows of three hours that reach over it; all of them are below zero behind it.
    @Test func aCrashInAHoleIsCountedBothWays() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 25), to: "hole.csv")
        let run = try scratch.program.run(["sweep", "hole.csv", "--max-gap", "10m", "--out", "o"] + sweep)
        #expect(run.code == 0 && run.out.contains("never ended below zero"), "\(run.err)")
        #expect(
            run.err.contains(
                "180 of 900 entries of the headline cell (20 %) have a window that spans a step wider than the 10m"),
            "\(run.err)")
        #expect(
            run.err.contains(
                "counted through such steps it would be 20 % of entries (155 of 899, weighted by how long each was watched)"
            ),
            "\(run.err)")
        #expect(run.err.contains("the price changed by -40 %, which no entry shows"))
        let table = try scratch.read("o/data_quality.csv")
        #expect(table.contains(",held_through_gaps,warning,180,"), "\(table)")
        // What is counted through is what a study says that counts through.
        let off = try scratch.program.run(["sweep", "hole.csv", "--max-gap", "off", "--out", "p"] + sweep)
        let row = try scratch.read("p/results.csv")
        #expect(off.code == 0 && row.contains(",155,"), "\(row)")
        #expect(!off.err.contains("counted through such steps"))
    }

    /// Where no window is whole there is no share; what was seen before the step is said, and is not "no entries".
    @Test func whatWasSeenWithoutAWholeWindowIsSaid() throws {
        let scratch = try Scratch()
        // Minute 200 falls by half, and the hole comes before any window of eight hours is over.
        let rows = (0..<900).map { index -> String in
            let time = 1_583_971_200 + 60 * (index + (index < 450 ? 0 : 60))
            let price = (index < 200 ? 100.0 : 50) * (1 + 0.0005 * sin(Double(index)))
            return "\(time),\(price),\(price * 1.0005),\(price * 0.9995),\(price)"
        }
        try scratch.write("timestamp,open,high,low,close\n" + rows.joined(separator: "\n") + "\n", to: "fall.csv")
        let run = try scratch.program.run([
            "sweep", "fall.csv", "--leverage", "20", "--side", "long", "--no-store", "--horizon", "8h", "--max-gap",
            "10m", "--out", "o",
        ])
        #expect(run.code == 4, "\(run.err)")
        #expect(
            run.out.contains("ended below zero before they were lost sight of: the share is at least 22 %"),
            "\(run.out)")
        #expect(run.err.contains("200 of 898 entries, none of which has a whole window, end below zero"), "\(run.err)")
        #expect(!run.err.contains("no entries end below zero"), "\(run.err)")
        #expect(try scratch.read("o/results.csv").contains(",no_data,"))
    }

    /// That a share is at least nothing says nothing.
    @Test func aShareThatMayBeZeroHasNoFloor() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 0), to: "short.csv")
        let run = try scratch.program.run([
            "sweep", "short.csv", "--leverage", "2", "--side", "long", "--no-store", "--horizon", "7d", "--out", "o",
        ])
        #expect(
            run.out.contains("0 ended below zero before they were lost sight of.") && !run.out.contains("at least"),
            "\(run.out)")
    }

    /// No step too wide, nothing to say; a hole in which nothing happened is a note, and no warning.
    @Test func holesThatHideNothingAreNoWarning() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 8), to: "narrow.csv")
        let narrow = try scratch.program.run(["sweep", "narrow.csv", "--max-gap", "10m", "--out", "n"] + sweep)
        #expect(narrow.code == 0 && !narrow.err.contains("counted through"), "\(narrow.err)")
        #expect(!(try scratch.read("n/data_quality.csv")).contains("held_through_gaps"))
        try scratch.write(prices(hole: 25, after: 100), to: "calm.csv")
        let calm = try scratch.program.run(["sweep", "calm.csv", "--max-gap", "10m", "--out", "c"] + sweep)
        #expect(calm.code == 0 && !calm.err.contains("counted through"), "\(calm.err)")
        #expect(try scratch.read("c/data_quality.csv").contains(",held_through_gaps,note,180,"))
    }

    @Test func checkNamesTheMoveAcrossAGap() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 25), to: "hole.csv")
        let check = try scratch.program.run(["check", "hole.csv"])
        #expect(
            check.out.contains("across 2020-03-12 07:29 → 2020-03-12 07:55 the price changed by −40 %"), "\(check.out)")
    }

    /// Text of a page's answer, with ordinary spaces.
    private func answer(_ page: String) -> String {
        let part = page.components(separatedBy: "id=\"answer\"").dropFirst().first ?? ""
        return part.components(separatedBy: "</section>")[0].replacing(/<[^>]*>/, with: "")
            .replacing("\u{202F}", with: " ").replacing("\u{00A0}", with: " ")
    }

    /// Of 900 entries the last before the hole and the last of all see nothing, and 179 before each of both are cut.
    @Test func cutEntriesAndTheMoveAcrossTheStepStandBesideTheHeadline() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 25), to: "hole.csv")
        let run = try scratch.program.run(["sweep", "hole.csv", "--max-gap", "10m", "--out", "o"] + sweep)
        let words =
            "40 % of entries (358 of 898) were watched only up to a gap or the end of the history. Across the one step "
            + "between bars that no window spans, 2020-03-12 07:29 → 2020-03-12 07:55 (26 min), the price moved by −40 %, "
            + "which no entry shows."
        #expect(run.out.replacing("\n", with: " ").contains(words), "\(run.out)")
        for page in ["o/index.html", "o/reports/hole-long.html"] {
            let text = answer(try scratch.read(page))
            #expect(text.contains(words), "\(text)")
        }
        // The widest is the farthest fall as well, and there is no rise.
        let step = "2020-03-12T07:29:00Z,2020-03-12T07:55:00Z,0.43333333333333335,-0.4"
        let inputs = try scratch.read("o/inputs.csv")
        #expect(inputs.contains(",1,\(step)") && inputs.components(separatedBy: step).count == 3, "\(inputs)")
        #expect(inputs.hasSuffix(",,,,\n"), "\(inputs)")
        let summary = try scratch.read("o/summary.json")
        for words in ["\"cut_count\": 358", "\"steps_count\": 1", "\"farthest_rise\": null", "\"step_s\": 1560"] {
            #expect(summary.contains(words), "\(words)")
        }
        // The rise that a fall is to the other direction hurts nobody.
        let short = try scratch.program.run(
            [
                "sweep", "hole.csv", "--max-gap", "10m", "--leverage", "20", "--horizon", "3h", "--side", "short",
                "--no-store",
            ])
        #expect(short.out.contains("(358 of 898) were watched") && !short.out.contains("which no entry shows"))
    }

    @Test func whatDoesNotMatterIsNotSaid() throws {
        let scratch = try Scratch()
        try scratch.write(prices(hole: 25, after: 100), to: "calm.csv")
        let calm = try scratch.program.run(["sweep", "calm.csv", "--max-gap", "10m"] + sweep)
        #expect(calm.out.contains("(358 of 898) were watched only up to a gap"), "\(calm.out)")
        #expect(!calm.out.contains("no entry shows"))
        // Of so short a holding time less than a twentieth is cut.
        let short = try scratch.program.run(
            [
                "sweep", "calm.csv", "--max-gap", "10m", "--leverage", "20", "--horizon", "10m", "--side", "long",
                "--no-store",
            ])
        #expect(short.code == 0 && !short.out.contains("were watched only"), "\(short.out)")
        try scratch.write(prices(hole: 8), to: "narrow.csv")
        let narrow = try scratch.program.run(["sweep", "narrow.csv"] + sweep)
        #expect(narrow.out.contains("were watched only up to the end of the history."), "\(narrow.out)")
        #expect(!narrow.out.contains("no entry shows"))
    }

    /// Whatever a study says of gaps, the sensitivity has what the others would give.
    @Test(arguments: [("off", ["auto", "2m"]), ("auto", ["off", "2m"]), ("10m", ["off", "auto", "2m"])])
    func theSensitivityHasTheOtherGapPolicies(own: String, others: [String]) throws {
        let changes = try run(gap: own).changes
        #expect(changes.keys.sorted() == others.sorted(), "\(changes)")
        for other in others {
            let ran = try run(gap: other).own
            #expect(changes[other].flatMap(Double.init) == ran.flatMap(Double.init), "\(own), \(other)")
        }
    }

    private typealias Policy = (own: String?, changes: [String: String])
    private static let policies = MadeOnce<Policy>()

    /// What a study with one gap policy says of itself and of the others; run once for each.
    private func run(gap: String) throws -> Policy {
        try GapHeadlineTests.policies.value(gap) {
            let scratch = try Scratch()
            try scratch.write(prices(hole: 500), to: "hole.csv")
            let run = try scratch.program.run(["sweep", "hole.csv", "--max-gap", gap, "--out", gap] + sweep)
            #expect(run.code == 0, "\(run.err)")
            let changes = rows(try scratch.read("\(gap)/sensitivity.csv")).filter { $0["assumption"] == "max_gap" }
            return (
                rows(try scratch.read("\(gap)/results.csv")).first?["negative_equity_frac"],
                Dictionary(uniqueKeysWithValues: changes.map { ($0["value"] ?? "", $0["negative_equity_frac"] ?? "") })
            )
        }
    }
}
