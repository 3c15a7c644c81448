import Foundation
import TestSupport
import Testing

/// What `explain` says of a cell and of one of its entries is what the run says, and enough to do it again by hand.
@Suite struct ExplainTests {
    /// Numbers below zero have the sign of numbers, on the page as in the text; tables and JSON have that of programs.
    @Test func numbersBelowZeroHaveAMinus() throws {
        let scratch = try folder(hours: 600, horizon: "2d", liquidation: "fill: worst")
        let run = try scratch.program.run(["explain", "study.yaml", "--leverage", "20", "--page", "p.html"])
        #expect(run.code == 0, "\(run.err)")
        for text in [run.out, try scratch.read("p.html")] {
            #expect(text.contains("ended") && text.contains("with −"), "\(text)")
            #expect(!text.contains("with -"))
        }
        let json = try scratch.program.run(["explain", "study.yaml", "--leverage", "20", "--json"])
        #expect(json.out.contains(":-") && !json.out.contains(":−"))
        let check = try scratch.program.run(["check", "prices.csv"])
        #expect(check.out.contains("worst low −") && check.out.firstMatch(of: /[ (]-[0-9.]+ %/) == nil, "\(check.out)")
    }

    /// Hours around 100 that sink inside one bar in ten days, and in steps from the middle on.
    private func prices(hours: Int) -> String {
        var csv = "time,open,high,low,close,volume\n"
        for hour in 0..<hours {
            let price = 100 * pow(0.93, Double(max(0, hour - hours / 2) / 150)) + 0.01 * Double(hour % 7)
            let low = hour % 240 == 100 ? 0.86 * price : price - 0.05
            csv += "\(1_700_000_000 + hour * 3600),\(price),\(price + 0.05),\(low),\(price),10\n"
        }
        return csv
    }

    private func folder(hours: Int, horizon: String, liquidation: String = "fill: auto") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(prices(hours: hours), to: "prices.csv")
        try scratch.write(
            """
            version: 1
            name: explained
            data: [{asset: DIP, path: prices.csv}]
            grid: {side: [long], leverage: [3, 10, 20], horizon: [\(horizon)]}
            platforms: {typical: {tiers: [{to: .inf, rate: 0.005}], liquidation: {\(liquidation)}}}
            headline: {side: long, leverage: 10, horizon: \(horizon)}
            """, to: "study.yaml")
        return scratch
    }

    /// Coins of which a billion cost a cent are priced like others: digit by digit the same, farther behind the point.
    @Test func smallPricesKeepTheirDigits() throws {
        let scratch = try folder(hours: 1500, horizon: "1d", liquidation: "fill: gap")
        func digits() throws -> [String] {
            let ended = try scratch.program.run(["explain", "study.yaml", "--leverage", "20"])
            let lines = ended.out.split(separator: "\n").filter {
                $0.contains("trigger  ") || $0.contains("bankrupt  ")
            }
            return lines.map { line in
                let number = line.split(separator: " ")[1].filter { $0 != "." }
                return String(number.drop { $0 == "0" }.prefix(6))
            }
        }
        let own = try digits()
        #expect(own.count == 2 && own.allSatisfy { $0.count > 3 }, "\(own)")
        let rows = try scratch.read("prices.csv").split(separator: "\n").enumerated().map { line, text in
            text.split(separator: ",").enumerated().map { place, field in
                line > 0 && (1...4).contains(place) ? "\(Double(field)! * 1e-11)" : String(field)
            }.joined(separator: ",")
        }
        try scratch.write(rows.joined(separator: "\n") + "\n", to: "prices.csv")
        #expect(try digits() == own)
    }

    private func explained(_ scratch: Scratch, _ options: [String] = []) throws -> [String: Any] {
        let found = try scratch.program.run(["explain", "study.yaml", "--json"] + options)
        return try #require(JSONSerialization.jsonObject(with: Data(found.out.utf8)) as? [String: Any], "\(found.err)")
    }

    private func number(_ object: [String: Any], _ name: String) throws -> Double {
        try #require(object[name] as? Double, "\(name) in \(object.keys.sorted())")
    }

    /// Most windows of a history of two holding times are cut: the share of the cell's row is no quotient of counts there.
    @Test func sharesAreThoseOfTheRow() throws {
        let scratch = try folder(hours: 1500, horizon: "30d")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 0, "\(run.err)")
        var isApart = false
        for row in rows(try scratch.read("run/results.csv")) {
            let cell = try explained(scratch, ["--leverage", try #require(row["leverage_x"])])
            let held = try number(cell, "entries_count")
            #expect(held == Double(row["entries_count"]!)! + Double(row["cut_count"]!)!)
            #expect(try number(cell, "cut_count") == Double(row["cut_count"]!)!)
            for (share, count) in [
                ("liquidated_frac", "liquidated_count"), ("negative_equity_frac", "negative_count"),
            ] {
                let (own, expected) = (try number(cell, share), Double(row[share]!)!)
                #expect(abs(own - expected) <= 0.005 * expected, "\(share): \(own) and \(expected)")
                let quotient = try number(cell, count) / held
                if abs(quotient - expected) > 0.05 * expected { isApart = true }
            }
        }
        #expect(isApart, "the history must tell shares and quotients apart")
    }

    /// Where windows are cut, shares are no quotients of the counts beside them, which is said.
    @Test func theTextSaysWhatWeighs() throws {
        let scratch = try folder(hours: 1500, horizon: "30d")
        let text = try scratch.program.run(["explain", "study.yaml"]).out
        #expect(text.contains("weights     shares weigh each entry by how many were watched as long: "), "\(text)")
    }

    /// The entry that is followed is the worst of the table, and its figures follow from those of its law by sums over the bar.
    @Test func theLawCanBeDoneAgain() throws {
        let scratch = try folder(hours: 1500, horizon: "1d")
        let cell = try explained(scratch)
        #expect(cell["entry_choice"] as? String == "worst")
        let episodes = try #require(cell["episodes"] as? [[String: Any]])
        let worst = try #require(episodes.compactMap { $0["shortfall_max_margin_frac"] as? Double }.max())
        let (chance, given) = (
            try number(cell, "entry_negative_frac"), try number(cell, "entry_shortfall_margin_frac")
        )
        #expect(abs(given - worst) < 1e-9 * worst)
        let law = try #require(cell["fill_law"] as? [String: Any])
        let (low, high) = (try number(law, "low_price"), try number(law, "high_price"))
        let (anchor, zero) = (try number(law, "anchor_price"), try number(law, "zero_price"))
        let range = log(high / low)
        let scale = 2.2 * range / (4 * log(2)).squareRoot() * (30.0 / 3600).squareRoot() / 2.0.squareRoot()
        #expect(abs(try number(law, "scale") - scale) < 1e-12)
        // The middle of each of many thin slices of the bar.
        var (all, below, mean, lost) = (0.0, 0.0, 0.0, 0.0)
        let slices = 400_000
        for slice in 0..<slices {
            let x = log(low / anchor) + (Double(slice) + 0.5) * range / Double(slices)
            let (mass, price) = (exp(-abs(x) / scale), anchor * exp(x))
            all += mass
            mean += mass * price
            if price < zero { (below, lost) = (below + mass, lost + mass * (zero - price)) }
        }
        #expect(chance > 0.01 && chance < 0.99 && abs(chance - below / all) < 1e-4, "\(chance) and \(below / all)")
        // What is left is in proportion to the distance of the fill from the one that leaves nothing.
        let left = try number(cell, "final_equity_margin_frac") / (mean / all - zero)
        #expect(abs(given - left * lost / below) < 1e-3 * given, "\(given) and \(left * lost / below)")
    }

    @Test func textAndPageShowTheLaw() throws {
        let scratch = try folder(hours: 1500, horizon: "1d")
        let text = try scratch.program.run(["explain", "study.yaml", "--page", "page.html"]).out
        let page = try scratch.read("page.html").replacing("\u{202F}", with: " ").replacing("\u{00A0}", with: " ")
        for words in [
            "for the largest shortfall, on average where a law tells it, of all that ended below zero, or may have",
            "30s after the trigger, which a bar of 1h does not tell", " = overshoot 2.2 × volatility ",
            " % to have ended below zero", " % of the margin on average where it did",
        ] { #expect(text.contains(words) && page.contains(words), "\(words) in \(text)") }
        let asked = try explained(scratch, ["--entry", "2023-11-18T22:13:20Z"])
        #expect(asked["entry_choice"] as? String == "asked")
    }

    /// A fill that is certain has no law, and where nothing ends below zero the lowest end is shown.
    @Test func aCertainFillHasNoLaw() throws {
        let gap = try explained(try folder(hours: 1500, horizon: "1d", liquidation: "fill: gap"))
        #expect(gap["fill_law"] == nil && gap["entry_choice"] as? String == "lowest")
        #expect(try number(gap, "entry_negative_frac") == 0 && gap["entry_shortfall_margin_frac"] == nil)
        let worst = try explained(try folder(hours: 1500, horizon: "1d", liquidation: "fill: worst"))
        #expect(worst["fill_law"] == nil && worst["entry_choice"] as? String == "worst")
        let (equity, given) = (
            try number(worst, "final_equity_margin_frac"), try number(worst, "entry_shortfall_margin_frac")
        )
        #expect(try number(worst, "entry_negative_frac") == 1 && equity == -given)
    }
}
