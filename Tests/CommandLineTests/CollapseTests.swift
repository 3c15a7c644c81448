import Foundation
import TestSupport
import Testing

/// What the documentation says of behaviours in three collapses, computed again from the study that it prints.
@Suite struct CollapseTests {
    private static let files = [
        "binance-vision/LUNAUSDT-1m-2022-05.csv.gz", "yahoo/FTT-USD.csv", "coinmarketcap/bitconnect.csv",
    ]

    private func page() throws -> String {
        try String(
            contentsOfFile: packageRoot + "/Sources/BelowZeroCLI/Documentation.docc/Protection.md", encoding: .utf8)
    }

    /// The rows of the page's tables, by the heading above them.
    private func tables(_ page: String) -> [String: [[String]]] {
        var (found, heading) = ([String: [[String]]](), "")
        for line in page.split(separator: "\n") {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            guard line.hasPrefix("| "), !line.hasPrefix("| behaviour") else { continue }
            let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            found[heading, default: []].append(fields.filter { !$0.isEmpty })
        }
        return found
    }

    private func run(_ page: String, in scratch: Scratch) throws -> [[String: String]] {
        let shared = try #require(sharedFolder)
        try FileManager.default.createDirectory(atPath: scratch.path + "/prices", withIntermediateDirectories: true)
        for file in CollapseTests.files {
            let name = try #require(file.split(separator: "/").last)
            try FileManager.default.createSymbolicLink(
                atPath: scratch.path + "/prices/\(name)", withDestinationPath: shared + "/data/" + file)
        }
        let study = try #require(page.components(separatedBy: "```yaml\n").last?.components(separatedBy: "```").first)
        try scratch.write(study, to: "study.yaml")
        let run = try scratch.program.run(
            ["run", "study.yaml", "--prices", "prices", "--out", "run", "--no-store", "--quiet"])
        #expect(run.code == 0, "\(run.err)")
        let lines = try scratch.read("run/behaviours.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first }) }
    }

    @Test(.needsSharedData) func theTablesAreWhatTheProgramSays() throws {
        let (page, scratch) = (try page(), try Scratch())
        let (tables, found) = (tables(page), try run(page, in: scratch))
        let cells = [
            ("LUNA, minutes, 5×, a day", "LUNA", "5", "24"),
            ("FTT, days, 3×, seven days", "FTT", "3", "168"),
            ("BitConnect, days, 3×, seven days", "BitConnect", "3", "168"),
        ]
        for (heading, asset, leverage, horizon) in cells {
            let own = found.filter {
                $0["asset"] == asset && $0["leverage_x"] == leverage && $0["horizon_h"] == horizon
            }
            func percent(_ row: [String: String], _ key: String) -> String {
                Double(row[key] ?? "").map { String(format: "%.1f", 100 * $0) } ?? "–"
            }
            let expected = own.map { row in
                [
                    row["behaviour"] ?? "", row["entries_count"] ?? "", percent(row, "negative_equity_frac"),
                    percent(row, "ci_low_frac") + "–" + percent(row, "ci_high_frac"), percent(row, "lost_half_frac"),
                    percent(row, "equity_mean_margin_frac"), percent(row, "winners_closed_frac"),
                ]
            }
            #expect(expected.count == 11 && tables[heading] == expected, "\(asset)")
        }
        // The day on which BitConnect's next price was none is told as one that no stop was good for.
        let jumps = try scratch.read("run/stop_jumps.csv").split(separator: "\n")
        #expect(
            jumps.contains {
                $0.contains("BitConnect") && $0.contains("stop at 5 %,adverse,2018-09-23T00:00:00Z,7,7,7.0")
            })
    }
}
