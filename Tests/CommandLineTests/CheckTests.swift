import Foundation
import TestSupport
import Testing

/// `belowzero check` from outside.
@Suite struct CheckTests {
    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    private let ticks =
        "timestamp,side,price,size\n" + (0..<300).map { "\(1_700_000_000 + $0),buy,\(100 + $0 % 5),2\n" }.joined()

    @Test func aFolderIsCheckedFileByFile() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "all/a.csv")
        try scratch.write("time,price\nx,y\n", to: "all/deep/b.csv")
        try scratch.write(
            "timestamp,fundingRate\n2020-01-01T00:00:00Z,0.0001\n2020-01-01T08:00:00Z,0.0002\n", to: "all/f.csv")
        try scratch.write("nothing", to: "all/.hidden")
        let check = try scratch.program.run(["check", "all", "--json"])
        #expect(check.code == 65, "one file is refused")
        let found = try objects(check.out)
        #expect(found.map { $0["path"] as? String } == ["all/a.csv", "all/deep/b.csv", "all/f.csv"])
        #expect(found.map { $0["status"] as? String } == ["ok", "refused", "ok"])
        #expect(found.map { $0["kind"] as? String } == ["prices", nil, "funding"])
        #expect(found[0]["bars"] as? Int == 400 && found[0]["bar_s"] as? Double == 3600)
        let traits = try #require(found[0]["recognition"] as? [[String: Any]])
        #expect(traits.map { $0["subject"] as? String }.prefix(3) == ["encoding", "delimiter", "header"])
        #expect(
            traits.allSatisfy {
                ["stated", "certain", "likely", "assumed"].contains($0["confidence"] as? String ?? "")
            })
        let findings = try #require(found[0]["findings"] as? [[String: Any]])
        #expect(findings.contains { $0["check"] as? String == "bad_ticks" && $0["severity"] as? String == "pass" })
    }

    @Test func ticksNeedALength() throws {
        let scratch = try Scratch()
        try scratch.write(ticks, to: "ticks.csv")
        let plain = try scratch.program.run(["check", "ticks.csv"])
        #expect(plain.code == 65 && plain.err.contains("--kind trades --bar 1m"))
        let bars = try scratch.program.run(["check", "--kind", "trades", "--bar", "1m", "ticks.csv"])
        #expect(bars.code == 0 && bars.out.contains("300 trades became 6 bars of 1m"), "\(bars.out)\(bars.err)")
        let sweep = try scratch.program.run([
            "sweep", "ticks.csv", "--bar", "30s", "--leverage", "10", "--horizon", "1m", "--out", "-",
        ])
        #expect(sweep.code == 0, "\(sweep.err)")
    }

    /// Who has an account's trades is told that they are no market's prices, also where they are read all the same.
    @Test func anAccountsTradesAreNoPrices() throws {
        let scratch = try Scratch()
        let rows = (0..<40).map { minute in
            "2021-05-10 14:\(10 + minute):22,BTCUSDT,\(minute % 2 == 0 ? "BUY" : "SELL"),\(57_800 + minute).1,0.1BTC,5780.0USDT,5.78USDT"
        }
        try scratch.write(
            (["Date(UTC),Pair,Side,Price,Executed,Amount,Fee"] + rows).joined(separator: "\n") + "\n", to: "fills.csv")
        let plain = try scratch.program.run(["check", "fills.csv"])
        #expect(plain.code == 65 && plain.err.contains("an account's own fills"), "\(plain.err)")
        #expect(plain.err.contains("belowzero fetch") && plain.err.contains("--kind trades --bar 1m"))
        let bars = try scratch.program.run(["check", "--kind", "trades", "--bar", "1m", "fills.csv"])
        #expect(bars.code == 0 && bars.out.contains("WARN ticks: 40 trades became 40 bars"), "\(bars.out)\(bars.err)")
        #expect(bars.out.contains("needs the market's prices"))
    }

    @Test func standardInputIsRead() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        for command in ["cat prices.csv", "gzip -c prices.csv"] {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", "\(command) | '\(Program.path)' check - > out.txt 2> err.txt"]
            shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            try shell.run()
            shell.waitUntilExit()
            let complaints = try scratch.read("err.txt")
            #expect(shell.terminationStatus == 0, "\(complaints)")
            #expect(try scratch.read("out.txt").contains("400, of which 400 became bars"))
        }
    }

    /// A file's name is a stranger's text too, and could write a window's title.
    @Test func namesCannotSpeakToTheTerminal() throws {
        let scratch = try Scratch()
        let name = "esc\u{1B}]0;pwn\u{07}.csv"
        try scratch.write(samplePrices, to: name)
        let check = try scratch.program.run(["check", name])
        #expect(check.code == 0 && check.out.hasPrefix("esc·]0;pwn·.csv\n"), "\(check.out)\(check.err)")
        try scratch.write(smallStudy(), to: "study.yaml")
        try scratch.write(samplePrices, to: "prices.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "a\u{1B}b", "--no-store"])
        #expect(run.out.contains("Wrote a·b (") && !run.out.contains("\u{1B}"), "\(run.out)\(run.err)")
        let report = try scratch.program.run(["report", "a\u{1B}b", "--out", "c\u{1B}d"])
        #expect(report.code == 0 && report.out.contains("Wrote c·d ("), "\(report.out)\(report.err)")
        #expect(!report.out.contains("\u{1B}"))
    }

    /// What comes through a pipe has no file's name.
    @Test func whatComesThroughAPipeIsNamed() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let sweep = "sweep - --leverage 10 --horizon 1d --no-cache --out -"
        shell.arguments = ["-c", "'\(Program.path)' \(sweep) < prices.csv > out.txt 2> err.txt"]
        shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        try shell.run()
        shell.waitUntilExit()
        let cells = rows(try scratch.read("out.txt"))
        #expect(shell.terminationStatus == 0 && cells.map { $0["asset"] } == ["stdin", "stdin"])
    }

    @Test func severalFilesAreOneSeriesWhenAsked() throws {
        let scratch = try Scratch()
        let lines = samplePrices.split(separator: "\n").map(String.init)
        try scratch.write(([lines[0]] + lines[1...200]).joined(separator: "\n"), to: "a.csv")
        try scratch.write(([lines[0]] + lines[190...]).joined(separator: "\n"), to: "b.csv")
        let check = try scratch.program.run(["check", "--together", "a.csv", "b.csv"])
        #expect(check.code == 0 && check.out.contains("of which 400 became bars"), "\(check.out)\(check.err)")
        #expect(
            check.out.contains(
                "file_seams: of 2 files 1 overlap the one before (11 shared rows that agree, 0 that differ)"))
    }

    /// Every file of the vendor folder at once, as a user would check it.
    @Test(.needsSharedData) func theVendorFolder() throws {
        let shared = try #require(sharedFolder)
        let scratch = try Scratch()
        let check = try scratch.program.run(["check", shared + "/data", "--json"])
        #expect(check.code == 65)
        let found = try objects(check.out)
        let refused = found.filter { $0["status"] as? String == "refused" }.compactMap { $0["path"] as? String }
        let wanted = [
            "README.md", "SHA256SUMS", "bitmex/price_data_trades.csv", "bitmex/tardis_bitmex_trades_XBTUSD.csv",
            "kaggle-coinmarketcap/coin_Bitcoin.csv.gz", "kaggle-coinmarketcap/coin_Cardano.csv",
            "kraken/BCHEUR_trades.csv", "truefx/usdjpy-ticks.csv",
        ]
        #expect(refused == wanted.map { shared + "/data/" + $0 })
        #expect(found.count == 57)
        for file in found where file["status"] as? String == "refused" {
            let first = (file["findings"] as? [[String: Any]])?.first
            #expect((first?["message"] as? String)?.isEmpty == false)
        }
    }
}
