import Foundation
import StudyPlan
import TestSupport
import Testing

@testable import BelowZeroCLI

/// What is written about the program is what it does.
@Suite struct AgreementTests {
    private let readme = packageRoot + "/README.md"

    private func text() throws -> String { try String(contentsOfFile: readme, encoding: .utf8) }

    /// A run of the study that `make run` takes, from the place that it is started in.
    private func defaultRun(_ scratch: Scratch) throws -> Outcome {
        for folder in ["Studies", "Samples"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/Data", withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: packageRoot + "/Data/" + folder, toPath: scratch.path + "/Data/" + folder)
        }
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1795219145"
        program.environment["COLUMNS"] = "108"
        return try program.run(["run"])
    }

    // The clock, the number of pages and how long it took are not what the block is there to show.
    private func plain(_ block: String) -> String {
        block.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z/, with: "2026-11-21T001905Z")
            .replacing(/\([0-9]+ files, [0-9.]+ MB\) in [0-9.]+ s/, with: "(140 files, 4.1 MB) in 1.9 s")
            .trimmingCharacters(in: .newlines)
    }

    /// The block after `make run` prints is what it prints; `RECORD_GOLDEN=1` writes it anew and fails.
    @Test func theReadmeShowsWhatTheDefaultStudyPrints() throws {
        let scratch = try Scratch()
        let run = try defaultRun(scratch)
        #expect(run.code == 0, "\(run.err)")
        let text = try text()
        let mark = try #require(text.range(of: "`make run` prints"), "README has lost the words before the block")
        let open = try #require(text.range(of: "```\n", range: mark.upperBound..<text.endIndex))
        let close = try #require(text.range(of: "\n```", range: open.upperBound..<text.endIndex))
        let (shown, printed) = (plain(String(text[open.upperBound..<close.lowerBound])), plain(run.out))
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try text.replacingCharacters(in: open.upperBound..<close.lowerBound, with: printed)
                .write(toFile: readme, atomically: true, encoding: .utf8)
            Issue.record("recorded the block of README.md")
            return
        }
        let difference = zip(printed.split(separator: "\n"), shown.split(separator: "\n")).first { $0 != $1 }
        #expect(
            shown == printed,
            "README.md differs (RECORD_GOLDEN=1 records it): \(difference.map { "now “\($0)”, was “\($1)”" } ?? "length")"
        )
    }

    /// Every file of a run stands in the README's table, and every file of the table is written by some run.
    @Test func theReadmeNamesEveryFileOfARun() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let extra =
            "limits: [{leverage: 10, measure: negative_equity_frac, max: 0.5}]\nstatistics: {look_back_margin: {look_back: 30d}}\n"
            + "ledger: {population: bitmex-2019, horizon: 1d}\nbehaviours: [panic seller, stop at 5 %, comes back ten times]\n"
            + "baskets: {name: one, legs: {asset: TWO, side: long, share: 1}}\n"
            + "resample: {paths: 100, length: 2d}\ncustody: {hazard: 1%}\ntax: {income_rate: 24%}"
        try scratch.write(smallStudy(limit: extra), to: "whole.yaml")
        // A job that fails, with an earlier run that knew it, makes the files of failures.
        let two = smallStudy(limit: "limits: [{leverage: 10, measure: negative_equity_frac, max: 0.5}]")
            .replacingOccurrences(of: "path: prices.csv}]", with: "path: prices.csv}, {asset: B, path: b.csv}]")
        try scratch.write(two, to: "two.yaml")
        try scratch.write(samplePrices, to: "b.csv")
        // Two years of prices, so that one can be held against the other.
        let years = packageRoot + "/Data/Samples/SYN-MAJOR.csv"
        for arguments in [
            ["run", "whole.yaml", "--out", "whole"], ["run", "two.yaml", "--out", "one", "--store", "s.sqlite"],
            ["sweep", years, "--leverage", "20", "--horizon", "7d", "--out", "years"],
        ] {
            let run = try scratch.program.run(arguments)
            #expect([0, 3].contains(run.code), "\(arguments): \(run.out)\(run.err)")
        }
        try scratch.write("no prices\n", to: "b.csv")
        #expect(try scratch.program.run(["run", "two.yaml", "--out", "failed", "--store", "s.sqlite"]).code == 4)
        let written = Set(
            try ["whole", "years", "failed"].flatMap {
                try FileManager.default.subpathsOfDirectory(atPath: "\(scratch.path)/\($0)")
            }
            .filter { $0.contains(".") })
        let text = try text()
        let section = text.components(separatedBy: "## What a run writes").last!.components(separatedBy: "\n## ").first!
        let cells = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
            $0.split(separator: "|").first
        }
        let named = cells.flatMap { $0.matches(of: /`([^`]+)`/).map { String($0.1) } }
        #expect(named.count > 20 && Set(named).count == named.count)
        func covers(_ pattern: String, _ file: String) -> Bool {
            let parts = pattern.components(separatedBy: "*")
            return parts.count == 1 ? pattern == file : file.hasPrefix(parts[0]) && file.hasSuffix(parts[1])
        }
        for file in written.sorted() { #expect(named.contains { covers($0, file) }, "README's table lacks \(file)") }
        for name in named { #expect(written.contains { covers(name, $0) }, "no run wrote \(name) of README's table") }
    }

    /// README, `--help` and the manual list the same exit codes.
    @Test func exitCodesAreTheSameEverywhere() throws {
        func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        let listed = "Exit codes: " + exitCodes.map { "\($0.code) \($0.meaning)" }.joined(separator: " · ") + "."
        #expect(words(try text()).contains(listed))
        let scratch = try Scratch()
        let (help, manual) = (try scratch.program.run(["--help"]).out, try scratch.program.run(["manual"]).out)
        for (code, meaning) in exitCodes {
            #expect(words(help).contains("\(code) \(meaning)"), "\(code)")
            #expect(words(manual).contains("\(code) \(meaning)".replacing("-", with: "\\-")), "\(code)")
        }
        for command in ["diff", "store check"] {
            let own = try scratch.program.run(command.split(separator: " ").map(String.init) + ["--help"]).out
            #expect(words(own).contains("(or a bug, as everywhere, which standard error says)"), "\(command)")
            #expect(manual.contains(".SS \"belowzero \(command)\""))
        }
    }

    /// Every command's `--json` is one value a line, or a refusal that says that there is none, which is one, too.
    @Test func jsonIsOneValueALine() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        let commands = [
            "run study.yaml", "run study.yaml --out again", "run study.yaml --dry-run", "run study.yaml --print-study",
            "run study.yaml --out -", "sweep prices.csv --leverage 1,9 --horizon 1d --out swept",
            "sweep prices.csv --dry-run", "sweep prices.csv --print-study", "check prices.csv study.yaml",
            "explain study.yaml", "explain swept", "diff again swept", "history", "store check", "store rebuild",
            "index",
            "init made.yaml", "init made.yaml --systemd units", "synth --out made --bars 200", "venues",
            "venues binance-usdm",
            "export again --to csv.gz", "run nowhere.yaml", "explain nowhere", "history --since soon",
        ]
        var spoken = 0
        for command in commands {
            let result = try scratch.program.run(command.split(separator: " ").map(String.init) + ["--json"])
            for line in result.out.split(separator: "\n") {
                spoken += 1
                let value = try? JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
                #expect(value != nil, "\(command): \(line.prefix(200))")
            }
            #expect(!result.out.isEmpty || command == "store check", "\(command) prints nothing: \(result.err)")
        }
        // A store without faults has nothing to say.
        #expect(spoken >= commands.count - 1)
    }

    /// A run that cannot read its study says so where the study's other runs are watched.
    @Test func metricsAreWrittenAfterAnUnreadableStudy() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let study = smallStudy(limit: "metrics_file: night.prom")
        try scratch.write(study, to: "deep/study.yaml")
        for broken in [
            study.replacingOccurrences(of: "leverage: [1", with: "levrage: [1"), study + "\nheadline: [\n",
            study.replacingOccurrences(of: "version: 1", with: "version: 7"),
        ] {
            try? FileManager.default.removeItem(atPath: scratch.path + "/deep/night.prom")
            try scratch.write(broken, to: "deep/study.yaml")
            let run = try scratch.program.run(["run", "deep/study.yaml"])
            #expect(run.code == 78)
            let metrics = try scratch.read("deep/night.prom")
            #expect(metrics.contains("belowzero_run_exit_code{study=\"small\"} 78"), "\(metrics)")
        }
        // Nothing is written where a run was not meant.
        try? FileManager.default.removeItem(atPath: scratch.path + "/deep/night.prom")
        #expect(try scratch.program.run(["run", "deep/study.yaml", "--dry-run"]).code == 78)
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/deep/night.prom"))
        #expect(SalvagedStudy(yaml: "metrics_file: x.txt\nname: ../evil").metricsFile == nil)
        #expect(SalvagedStudy(yaml: "name: ../evil").name == nil && SalvagedStudy(yaml: "\0").name == nil)
    }

    @Test func debugSaysMore() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        for format in ["stamped", "json", "plain"] {
            func said(_ level: String) throws -> String {
                try scratch.program.run(
                    ["run", "study.yaml", "--out", "\(format)-\(level)", "--log-format", format, "--log-level", level])
                    .err
            }
            let (info, debug) = (try said("info"), try said("debug"))
            for event in ["run plan", "job plan", "file read", "job read", "job computed", "file written"] {
                #expect(debug.contains(event) && !info.contains(event), "\(format): \(event)")
            }
            #expect(debug.contains("prices.csv") && debug.contains("results.csv"))
        }
    }

    /// A log gets each step once, none soon after another, and nothing of a job that is soon done.
    @Test func logsSayNowAndThenHowFarItIs() {
        func steps(_ seconds: Int) -> [Int] {
            var steps = ProgressSteps()
            return (1...seconds).compactMap {
                steps.step(share: Double($0) / Double(seconds), seconds: Double($0))
            }
        }
        #expect(steps(9).isEmpty)
        #expect(steps(40) == [25, 50, 75])
        #expect(steps(1000) == Array(stride(from: 5, to: 100, by: 5)))
        #expect(steps(100_000) == steps(1000))
        var odd = ProgressSteps()
        #expect(odd.step(share: .nan, seconds: 20) == nil && odd.step(share: 7, seconds: 20) == nil)
    }
}
