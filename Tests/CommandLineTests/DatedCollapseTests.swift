import Foundation
import TestSupport
import Testing

/// The documentation's table of coins that went to nothing, against the program on the files that it was made of.
@Suite struct DatedCollapseTests {
    private static let files = [
        "luna-2022": "binance-vision/LUNAUSDT-1m-2022-05.csv.gz", "ust-2022": "coingecko/ustc-usd-max.csv",
        "bitconnect-2018": "coinmarketcap/bitconnect.csv", "ftt-2022": "yahoo/FTT-USD.csv",
    ]

    /// The documentation's cells by event, leverage and place.
    private func written() throws -> [String: [String]] {
        let page = try String(
            contentsOfFile: packageRoot + "/Sources/BelowZeroCLI/Documentation.docc/Scenarios.md", encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("× |") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        return Dictionary(
            uniqueKeysWithValues: rows.map {
                ("\($0[0].filter { $0 != "`" })/\($0[2].dropLast())", Array($0.dropFirst(3)))
            })
    }

    /// Three digits, as the table has them.
    private func shown(_ line: [String: Any]) -> String {
        guard let equity = line["equity_margin_frac"] as? Double else { return "not known" }
        let closed = line["liquidated"] as? Bool == true ? " x" : ""
        let size = String(format: "%.3g", abs(equity) * 100)
        return (equity < 0 ? "−" : "") + size + closed
    }

    @Test("The table of collapses is what the program says", .needsSharedData, arguments: files.keys.sorted())
    func theTableHolds(event: String) throws {
        let file = try #require(DatedCollapseTests.files[event])
        let path = try #require(sharedFolder) + "/data/" + file
        let run = try Scratch().program.run([
            "scenario", "run", event, "--prices", path, "--leverage", "2,5,20", "--side", "long", "--no-cache",
            "--json",
        ])
        try #require(run.code == 0, "\(run.err)")
        let lines = try run.out.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let table = try written()
        for leverage in [2.0, 5, 20] {
            let own = lines.filter { $0["leverage_x"] as? Double == leverage }
                .sorted { ($0["before_s"] as? Double ?? 0) < ($1["before_s"] as? Double ?? 0) }
            #expect(own.map(shown) == table["\(event)/\(Int(leverage))"], "\(event) \(leverage)")
        }
    }
}
