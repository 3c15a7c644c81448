import Foundation
import TestSupport
import Testing

/// What saves a user a detour: a sweep as a study, one entry by its time, a run's folder in place of its study.
@Suite struct ConvenienceTests {
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        return scratch
    }

    private let sweep = ["sweep", "prices.csv", "--leverage", "1:3,50", "--horizon", "4h,1d", "--fee", "0.001"]

    /// Through a shell, so that standard input is a pipe.
    private func shell(_ script: String, in scratch: Scratch) throws -> Int32 {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script.replacingOccurrences(of: "belowzero ", with: "'\(Program.path)' ")]
        shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        shell.environment = ProcessInfo.processInfo.environment.merging([
            "BELOWZERO_CACHE": scratch.path + "/.cache", "SOURCE_DATE_EPOCH": "1700000000",
        ]) { $1 }
        try shell.run()
        shell.waitUntilExit()
        return shell.terminationStatus
    }

    /// The template of a study names every section that there is, as the printed schema knows them, and is a study.
    @Test func theTemplateHasEverySectionOfTheSchema() throws {
        let scratch = try Scratch()
        let program = scratch.program
        let printed = try program.run(["init", "--schema"])
        #expect(printed.code == 0 && printed.err.isEmpty, "\(printed.err)")
        #expect(
            printed.out
                == (try String(contentsOfFile: packageRoot + "/Data/Studies/study.schema.json", encoding: .utf8)))
        let schema = try JSONSerialization.jsonObject(with: Data(printed.out.utf8)) as? [String: Any]
        let sections = try #require(schema?["properties"] as? [String: Any]).keys
        #expect(try program.run(["init", "new.yaml"]).code == 0)
        let template = try scratch.read("new.yaml")
        for section in sections { #expect(template.contains("\(section):"), "\(section)") }
        // What is commented out is of use once the marks are taken away.
        let marks = [
            "# behaviours:", "# baskets:", "# ledger:", "# resample:", "# custody:", "# tax:", "# job:", "# retention:",
            "# archive:", "# metrics_file:",
        ]
        let whole = marks.reduce(template) { $0.replacing("\n\($1)", with: "\n\($1.dropFirst(2))") }
        try scratch.write(whole, to: "whole.yaml")
        let read = try program.run(["run", "whole.yaml", "--print-study"])
        #expect(read.code == 0 && read.out.contains("behaviours:") && read.out.contains("baskets:"), "\(read.err)")
    }

    /// Everything but the manifest, which holds the command and the clock, and its line in each page's footer.
    @Test func aPrintedSweepRunsToTheSameBytes() throws {
        let scratch = try folder()
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1700000000"
        let printed = try program.run(sweep + ["--print-study"])
        #expect(printed.code == 0 && printed.err.isEmpty, "\(printed.err)")
        try scratch.write(printed.out, to: "mine.yaml")
        #expect(try program.run(sweep + ["--out", "swept"]).code == 0)
        #expect(try program.run(["run", "mine.yaml", "--out", "ran"]).code == 0)
        let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path + "/swept").filter {
            $0.contains(".") && $0 != "run.json"
        }
        #expect(files.count > 20 && files.contains("results.csv") && files.contains("summary.json"))
        for file in files {
            // Method and footer repeat the command that made the page.
            func body(_ text: String) -> String {
                String(text[..<(text.range(of: "<footer")?.lowerBound ?? text.endIndex)])
                    .replacing(/<code id="command">belowzero [^<]*<\/code>/, with: "")
            }
            func bytes(_ folder: String) -> Data {
                let bytes = FileManager.default.contents(atPath: "\(scratch.path)/\(folder)/\(file)") ?? Data()
                return String(data: bytes, encoding: .utf8).map { Data(body($0).utf8) } ?? bytes
            }
            #expect(bytes("swept") == bytes("ran"), "\(file)")
        }
    }

    @Test func aStudyIsReadFromStandardInput() throws {
        let scratch = try folder()
        let code = try shell(
            "belowzero run - --out - < study.yaml > piped.csv && belowzero run study.yaml --out - > read.csv",
            in: scratch)
        #expect(code == 0)
        let (piped, read) = (try scratch.read("piped.csv"), try scratch.read("read.csv"))
        #expect(piped == read && piped.hasPrefix("run_id"))
        // Its files are relative to the working directory, and so are those of what was printed elsewhere.
        try scratch.write(smallStudy(path: "../prices.csv"), to: "deep/study.yaml")
        #expect(
            try shell("belowzero run deep/study.yaml --print-study | belowzero run - --out - > deep.csv", in: scratch)
                == 0)
        func figures(_ csv: String) -> [[String: String]] { rows(csv).map { $0.filter { $0.key != "run_id" } } }
        #expect(figures(try scratch.read("deep.csv")) == figures(read))
        let bad = try shell("echo 'version: 9' | belowzero run - 2> err.txt", in: scratch)
        let complaint = try scratch.read("err.txt")
        #expect(bad == 78 && complaint.contains("standard input, line 1"), "\(complaint)")
    }

    /// Every default, every setting without a part in results, paths as they lie from here.
    @Test func aPrintedStudyLeavesNothingToBeLookedUp() throws {
        let scratch = try folder()
        try scratch.write(
            smallStudy(path: "../prices.csv")
                + "\nmetrics_file: out/night.prom\non_breach: {command: [./alert.sh, x]}\n",
            to: "deep/study.yaml")
        let printed = try scratch.program.run(["run", "deep/study.yaml", "--print-study"]).out
        for line in [
            "path: [\"deep/../prices.csv\"]", "kind: auto", "numbers: \"auto\"", "contract: [linear]", "max_gap: auto",
            "confidence: 0.95", "resamples: 2000", "borrow: {rate: 0, margin_level: 1}", "fill: auto", "timeout: 30s",
            "command: [\"deep/./alert.sh\", \"x\"]", "metrics_file: \"deep/out/night.prom\"", "#   retention: none",
            "#   limits: none", "bad_ticks: keep", "headline: the cell",
        ] { #expect(printed.contains(line), "\(line) in \(printed)") }
        try scratch.write(printed, to: "again.yaml")
        let again = try scratch.program.run(["run", "again.yaml", "--print-study"])
        #expect(again.code == 0 && again.out == printed, "\(again.err)")
    }

    @Test func anEntryIsNamedByItsTime() throws {
        let scratch = try folder()
        // The file begins at 2023-11-14T22:13:20Z; a 10x long entered an hour before the fall.
        let found = try scratch.program.run([
            "explain", "study.yaml", "--entry", "2023-11-23T05:13:20Z", "--json",
        ])
        #expect(found.code == 0, "\(found.err)")
        let json = try #require(JSONSerialization.jsonObject(with: Data(found.out.utf8)) as? [String: Any])
        #expect(json["entry_utc"] as? String == "2023-11-23T05:13:20Z")
        let epoch = try scratch.program.run(["explain", "study.yaml", "--entry", "1700716400000", "--json"])
        #expect(epoch.out == found.out)
        let between = try scratch.program.run(["explain", "study.yaml", "--entry", "2023-11-23T05:30Z"])
        #expect(
            between.code == 64 && between.err.contains("no bar opens at 2023-11-23T05:30Z")
                && between.err.contains("--entry 2023-11-23T05:13:20Z"), "\(between.err)")
        // The last day holds no whole window of a day.
        let late = try scratch.program.run(["explain", "study.yaml", "--entry", "2023-12-01T12:13:20Z"])
        #expect(
            late.code == 64 && late.err.contains("is cut by a gap or by the end")
                && late.err.contains("--entry 2023-"), "\(late.err)")
        let unread = try scratch.program.run(["explain", "study.yaml", "--entry", "soon"])
        #expect(unread.code == 64 && unread.err.contains("cannot read --entry 'soon'"))
    }

    @Test func aSweepIsTakenApartByItsFolder() throws {
        let scratch = try folder()
        let swept = try scratch.program.run(sweep + ["--out", "swept"])
        #expect(swept.out.contains("or: belowzero explain swept "), "\(swept.out)")
        let cell = ["--side", "long", "--leverage", "50", "--horizon", "1d", "--json"]
        let byFolder = try scratch.program.run(["explain", "swept"] + cell)
        #expect(byFolder.code == 0, "\(byFolder.err)")
        try scratch.write(try scratch.program.run(sweep + ["--print-study"]).out, to: "mine.yaml")
        #expect(try scratch.program.run(["explain", "mine.yaml"] + cell).out == byFolder.out)
        // Other bytes under the same name are another history.
        try scratch.write(samplePrices + "1701440000,80,81,79,80,10\n", to: "prices.csv")
        let changed = try scratch.program.run(["explain", "swept"] + cell)
        #expect(changed.code == 65 && changed.err.contains("prices.csv is not what the run read"), "\(changed.err)")
        let nothing = try scratch.program.run(["explain", "."])
        #expect(nothing.code == 66 && nothing.err.contains("run.json"))
    }

    @Test func aRunIsTakenApartByItsFolder() throws {
        let scratch = try folder()
        try scratch.write(smallStudy(path: "../prices.csv"), to: "deep/study.yaml")
        #expect(try scratch.program.run(["run", "deep/study.yaml", "--out", "run"]).code == 0)
        let (byFolder, byStudy) = (
            try scratch.program.run(["explain", "run", "--json"]),
            try scratch.program.run(["explain", "deep/study.yaml", "--json"])
        )
        #expect(byFolder.code == 0 && byFolder.out == byStudy.out, "\(byFolder.err)")
    }

    @Test func theHistoryNamesFolderAndId() throws {
        let scratch = try folder()
        #expect(try scratch.program.run(["run", "study.yaml"]).code == 0)
        let manifest = try #require(scratch.files().first { $0.hasSuffix("Z/run.json") })
        let run = try #require(
            JSONSerialization.jsonObject(with: Data(try scratch.read(manifest).utf8)) as? [String: Any])
        let (folder, id) = (String(manifest.dropLast("/run.json".count)), try #require(run["run_id"] as? String))
        for columns in ["80", "200"] {
            var program = scratch.program
            program.environment["COLUMNS"] = columns
            let table = try program.run(["history"]).out
            // On a narrow screen the name comes first: what is too long is cut at its end.
            let place = columns == "200" ? "\(folder)  \(id)" : "\(id)  \(folder)"
            #expect(table.contains(place), "\(table)")
            #expect(table.contains("folder") == (columns == "200"))
        }
        let json = try scratch.program.run(["history", "--json"]).out
        #expect(json.contains("\"run_id\":\"\(id)\"") && json.contains(String(folder.split(separator: "/").last!)))
    }

    @Test func aCheckedFolderIsCounted() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "all/a.csv")
        try scratch.write("time,price\nx,y\n", to: "all/b.csv")
        let check = try scratch.program.run(["check", "all"])
        #expect(check.code == 65 && check.out.hasSuffix("1 of 2 files is readable, 1 is not\n"), "\(check.out)")
        let one = try scratch.program.run(["check", "all/a.csv"])
        #expect(!one.out.contains("1 of 1 files"))
        let json = try scratch.program.run(["check", "all", "--json"]).out.split(separator: "\n")
        #expect(json.count == 2 && json.allSatisfy { $0.hasPrefix("{") && $0.contains("\"path\"") })
    }
}
