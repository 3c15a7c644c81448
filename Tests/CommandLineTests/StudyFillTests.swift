import Foundation
import TestSupport
import Testing

/// Every figure that is judged by goes by the fill that the study asks for, and the words say how late that is and who decides.
///
/// The history is invented hours at 100 that sink to 86 inside one bar in ten days, which nobody feels who is closed at once. A 10×
/// long triggers at about 90.5 and is bankrupt at 90. With falls the bar behind every second dip opens at 88, which the next open
/// pays, and half of the hours lie at 80, to which the price falls between two bars, and any fill pays that.
@Suite struct StudyFillTests {
    private func prices(falls: Bool) -> String {
        var csv = "time,open,high,low,close,volume\n"
        for hour in 0..<5000 {
            let price = (falls && hour >= 2500 ? 80 : 100.0) + 0.01 * Double(hour % 7)
            let isDip = hour % 240 == 100
            let open = falls && hour % 480 == 101 ? 0.88 * price : price
            let low = isDip ? 0.86 * price : min(open, price) - 0.05
            csv += "\(1_700_000_000 + hour * 3600),\(open),\(price + 0.05),\(low),\(price),10\n"
        }
        return csv
    }

    private func study(_ liquidation: String, limit: Double = 0.99, maxFrequency: Double = 0.01) -> String {
        """
        version: 1
        name: fills
        data: [{asset: DIP, path: prices.csv}]
        grid: {side: [long], leverage: [2, 10], horizon: [1d]}
        platforms: {typical: {tiers: [{to: .inf, rate: 0.005}], liquidation: {\(liquidation)}}}
        headline: {side: long, leverage: 10, horizon: 1d}
        statistics: {max_frequency: \(maxFrequency)}
        limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: \(limit)}]
        """
    }

    /// A finished run and its row of the headline.
    private struct Run {
        let scratch: Scratch
        let outcome: Outcome
        let headline: [String: String]

        func table(_ name: String) throws -> [[String: String]] { rows(try scratch.read("run/" + name)) }
        func number(_ column: String) throws -> Double { try #require(Double(headline[column] ?? "")) }
        var share: Double { get throws { try number("negative_equity_frac") } }
        var watched: Double { get throws { try number("entries_count") + number("cut_count") } }
    }

    private static let runs = MadeOnce<Run>()

    /// Once for every study; tests only read what it left.
    private func run(_ study: String) throws -> Run { try StudyFillTests.runs.value(study) { try fresh(study) } }

    private func fresh(_ study: String) throws -> Run {
        let scratch = try Scratch()
        try scratch.write(prices(falls: true), to: "prices.csv")
        try scratch.write(study, to: "study.yaml")
        let outcome = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        let headline = rows(try scratch.read("run/results.csv")).first { Double($0["leverage_x"] ?? "") == 10 }
        return Run(scratch: scratch, outcome: outcome, headline: try #require(headline, "\(outcome.err)"))
    }

    private static let otherFills = ["fill: auto", "fill: delay, delay: 2m", "fill: next", "fill: worst"]

    /// The share that the same study closed at once has; every other fill's is far from it.
    private func gapShare(beside run: Run) throws -> Double {
        let (own, gap) = (try run.share, try self.run(study("fill: gap")).share)
        #expect(gap > 0 && abs(own - gap) > 0.2 * gap, "the history must tell the fills apart: \(own) and \(gap)")
        return gap
    }

    /// The heading says how many of the unprotected entries the fill of the study leaves.
    @Test(arguments: otherFills) func safeguardsGoByTheFillOfTheStudy(fill: String) throws {
        let run = try run(study(fill))
        let steps = try run.table("safeguards.csv")
        func share(_ step: String) throws -> Double {
            try #require(steps.first { $0["step"] == step }?["entries_frac"].flatMap(Double.init))
        }
        let (left, unprotected, own) = (try share("below_zero"), try share("no_safeguards"), try run.share)
        let gap = try gapShare(beside: run)
        #expect(abs(left - own) < 1e-9 && abs(left - gap) > 1e-3)
        let page = try run.scratch.read("run/reports/dip-long.html").replacing("\u{202F}", with: " ")
        let heading = try #require(page.firstMatch(of: /id="h-safeguards">(.*?)</)?.1)
        let spared = heading.firstMatch(of: /spares ([0-9.]+) %/).flatMap { Double($0.1) }
        let expected = 100 * (unprotected - own) / unprotected
        if expected > 0 {
            #expect(spared.map { abs($0 - expected) <= 0.5 } == true, "\(heading)")
        } else {
            #expect(heading.contains("none of the entries") || heading.contains("More entries end"), "\(heading)")
        }
    }

    /// Episodes, months and the first row of the sensitivity hold the entries of the study's fill, and none of another's.
    @Test(arguments: otherFills) func episodesGoByTheFillOfTheStudy(fill: String) throws {
        let run = try run(study(fill))
        let (gap, share, watched) = (try gapShare(beside: run), try run.share, try run.watched)
        let negative = try run.number("negative_count") + run.number("cut_negative_count")
        for file in ["events.csv", "calendar.csv"] {
            let columns = file == "events.csv" ? ["entries_count"] : ["negative_count", "cut_negative_count"]
            let total = try run.table(file).reduce(0.0) { sum, row in
                columns.reduce(sum) { $0 + (Double(row[$1] ?? "") ?? 0) }
            }
            #expect(abs(total - negative) < 1e-6, "\(file): \(total)")
            #expect(abs(total / watched - gap) > 0.2 * gap, "\(file)")
        }
        let own = try #require(try run.table("sensitivity.csv").first { $0["assumption"] == "none" })
        #expect(Double(own["negative_equity_frac"] ?? "") == share)
        let closed = try run.table("sensitivity.csv").first { $0["assumption"] == "fill" && $0["value"] == "gap" }
        #expect(Double(closed?["negative_equity_frac"] ?? "") == gap)
        let explained = try run.scratch.program.run(["explain", "study.yaml", "--json"])
        let cell = try #require(
            JSONSerialization.jsonObject(with: Data(explained.out.utf8)) as? [String: Any], "\(explained.err)")
        let below = try #require(numbers(cell, named: "negative_count").first)
        #expect(abs(below / watched - gap) > 0.2 * gap, "\(explained.out.prefix(400))")
    }

    /// Every number of that name in a JSON value.
    private func numbers(_ value: Any, named name: String) -> [Double] {
        if let list = value as? [Any] { return list.flatMap { numbers($0, named: name) } }
        guard let object = value as? [String: Any] else { return [] }
        return (object[name] as? Double).map { [$0] }
            ?? object.sorted { $0.key < $1.key }.flatMap { numbers($1, named: name) }
    }

    /// A limit between the two shares is breached by a study that closes late, and met by one that closes at once.
    @Test func limitsGoByTheFillOfTheStudy() throws {
        let free = try run(study("fill: auto"))
        let (late, atOnce) = (try free.share, try gapShare(beside: free))
        #expect(try free.number("gap_negative_equity_frac") == atOnce)
        let limit = (late + atOnce) / 2
        let breached = try run(study("fill: auto", limit: limit))
        #expect(breached.outcome.code == 3, "\(breached.outcome.err)")
        let check = try #require(try breached.table("limits.csv").first)
        #expect(check["status"] == "breach" && Double(check["value"] ?? "") == late, "\(check)")
        let met = try run(study("fill: gap", limit: limit))
        #expect(met.outcome.code == 0, "\(met.outcome.err)")
        #expect(try met.table("limits.csv").first.flatMap { Double($0["value"] ?? "") } == atOnce)
    }

    /// A frequency between the two upper ends lets a platform that closes at once lend ten times, and a late one not.
    @Test func theHighestLeverageGoesByTheFillOfTheStudy() throws {
        let free = try run(study("fill: auto"))
        let (late, atOnce) = (try free.number("ci95_high_frac"), try free.number("gap_ci_high_frac"))
        #expect(late > 1.1 * atOnce)
        for (fill, highest, end) in [("fill: auto", 2.0, late), ("fill: gap", 10, atOnce)] {
            let run = try run(study(fill, maxFrequency: (late + atOnce) / 2))
            let row = try #require(try run.table("max_leverage.csv").first)
            #expect(Double(row["max_leverage_x"] ?? "") == highest, "\(fill): \(row)")
            let column = highest == 2 ? "breaking_ci_high_frac" : "ci_high_frac"
            #expect(Double(row[column] ?? "").map { abs($0 - end) < 1e-12 } == true, "\(fill): \(row)")
        }
    }

    // MARK: Words

    /// Text of a page's answer, with ordinary spaces.
    private func answer(_ page: String) -> String {
        let part = page.components(separatedBy: "id=\"answer\"").dropFirst().first ?? ""
        return part.components(separatedBy: "</section>")[0].replacing(/<[^>]*>/, with: "")
            .replacing("\u{202F}", with: " ").replacing("\u{00A0}", with: " ")
    }

    /// Where the law makes most of the number, every place that quotes the headline says so, and which bars would settle it.
    @Test func wordsForBarsTooCoarseStandBesideEveryHeadline() throws {
        let scratch = try Scratch()
        try scratch.write(prices(falls: false), to: "prices.csv")
        try scratch.write(study("fill: auto"), to: "study.yaml")
        let run = try scratch.program.run([
            "run", "study.yaml", "--out", "run", "--no-store", "--mail-body", "mail.html",
        ])
        #expect(run.code == 0, "\(run.err)")
        let law =
            "bars of 1 hour do not tell what a falling market paid inside them, so a law decides most of the number; "
            + "bars of 1 minute or less would settle it."
        let start =
            "That is with positions closed 30 seconds after the trigger; closed at once it would be 0 %, and at each bar’s worst price "
        let summary = try scratch.read("run/summary.json")
        let texts = [
            ("terminal", run.out.replacing("\n", with: " ")),
            ("front page", answer(try scratch.read("run/index.html"))),
            ("asset page", answer(try scratch.read("run/reports/dip-long.html"))),
            ("mail", try scratch.read("mail.html")), ("summary.txt", try scratch.read("run/summary.txt")),
            ("summary.json", summary),
        ]
        for (place, text) in texts {
            #expect(text.contains(start) && text.contains(law), "\(place): \(text.prefix(600))")
        }
        #expect(
            summary.contains("\"fill_delay_s\": 30") && summary.contains("\"settling_bar_s\": 60"),
            "\(summary.prefix(3000))")
    }

    /// A fill by the law that a study names, and one between bounds, say who decides as well; minutes need no law.
    @Test(arguments: [
        (
            "fill: delay",
            "That is with positions closed 30 seconds after the trigger, at prices that bars of 1 hour do not tell"
        ),
        ("fill: delay, delay: 2m", "bars of 4 minutes or less would settle it."),
        (
            "fill: auto, bounds: true",
            "With positions closed 30 seconds after the trigger a law says where between them"
        ),
    ])
    func aLawIsNamedWhateverAsksForIt(liquidation: String, words: String) throws {
        let run = try run(study(liquidation))
        #expect(run.outcome.out.contains(words), "\(run.outcome.out)")
        #expect(answer(try run.scratch.read("run/index.html")).contains(words))
        let at = try self.run(study("fill: gap"))
        #expect(!at.outcome.out.contains("law") && !at.outcome.out.contains("after the trigger"), "\(at.outcome.out)")
    }
}
