import Foundation
import TestSupport
import Testing

/// `belowzero backtest`, and what a run says of later years.
@Suite struct BacktestTests {
    private static let bitcoin = "/data/cryptodatadownload/Binance_BTCUSDT_1h.csv.gz"
    private static let grid = ["--leverage", "5,20", "--horizon", "7d", "--side", "long"]

    @Test(.needsSharedData) func theCommandAndTheRunAgree() throws {
        let shared = try #require(sharedFolder)
        let scratch = try Scratch()
        let file = shared + BacktestTests.bitcoin
        let printed = try scratch.program.run(["backtest", file, "--out", "-"] + BacktestTests.grid)
        #expect(printed.code == 0, "\(printed.err)")
        let table = rows(printed.out)
        #expect(Set(table.map { $0["year"]! }) == ["2019", "2020"] && table.count == 4)
        let run = try scratch.program.run(["sweep", file, "--out", "run", "--quiet"] + BacktestTests.grid)
        #expect(run.code == 0, "\(run.err)")
        let own = rows(try scratch.read("run/backtest.csv"))
        #expect(own.map { row in row.filter { $0.key != "run_id" } } == table)
        for row in table {
            let share = try #require(Double(row["negative_equity_frac"]!))
            let (low, high) = (Double(row["next_year_low_frac"]!)!, Double(row["next_year_high_frac"]!)!)
            #expect(row["in_next_year_count"] == (low <= share && share <= high ? "1" : "0"))
            #expect(low <= Double(row["ci_low_frac"]!)! && Double(row["ci_high_frac"]!)! <= high)
        }
        let page = try scratch.read("run/index.html")
        #expect(page.contains("In one further year"))
    }

    /// A folder with a file that is none: the rest is answered, the end says that something is missing.
    @Test(.needsSharedData) func aFolderIsAnsweredAsFarAsItCanBeRead() throws {
        let shared = try #require(sharedFolder)
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path + "/prices", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/prices/BTC.csv.gz", withDestinationPath: shared + BacktestTests.bitcoin)
        try scratch.write("hello\n", to: "prices/notes.csv")
        let found = try scratch.program.run(["backtest", "prices", "--json"] + BacktestTests.grid)
        #expect(found.code == 4 && found.out.split(separator: "\n").count == 1, "\(found.err)")
        #expect(found.out.contains("\"years_count\":4") && found.err.contains("notes.csv"))
        try FileManager.default.removeItem(atPath: scratch.path + "/prices/BTC.csv.gz")
        #expect(try scratch.program.run(["backtest", "prices"]).code == 65)
        #expect(try scratch.program.run(["backtest", "nowhere"]).code == 66)
    }

    @Test func aShortHistorySaysWhatItTakes() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let found = try scratch.program.run(["backtest", "prices.csv", "--out", "b.csv"])
        #expect(found.code == 0 && found.out.contains("no year to test by"), "\(found.err)")
        #expect(rows(try scratch.read("b.csv")).isEmpty)
        try scratch.write("mine\n", to: "c.csv")
        let refused = try scratch.program.run(["backtest", "prices.csv", "--out", "c.csv"])
        #expect(refused.code == 73)
        #expect(try scratch.read("c.csv") == "mine\n")
    }
}
