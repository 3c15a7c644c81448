import Foundation
import TestSupport
import Testing

/// The program from outside on real vendor files.
@Suite struct RealFileTests {
    /// The figures of an independent program for one cell.
    private func expected(_ shared: String, file: String, side: String, leverage: Double, fill: String, maxGap: Double)
        throws -> [String: Any]
    {
        let data = try Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/vectors.json"))
        let vectors = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        let vector = vectors.first { vector in
            guard let spec = vector["spec"] as? [String: Any] else { return false }
            return vector["file"] as? String == file && spec["contract"] as? String == "linear"
                && spec["side"] as? String == side
                && spec["leverage"] as? Double == leverage && spec["latency"] as? Int == 0
                && spec["fill"] as? String == fill
                && spec["max_gap"] as? Double == maxGap && (spec["tiers"] as? [Any])?.count == 1
        }
        return try #require(vector?["expect"] as? [String: Any])
    }

    /// The ticker is reused by another coin from 2022-05-31 on: the hole is found, and no entry crosses it.
    @Test(.needsSharedData) func reusedTicker() throws {
        let shared = try #require(sharedFolder)
        let file = "binance-vision/LUNAUSDT-1m-2022-05.csv.gz"
        let path = shared + "/data/" + file
        let scratch = try Scratch()
        let check = try scratch.program.run(["check", path])
        #expect(
            check.code == 0 && check.out.contains("2022-05-13 00:39") && check.out.contains("2022-05-31 06:00"),
            "\(check.out)")
        #expect(check.out.contains("26 240 bars of 1m missing"))
        let grid = ["--leverage", "10", "--horizon", "1d", "--max-gap", "10m", "--fill", "gap", "--out", "-"]
        let run = try scratch.program.run(["sweep", path] + grid)
        #expect(run.code == 0, "\(run.err)")
        for row in rows(run.out) {
            let expect = try expected(shared, file: file, side: row["side"]!, leverage: 10, fill: "gap", maxGap: 600)
            for (column, key) in [
                ("entries_count", "entries"), ("excluded_count", "excluded"), ("liquidated_count", "liquidated"),
                ("negative_count", "negative"), ("unprotected_count", "touched"),
            ] {
                #expect(Int(row[column]!) == expect[key] as? Int, "\(row["side"]!) \(column)")
            }
        }
    }

    @Test(.needsSharedData) func aPerpetualOfUnknownVenue() throws {
        let shared = try #require(sharedFolder)
        let scratch = try Scratch()
        let path = shared + "/data/nautilus/btc-perp-20211231-20220201_1m.csv.gz"
        let run = try scratch.program.run(["sweep", path, "--leverage", "20,100", "--horizon", "4h", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        let cells = rows(try scratch.read("run/results.csv"))
        #expect(cells.count == 4 && cells.allSatisfy { $0["fill"] == "next" && $0["worst_negative_count"] == "" })
        #expect(cells.allSatisfy { Int($0["entries_count"]!)! + Int($0["excluded_count"]!)! == 45_031 })
    }
}
