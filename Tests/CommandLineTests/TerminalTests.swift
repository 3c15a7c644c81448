import Foundation
import TestSupport
import Testing

/// What people see of the program without opening a page. `RECORD_GOLDEN=1` writes the golden files and fails.
@Suite struct TerminalTests {
    private static let commands = [
        "shard", "shard plan", "shard run", "shard status", "shard submit", "shard merge",
        "run", "sweep", "check", "explain", "backtest", "diff", "history", "store check", "store rebuild", "index",
        "export",
        "init", "fetch", "report", "ask", "synth", "venues", "scenario", "scenario list", "scenario run",
        "scenario shock", "scenario reverse", "scenario zero", "scenario matrix", "custody",
        "tax",
    ]

    private func expectGolden(_ text: String, _ name: String) throws {
        let file = packageRoot + "/Tests/CommandLineTests/Golden/" + name
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                atPath: packageRoot + "/Tests/CommandLineTests/Golden", withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            Issue.record("recorded \(name)")
            return
        }
        let expected = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let difference = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        let place = difference.map { "now “\($0)”, was “\($1)”" } ?? "one is longer"
        #expect(text == expected, "\(name) differs (RECORD_GOLDEN=1 records it): \(place)")
    }

    @Test(arguments: [""] + commands) func help(command: String) throws {
        var program = try Scratch().program
        program.environment["COLUMNS"] = "100"
        let words = command.split(separator: " ").map(String.init)
        let help = try program.run(words + ["--help"])
        #expect(help.code == 0 && help.err.isEmpty)
        let name = command.isEmpty ? "belowzero" : words.joined(separator: "-")
        try expectGolden(help.out, "help-\(name).txt")
    }

    /// Examples and names go on below their own beginning, however narrow the terminal is.
    @Test(arguments: ["60", "80", "200"]) func helpBreaksItsLinesWithAnIndent(columns: String) throws {
        for command in TerminalTests.commands {
            var program = try Scratch().program
            program.environment["COLUMNS"] = columns
            let help = try program.run(command.split(separator: " ").map(String.init) + ["--help"]).out
            let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix(" ") {
                #expect(next.isEmpty || next.hasPrefix(" "), "\(command), \(columns): \(next)")
            }
            // Commands to be copied, and the library's own last line, are not broken, and 60 columns hold no example of columns.
            let whole = ["USAGE: ", "  belowzero ", "  See '"]
            let long = lines.first { line in
                line.count > max(80, Int(columns)!) && !whole.contains { line.hasPrefix($0) }
            }
            #expect(long == nil, "\(command), \(columns): \(long ?? "")")
        }
    }

    /// A completion script is no help: its lines are left as they are, and a shell can read them.
    @Test func completionsCanBeRead() throws {
        let scratch = try Scratch()
        let script = try scratch.program.run(["--generate-completion-script", "bash"])
        #expect(script.code == 0 && script.out.contains("\n}\n"))
        try scratch.write(script.out, to: "completions")
        let bash = Process()
        bash.executableURL = URL(fileURLWithPath: "/bin/bash")
        bash.arguments = ["-n", scratch.path + "/completions"]
        try bash.run()
        bash.waitUntilExit()
        #expect(bash.terminationStatus == 0)
    }

    /// What stands in a command's place is asked about, at every level.
    @Test func aCommandThatIsNoneIsAskedAbout() throws {
        let program = try Scratch().program
        for (line, name) in [("swep p.csv", "sweep"), ("scenario shok --size 5", "shock"), ("store chek", "check")] {
            let run = try program.run(line.split(separator: " ").map(String.init))
            #expect(run.code == 64 && run.err.contains("did you mean '\(name)'?"), "\(run.err)")
            #expect(run.err.contains("the commands are "), "\(run.err)")
        }
        let json = try program.run(["swep", "--json"])
        #expect(json.code == 64 && json.out.hasPrefix("{") && json.out.contains("there is no command 'swep'"))
    }

    /// The usual mistakes, each with what is printed and the exit code.
    @Test func errors() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        try scratch.write(smallStudy().replacingOccurrences(of: "leverage: [", with: "levrage: ["), to: "typo.yaml")
        try scratch.write(smallStudy(path: "absent.csv"), to: "absent.yaml")
        try scratch.write(samplePrices.replacingOccurrences(of: "100.0,101.0", with: "\"1,00.5\",x"), to: "bad.csv")
        try scratch.write("", to: "empty.csv")
        let lines = [
            "run nowhere.yaml", "run typo.yaml", "run absent.yaml --no-store", "run study.yaml --levrage 5",
            "run study.yaml --color sometimes", "sweep prices.csv --leverage 0:5", "sweep prices.csv --horizon soon",
            "sweep prices.csv --side up", "check empty.csv", "check nowhere.csv", "check",
            "explain study.yaml --leverage 7", "history", "index", "frobnicate", "run --json nowhere.yaml",
            "run --json --levrage 5", "check --json nowhere.csv",
        ]
        var program = scratch.program
        program.environment["COLUMNS"] = "100"
        let texts = try lines.map { line in
            // As on a terminal: lines of a log carry the clock.
            let isRun = line.hasPrefix("run") || line.hasPrefix("sweep")
            let result = try program.run(
                line.split(separator: " ").map(String.init) + (isRun ? ["--log-format", "plain"] : []))
            return "$ belowzero \(line)\n\(result.out)\(result.err)(exit \(result.code))\n"
        }
        try expectGolden(texts.joined(separator: "\n"), "errors.txt")
        #expect(texts.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("(exit 1)") && !$0.contains("(exit 0)") })
    }

    @Test func everyErrorIsJSONWhereJSONIsWanted() throws {
        let scratch = try Scratch()
        for words in [
            ["run", "nowhere.yaml", "--json"], ["run", "--json", "--levrage", "5"], ["frobnicate", "--json"],
        ] {
            let result = try scratch.program.run(words)
            let lines = result.out.split(separator: "\n")
            #expect(lines.count == 1 && result.code >= 64)
            let object = try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any]
            #expect(object?["status"] as? String == "failed")
            #expect(object?["exit_code"] as? Int == Int(result.code))
        }
    }

    private func run(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> Outcome {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(
            smallStudy(
                limit:
                    "limits: [{asset: TWO, side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.01}]"
            ),
            to: "study.yaml")
        var program = scratch.program
        program.environment = environment
        return try program.run(["run", "study.yaml", "--out", "run"] + arguments)
    }

    /// Colour only where it was asked for: not in files, not against NO_COLOR, and whatever is asked for explicitly holds.
    @Test func colours() throws {
        #expect(try !run().out.contains("\u{1B}"))
        #expect(try !run(environment: ["NO_COLOR": "1"]).out.contains("\u{1B}"))
        let always = try run(["--color", "always", "--log-format", "plain"], environment: ["NO_COLOR": "1"])
        #expect(always.out.contains("\u{1B}[1;31m") && always.out.contains("BREACH"))
        #expect(always.err.contains("\u{1B}[1;31mlimit breached:\u{1B}[0m"))
        #expect(try !run(["--color", "never"]).out.contains("\u{1B}"))
    }

    /// No bar, no escape and no carriage return in what goes to a file.
    @Test func logs() throws {
        let run = try run()
        #expect(!run.err.contains("\r") && !run.err.contains("━") && !run.err.contains("\u{1B}"))
    }

    @Test(arguments: [60, 80, 100, 140]) func widths(width: Int) throws {
        let run = try run(environment: ["COLUMNS": "\(width)"])
        let lines = run.out.split(separator: "\n").filter {
            !$0.hasPrefix("Wrote") && !$0.hasPrefix("Next") && !$0.hasPrefix("  or")
        }
        #expect(lines.count > 5)
        for line in lines { #expect(line.count <= width, "\(line)") }
        #expect(run.out.contains("BREACH") && run.out.contains("below zero"))
        // Narrower than can be laid out is laid out as the narrowest.
        if width == 60 { #expect(try self.run(environment: ["COLUMNS": "20"]).out.contains("BREACH")) }
    }

    @Test func theLastLineIsTheNextCommand() throws {
        let run = try run()
        #expect(run.out.contains("Next: open run/index.html"))
        #expect(
            run.out.contains(
                "or: belowzero explain study.yaml --asset TWO --side long --leverage 10 --horizon 1d"))
    }

    @Test func jsonIsOneLine() throws {
        let run = try run(["--json"])
        #expect(run.out.split(separator: "\n").count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any]
        #expect(object?["status"] as? String == "limit_breached")
    }

    /// Runs write the page of all nights; `index` writes the same one again, and leaves foreign files alone.
    @Test func indexOfAllNights() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        for epoch in ["1700000000", "1700086400"] {
            var program = scratch.program
            program.environment["SOURCE_DATE_EPOCH"] = epoch
            #expect(try program.run(["run", "study.yaml"]).code == 0)
        }
        let page = try scratch.read("Reports/index.html")
        #expect(page.contains("2 runs") || page.contains("2\u{00A0}runs"))
        #expect(page.components(separatedBy: "<article class=\"card\">").count == 2)
        #expect(page.contains("href=\"small/2023-11-15T221320Z/index.html\""))
        #expect(try scratch.program.run(["index"]).code == 0)
        #expect(try scratch.read("Reports/index.html") == page)
        try scratch.write("<html>mine</html>", to: "Reports/index.html")
        let refused = try scratch.program.run(["index"])
        #expect(refused.code == 73 && refused.err.contains("left alone"))
        #expect(try scratch.read("Reports/index.html") == "<html>mine</html>")
        #expect(try scratch.program.run(["index", "--out", "nights.html"]).code == 0)
        #expect(try scratch.read("nights.html") == page)
    }

    /// Every number of a real run's pages is in its files.
    @Test func everyNumberOfARealRunIsInAFile() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        var files: [String: String] = [:]
        for name in scratch.files() where name.hasPrefix("run/") && (name.hasSuffix(".csv") || name.hasSuffix(".html"))
        {
            files[String(name.dropFirst(4))] = try scratch.read(name)
        }
        let numbers = PageNumbers(files: files)
        let pages: [(page: String, scope: PageNumbers.Scope, fewest: Int)] = [
            ("reports/two-long.html", PageNumbers.Scope(asset: "TWO", side: "long"), 150),
            ("reports/two-short.html", PageNumbers.Scope(asset: "TWO", side: "short"), 150),
            ("index.html", PageNumbers.Scope(), 20),
        ]
        for (page, scope, fewest) in pages {
            let entries = numbers.entries(in: files[page]!, scope: scope)
            let faults = entries.filter { !$0.isFound }.map(\.description)
            #expect(entries.count > fewest && entries.contains { $0.description.contains("30") }, "\(page)")
            #expect(faults.isEmpty, "\(faults.count): \(Array(Set(faults)).sorted().prefix(20))")
        }
    }
}
