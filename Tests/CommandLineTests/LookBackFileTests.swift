import Foundation
import TestSupport
import Testing

/// The published margins of look-backs, recomputed from real files by the program and a second time here.
@Suite struct LookBackFileTests {
    private static let files = [
        "bitstamp-coinbase/BTCUSD_1d_candles_full.csv", "cryptodatadownload/Binance_BTCUSDT_1h.csv.gz",
        "kraken/ETHUSD_1440.csv", "kaggle-coinmarketcap/coin_XRP.csv",
    ]

    private func table(_ shared: String) throws -> [[String: String]] {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path + "/prices", withIntermediateDirectories: true)
        for file in LookBackFileTests.files {
            let name = try #require(file.split(separator: "/").last)
            try FileManager.default.createSymbolicLink(
                atPath: scratch.path + "/prices/\(name)", withDestinationPath: shared + "/data/" + file)
        }
        let study = packageRoot + "/Data/Studies/look-back.yaml"
        let run = try scratch.program.run(["run", study, "--prices", "prices", "--out", "run", "--quiet"])
        #expect(run.code == 0, "\(run.err)")
        return rows(try scratch.read("run/look_back_margin.csv"))
    }

    /// Closes of days by the midnight that ends them, in days since the epoch, by splitting lines at commas.
    private func closes(_ path: String, time: Int, close: Int) throws -> [Int: Double] {
        var found: [Int: Double] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            if let seconds = Double(fields[time]), let price = Double(fields[close]) {
                found[Int(seconds) / 86_400 + 1] = price
            }
        }
        return found
    }

    private func day(_ text: String) throws -> Int {
        let date = try #require(try? Date(text + "T00:00:00Z", strategy: .iso8601))
        return Int(date.timeIntervalSince1970) / 86_400
    }

    /// The losses of the days up to `end`, worst first.
    private func losses(_ closes: [Int: Double], end: Int, days: Int, side: String) -> [Double] {
        let known = closes.keys.sorted()
        return zip(known, known.dropFirst()).filter { $1 > end - days && $1 <= end }.map { before, day in
            log(closes[day]! / closes[before]!) * (side == "long" ? -1 : 1)
        }.sorted(by: >)
    }

    @Test(.needsSharedData) func theProgramAgreesWithASecondComputation() throws {
        let shared = try #require(sharedFolder)
        let table = try table(shared)
        #expect(table.count == 4 * 4 * 2 * 2 * 2 * 2)
        let prices = [
            "BTC": try closes(shared + "/data/bitstamp-coinbase/BTCUSD_1d_candles_full.csv", time: 4, close: 2),
            "ETH": try closes(shared + "/data/kraken/ETHUSD_1440.csv", time: 0, close: 4),
        ]
        var checked = 0
        for row in table where row["status"] == "ok" && row["hour_utc_h"] == "0" {
            guard let closes = prices[row["asset"]!] else { continue }
            let days = Int(Double(row["look_back_d"]!)!)
            let end = try day(String(row["as_of_utc"]!.prefix(10)))
            let losses = losses(closes, end: end, days: days, side: row["side"]!)
            #expect(Int(row["moves_count"]!) == losses.count)
            let beyond = Int(Double(losses.count) * Double(row["max_frequency_frac"]!)!)
            #expect(abs(Double(row["margin_frac"]!)! - losses[beyond]) < 1e-12, "\(row)")
            let mean = losses.reduce(0, +) / Double(losses.count)
            let squares = losses.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
            let deviation = (squares / Double(losses.count - 1)).squareRoot()
            #expect(abs(Double(row["deviation_frac"]!)! - deviation) < 1e-12)
            checked += 1
        }
        #expect(checked == 4 * 2 * 2 + 2 * 2, "four days of Bitcoin, one of Ether; too few moves for one in a thousand")
        let absent = table.filter { $0["asset"] == "ETH" && $0["as_of_utc"]!.hasPrefix("2025") }
        #expect(absent.count == 3 * 2 * 2 * 2 * 2 && absent.allSatisfy { $0["status"] == "no_prices" })
    }

    /// The numbers that the documentation shows next to the published ones are the program's.
    @Test(.needsSharedData) func theDocumentationHasTheseNumbers() throws {
        let shared = try #require(sharedFolder)
        let page = try String(
            contentsOfFile: packageRoot + "/Sources/BelowZeroCLI/Documentation.docc/Replication.md", encoding: .utf8)
        let rows = try table(shared).filter {
            $0["asset"] == "BTC" && $0["as_of_utc"]!.hasPrefix("2025-") && $0["max_frequency_frac"] == "0.01"
                && $0["hour_utc_h"] == "0"
        }
        #expect(rows.count == 12)
        for row in rows {
            for column in ["margin_frac", "normal_margin_frac"] {
                let text = String(format: "%.2f %%", Double(row[column]!)! * 100)
                #expect(page.contains(text), "\(row["side"]!) \(row["look_back_d"]!) \(column) \(text)")
            }
            for column in ["largest_leverage_x", "largest_normal_leverage_x"] {
                #expect(page.contains(String(format: "%.1f×", Double(row[column]!)!)), "\(column) \(row[column]!)")
            }
        }
    }
}
