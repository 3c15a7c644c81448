import Foundation
import TestSupport
import Testing

/// `belowzero validate`, on invented minutes that fall now and then.
@Suite struct ValidateTests {
    /// Twelve days of minutes with a crash every three, each steeper than the one before.
    private static let minutes: [(time: Int, price: Double)] = {
        // Knuth's MMIX generator; the drawing only has to be the same every time.
        var state: UInt64 = 7
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        var price = 100.0
        return (0..<17_280).map { minute in
            let isCrash = (minute / 20) % 216 == 100
            price *= 1 + (uniform() - 0.5) * 0.002 - (isCrash ? 0.006 + 0.002 * Double(minute / 4320) : -0.0001)
            return (1_700_006_400 + minute * 60, price)
        }
    }()

    /// Bars of so many minutes, as rows of a file: each opens where the one before closed.
    private static func file(grouped length: Int) -> String {
        let closes = minutes.map(\.price)
        var lines = "time,open,high,low,close\n"
        for start in stride(from: 0, to: minutes.count, by: length) {
            let inside = start..<min(start + length, minutes.count)
            let path = [start > 0 ? closes[start - 1] : closes[0]] + closes[inside]
            lines +=
                "\(minutes[start].time),\(path[0]),\(path.max() ?? 0),\(path.min() ?? 0),\(closes[inside.upperBound - 1])\n"
        }
        return lines
    }

    private struct Found: Decodable {
        let path: String
        let cells: [Cell]
        let bars: [Bars]

        struct Cell: Decodable {
            let side: String
            let leverageX: Double
            let minutes: Share
            let longer: [Share]
        }
        struct Share: Decodable {
            let barS: Double
            let entriesCount: Int
            let negativeEquityFrac: Double
            let ratio: Double?
        }
        struct Bars: Decodable {
            let barS: Double
            let cellsCount: Int
            let ratio, overshootFit: Double?
        }
    }

    private func found(_ text: String) throws -> Found {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Found.self, from: Data(text.utf8))
    }

    /// Each share is what a sweep says of the same bars written to a file, and the ratios are theirs.
    @Test func sharesAreThoseOfASweep() throws {
        let scratch = try Scratch()
        try scratch.write(ValidateTests.file(grouped: 1), to: "1m.csv")
        let run = try scratch.program.run(["validate", "1m.csv", "--leverage", "20,50", "--horizon", "4h", "--json"])
        #expect(run.code == 0, "\(run.err)")
        let found = try found(run.out)
        #expect(found.cells.count == 4 && found.cells.allSatisfy { $0.longer.map(\.barS) == [300, 900, 3600, 14400] })
        for (place, length) in [1, 5, 15, 60].enumerated() {
            try scratch.write(ValidateTests.file(grouped: length), to: "\(length).csv")
            let sweep = try scratch.program.run([
                "sweep", "\(length).csv", "--leverage", "20,50", "--horizon", "4h", "--fill", "delay", "--resamples",
                "0", "--out", "-",
            ])
            #expect(sweep.code == 0, "\(sweep.err)")
            for row in rows(sweep.out) {
                let cell = try #require(
                    found.cells.first { $0.side == row["side"] && $0.leverageX == Double(row["leverage_x"] ?? "") })
                let share = place == 0 ? cell.minutes : cell.longer[place - 1]
                let expected = try #require(row["negative_equity_frac"].flatMap(Double.init))
                #expect(abs(share.negativeEquityFrac - expected) <= 1e-9, "\(length) \(row)")
                if let ratio = share.ratio { #expect(abs(ratio * cell.minutes.negativeEquityFrac - expected) < 1e-9) }
            }
        }
        let twice = try scratch.program.run(["validate", "1m.csv", "1m.csv", "--horizon", "4h"])
        #expect(twice.out.contains("2 files together, each one observation"))
        #expect(found.bars.contains { $0.ratio != nil && $0.overshootFit != nil && $0.cellsCount > 0 })
    }

    @Test func whatCannotJudgeIsRefusedAndTheOthersAreShown() throws {
        let scratch = try Scratch()
        try scratch.write(ValidateTests.file(grouped: 1), to: "1m.csv")
        try scratch.write(samplePrices, to: "hours.csv")
        let run = try scratch.program.run(["validate", "hours.csv", "none.csv", "1m.csv", "--horizon", "4h"])
        #expect(run.code == 65, "\(run.err)")
        #expect(run.err.contains("hours.csv: bars of 1h do not tell what was paid 30s later"))
        #expect(run.err.contains("give bars of at most 1m, or a --delay of at least half a bar"))
        #expect(run.err.contains("none.csv") && !run.out.contains("files together"))
        #expect(run.out.contains("1m.csv: 17 280 bars of 1m") && run.out.contains("overshoot that would fit"))
    }
}
