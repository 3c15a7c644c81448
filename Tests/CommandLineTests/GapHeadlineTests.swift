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
        #expect(run.err.contains("counted through such steps it would be 20 % of entries (155 of 899)"), "\(run.err)")
        #expect(run.err.contains("the price changed by -40 %, which no entry shows"))
        let table = try scratch.read("o/data_quality.csv")
        #expect(table.contains(",held_through_gaps,warning,180,"), "\(table)")
        // What is counted through is what a study says that counts through.
        let off = try scratch.program.run(["sweep", "hole.csv", "--max-gap", "off", "--out", "p"] + sweep)
        let row = try scratch.read("p/results.csv")
        #expect(off.code == 0 && row.contains(",155,"), "\(row)")
        #expect(!off.err.contains("counted through such steps"))
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
            check.out.contains("across 2020-03-12 07:29 → 2020-03-12 07:55 the price changed by -40 %"), "\(check.out)")
    }
}
