import Foundation
import TestSupport
import Testing

/// `check --plot`: the close as a picture of characters.
@Suite struct PictureTests {
    private func table(_ prices: [Double], hours: [Int]? = nil) -> String {
        "time,price\n"
            + prices.enumerated().map { "\(1_614_556_800 + 3600 * (hours?[$0] ?? $0)),\($1)\n" }.joined()
    }

    /// The characters beside the prices, line by line, and the lines of marks below them.
    private func picture(_ text: String) -> [[Character]] {
        text.split(separator: "\n").filter { $0.dropFirst(11).first == "│" }.map { Array($0.dropFirst(12)) }
    }

    private func draw(_ text: String, columns: String? = nil, arguments: [String] = []) throws -> Outcome {
        let scratch = try Scratch()
        try scratch.write(text, to: "p.csv")
        var program = scratch.program
        if let columns { program.environment["COLUMNS"] = columns }
        return try program.run(["check", "--plot", "p.csv"] + arguments)
    }

    /// A price that grows by the same factor is a straight line on a log scale: each row has as many columns.
    @Test(arguments: [60, 100, 133]) func exponentialGrowthIsAStraightLine(_ width: Int) throws {
        let drawn = try draw(table((0..<960).map { 100 * pow(1.01, Double($0)) }), columns: "\(width)")
        #expect(drawn.code == 0, "\(drawn.err)")
        let rows = picture(drawn.out).prefix(16)
        let starts = rows.map { $0.firstIndex { $0 != " " } ?? -1 }
        #expect(starts.count == 16 && starts == starts.sorted(by: >) && starts.last == 0)
        // The first and the last row may be cut.
        let steps = zip(starts, starts.dropFirst()).map { $0 - $1 }.dropFirst().dropLast()
        #expect((steps.max() ?? 0) - (steps.min() ?? 0) <= 2, "\(steps)")
        let widest = drawn.out.split(separator: "\n").drop { !$0.contains("│") }.map(\.count).max()
        #expect(widest == width, "the picture is as wide as the terminal")
        #expect(drawn.out.contains("log scale") && drawn.out.contains("no gap and no finding"))
    }

    @Test func aFileGetsEightyCharacters() throws {
        let drawn = try draw(table((0..<500).map { 100 + Double($0 % 9) }))
        #expect(drawn.out.split(separator: "\n").drop { !$0.contains("│") }.map(\.count).max() == 80)
    }

    @Test func gapsAreMarkedWhereTheyAre() throws {
        let prices = (0..<400).map { 100 + Double($0 % 9) }
        let hours = (0..<400).map { $0 < 200 ? $0 : $0 + 400 }
        let drawn = try draw(table(prices, hours: hours))
        let signs = try #require(picture(drawn.out).first { $0.contains("-") })
        // Half of the time, from a quarter on; the picture is 68 columns wide.
        #expect(signs.firstIndex(of: "-") == 17 && signs.count { $0 == "-" } == 34, "\(String(signs))")
        for row in picture(drawn.out).prefix(16) {
            let gap = row.dropFirst(18).prefix(32)
            #expect(gap.allSatisfy { $0 == " " })
        }
        #expect(drawn.out.contains("1 gap ("))
    }

    @Test func pricesWithoutALogarithmHaveALineOfTheirOwn() throws {
        let prices = (0..<400).map { index -> Double in
            let isBelow = (200..<210).contains(index)
            return isBelow ? -5 : 100 + Double(index % 9)
        }
        let some = try draw(table(prices))
        #expect(some.code == 0 && some.out.contains(" 0 or less │"), "\(some.out)\(some.err)")
        let none = try draw(
            table((0..<400).map { -5 - Double($0 % 3) }),
            arguments: ["--policy", "non_positive_prices=keep", "--columns", "time=0,price=1"])
        #expect(none.code == 0 && none.out.contains("nothing to draw on a log scale"), "\(none.out)\(none.err)")
        let flat = try draw(table([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]))
        #expect(flat.code == 0 && flat.out.contains("▄") || flat.out.contains("▀"), "\(flat.out)\(flat.err)")
    }

    @Test func everyFileHasItsOwn() throws {
        let scratch = try Scratch()
        for name in ["a", "b"] { try scratch.write(samplePrices, to: "all/\(name).csv") }
        let drawn = try scratch.program.run(["check", "--plot", "all"])
        #expect(drawn.code == 0 && drawn.out.split(separator: "\n").count { $0.contains("└") } == 2)
        try scratch.write(smallStudy(path: "all/a.csv"), to: "study.yaml")
        let study = try scratch.program.run(["check", "--plot", "study.yaml"])
        #expect(study.code == 0 && study.out.contains("└"), "\(study.out)\(study.err)")
    }

    @Test func itIsNoJSON() throws {
        let drawn = try draw(samplePrices, arguments: ["--json"])
        #expect(drawn.code == 64 && drawn.err.contains("--plot draws a picture, which is no JSON"), "\(drawn.err)")
    }
}
