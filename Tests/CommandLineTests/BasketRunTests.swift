import Foundation
import TestSupport
import Testing

/// Baskets from a study to files and pages, through the program.
@Suite struct BasketRunTests {
    private static let baskets = """
        baskets:
          - {name: one, legs: [{asset: TWO, side: long, share: 1}]}
          - {name: pair, legs: [{asset: TWO, side: long, share: 0.5}, {asset: OTHER, side: short, share: 0.5, rate: 2%}],
             rebalance: 12h, collateral: {asset: OTHER, haircut: 10%}}
          - {name: worst, legs: [{asset: TWO, side: long, share: 0.6}, {asset: OTHER, side: long, share: 0.4}], close: worst}
        """

    private func study(_ scratch: Scratch, data: String = "", baskets: String = BasketRunTests.baskets) throws {
        try scratch.write(samplePrices, to: "prices.csv")
        let other = samplePrices.split(separator: "\n").enumerated().filter { $0.offset % 9 != 4 }.map(\.element)
        try scratch.write(other.joined(separator: "\n") + "\n", to: "other.csv")
        let text = smallStudy(limit: baskets).replacing(
            "data: [{asset: TWO, path: prices.csv}]",
            with: "data: [{asset: TWO, path: prices.csv}, {asset: OTHER, path: other.csv}\(data)]")
        try scratch.write(text, to: "study.yaml")
    }

    private func rows(_ scratch: Scratch, _ file: String) throws -> [[String: String]] {
        let lines = try scratch.read(file).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// A basket of one leg is what the results say of it, and pages are written again from what is kept.
    @Test func oneLegIsItsCell() throws {
        let scratch = try Scratch()
        try study(scratch)
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        try #require(run.code == 0, "\(run.err)")
        let baskets = try rows(scratch, "run/baskets.csv")
        let cells = try rows(scratch, "run/results.csv").filter { $0["asset"] == "TWO" && $0["side"] == "long" }
        #expect(cells.count == 6 && baskets.count == 3 * 6 * 3)
        #expect(baskets.prefix(3).map { $0["mode"] } == ["alone", "isolated", "cross"])
        for (place, cell) in cells.enumerated() {
            for row in baskets[3 * place..<3 * place + 3] {
                #expect(row["basket"] == "one" && row["leverage_x"] == cell["leverage_x"])
                for key in [
                    "entries_count", "excluded_count", "cut_count", "rejected_count", "liquidated_count", "fill",
                ] {
                    #expect(row[key] == cell[key], "\(key) of row \(place)")
                }
                let shares = [row, cell].map { Double($0["negative_equity_frac"] ?? "") ?? .nan }
                #expect(abs(shares[0] - shares[1]) <= 1.0 / 64, "row \(place)")
                #expect(row["other_paths_low_negative_path"] == "", "one series has no path")
            }
        }
        // At 50× a margin of which a tenth does not count is rejected.
        let pair = baskets.filter { $0["basket"] == "pair" && $0["entries_count"] != "0" }
        #expect(pair.allSatisfy { $0["other_paths_low_negative_path"] != "" && $0["path"] == "sides" })
        #expect(pair.contains { $0["mode"] == "cross" && $0["liquidated_count"] != "0" })
        #expect(pair.filter { $0["mode"] == "alone" }.allSatisfy { $0["negative_difference_frac"] == "" })
        #expect(pair.filter { $0["mode"] != "alone" }.allSatisfy { $0["equity_difference_margin_frac"] != "" })
        #expect(baskets.filter { $0["basket"] == "worst" }.allSatisfy { $0["close"] == "worst" })
        let page = try scratch.read("run/index.html")
        #expect(page.contains("Does spreading help?") && page.contains("charts/spread-1.svg"))
        #expect(try scratch.read("run/charts/spread-1.svg").hasPrefix("<svg"))
        let before = try scratch.read("run/baskets.csv")
        let again = try scratch.program.run(["report", "run"])
        #expect(again.code == 0, "\(again.err)")
        #expect(try scratch.read("run/baskets.csv") == before)
        #expect(try scratch.read("run/index.html") == page)
    }

    /// The same bytes for every number of threads, with passing over and without.
    @Test func threadsAndKernelsChangeNothing() throws {
        let scratch = try Scratch()
        try study(scratch)
        var found: [String] = []
        for options in [["--threads", "1"], ["--threads", "5"], ["--kernel", "plain"]] {
            let run = try scratch.program.run(
                ["run", "study.yaml", "--out", "r\(found.count)", "--no-store", "--no-cache"] + options)
            try #require(run.code == 0, "\(run.err)")
            found.append(try scratch.read("r\(found.count)/baskets.csv"))
        }
        #expect(found[0] == found[1] && found[0] == found[2])
    }

    /// A history that cannot be read takes its baskets with it, and no others; one that never overlaps is told apart.
    @Test func whatIsMissingIsSaid() throws {
        let scratch = try Scratch()
        // The same hours, three years before.
        let early = samplePrices.replacing("\n17", with: "\n16")
        try study(
            scratch, data: ", {asset: GONE, path: gone.csv}, {asset: EARLY, path: early.csv}",
            baskets: """
                baskets:
                  - {name: one, legs: [{asset: TWO, side: long, share: 1}]}
                  - {name: lost, legs: [{asset: TWO, side: long, share: 0.5}, {asset: GONE, side: long, share: 0.5}]}
                  - {name: apart, legs: [{asset: TWO, side: long, share: 0.5}, {asset: EARLY, side: long, share: 0.5}], mode: cross}
                """)
        try scratch.write(early, to: "early.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 4, "\(run.err)")
        let baskets = try rows(scratch, "run/baskets.csv")
        #expect(Set(baskets.map { $0["basket"] }) == ["one", "apart"])
        // Prices of three years ago are too old to be entered at.
        #expect(baskets.filter { $0["basket"] == "apart" }.allSatisfy { $0["entries_count"] == "0" })
        let findings = try scratch.read("run/data_quality.csv")
        #expect(findings.contains("basket 'lost' was left out: there is no data of GONE"))
    }

    @Test func aSlipIsNamed() throws {
        let scratch = try Scratch()
        try study(scratch, baskets: "baskets: [{name: a, legs: [{asset: TWO, side: long, share: 0.7}]}]")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 78 && run.err.contains("add up to 0.7"), "\(run.err)")
        try study(scratch, baskets: "baskets: [{name: a, legs: [{asset: TWI, side: long, share: 1}]}]")
        let unknown = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(unknown.code == 78 && unknown.err.contains("did you mean 'TWO'?"), "\(unknown.err)")
    }
}
