import Foundation
import TestSupport
import Testing

/// What a newcomer does wrong, and the text that helps.
@Suite struct MisleadingErrorTests {
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        return scratch
    }

    @Test func whatStandsInAStudysPlaceIsNamed() throws {
        let scratch = try folder()
        try scratch.write(smallStudy(), to: "studies/night.yaml")
        try scratch.write("", to: "empty.yaml")
        try scratch.write("# version: 1\n", to: "comments.yaml")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/loop.yaml", withDestinationPath: "loop.yaml")
        let cases: [(file: String, code: Int32, words: [String])] = [
            ("studies", 66, ["it is a folder", "name a file in it: studies/night.yaml"]),
            ("loop.yaml", 66, ["symbolic links", "the links lead in a circle"]),
            ("nowhere.yaml", 66, ["No such file or directory", "check the path"]),
            ("empty.yaml", 78, ["the file is empty", "belowzero init"]),
            ("comments.yaml", 78, ["comments alone", "take the # away"]),
        ]
        for (file, code, words) in cases {
            let run = try scratch.program.run(["run", file, "--no-store", "--log-format", "plain"])
            #expect(run.code == code, "\(file): \(run.err)")
            for word in words { #expect(run.err.contains(word), "\(file): \(run.err)") }
        }
    }

    /// A file in the place of another kind leads to the command that takes it.
    @Test func theOtherCommandIsNamed() throws {
        let scratch = try folder()
        let cases: [(words: [String], code: Int32, help: String)] = [
            (["run", "prices.csv", "--no-store"], 78, "belowzero sweep prices.csv"),
            (["sweep", "study.yaml"], 64, "run it with: belowzero run study.yaml"),
            (["backtest", "prices.csv", "study.yaml", "--horizon", "4h"], 64, "belowzero run study.yaml"),
            (["sweep", "https://data.example/BTCUSDT.csv"], 66, "'belowzero fetch'"),
            (["check", "https://data.example/BTCUSDT.csv"], 66, "'belowzero fetch'"),
        ]
        for (words, code, help) in cases {
            let isRun = words[0] == "run" || words[0] == "sweep"
            let run = try scratch.program.run(words + (isRun ? ["--log-format", "plain"] : []))
            #expect(run.code == code && run.err.contains(help), "\(words): \(run.code) \(run.err)\(run.out)")
        }
    }

    /// More simulated bars than are made: the question is too large, and no data is bad.
    @Test func tooManyFuturesAreAQuestionsFault() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["resample", "prices.csv", "--leverage", "2", "--length", "36500d"])
        #expect(run.code == 78 && run.err.contains("are more than 200000000 bars"), "\(run.code) \(run.err)")
        #expect(run.err.contains("ask for fewer paths, or for shorter futures"), "\(run.err)")
    }

    @Test func aStudyIsCheckedAlone() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["check", "study.yaml", "prices.csv"])
        #expect(run.code == 64 && run.err.contains("a study is checked alone"), "\(run.err)")
        #expect(run.err.contains("belowzero check study.yaml, and the others with: belowzero check prices.csv"))
    }

    /// A file in the folder's place, a loop and a missing folder answer as a folder without rights does.
    @Test(arguments: [
        ("prices.csv/*.csv", "the folder prices.csv cannot be read: Not a directory"),
        ("loop/*.csv", "the folder loop cannot be read: Too many levels of symbolic links"),
        ("none/*.csv", "the folder none cannot be read: No such file or directory"),
        ("\"*.txt\"", "no file matches *.txt"),
    ])
    func aPatternSaysWhichFolderItCouldNotRead(_ pattern: String, _ words: String) throws {
        let scratch = try folder()
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/loop", withDestinationPath: "loop")
        try scratch.write(smallStudy(path: pattern), to: "s.yaml")
        for command in [["run", "s.yaml", "--no-store", "--log-format", "plain"], ["check", "s.yaml"]] {
            let run = try scratch.program.run(command)
            #expect(run.code == 66 && run.err.contains(words), "\(command): \(run.err)")
        }
    }

    @Test func negativeNumbersAreValuesOfOptions() throws {
        let scratch = try folder()
        let sweep = [
            "sweep", "prices.csv", "--leverage", "2", "--horizon", "4h", "--out", "-", "--log-format", "plain",
        ]
        let rebate = try scratch.program.run(sweep + ["--fee", "-0.01"])
        #expect(rebate.code == 0 && rows(rebate.out).count == 2, "\(rebate.err)")
        let wide = try scratch.program.run(sweep + ["--fee", "-0.2"])
        #expect(wide.code == 64 && wide.err.contains("--fee must be -0.1 to 0.1"), "\(wide.err)")
        let none = try scratch.program.run(sweep + ["--notional", "-5"])
        #expect(none.code == 64 && none.err.contains("--notional must be above 0"), "\(none.err)")
    }

    /// A sweep takes what its study takes: what it prints is read again, and what would not be is refused before anything is computed.
    @Test(arguments: [
        ("--notional", ["1e-06", "1e15"], ["1e-07", "1e16", "inf", "nan"]),
        ("--stride", ["1", "1000000000"], ["0", "1000000001"]),
        ("--slippage", ["0", "0.99"], ["-0.1", "0.995", "1"]),
        ("--fee", ["-0.1", "10%"], ["-0.11", "5", "10.5%"]), ("--liquidation-fee", ["0", "0.1"], ["0.2", "nan"]),
        ("--borrow-rate", ["0", "1000%"], ["-0.1", "11"]), ("--margin-level", ["1", "10"], ["0.9", "11"]),
        ("--kappa", ["0", "100"], ["-1", "200"]), ("--overshoot", ["0", "20"], ["-1", "21"]),
        ("--delay", ["1s", "1d"], ["2d"]),
        ("--resamples", ["0", "100", "100000"], ["99", "100001"]),
    ])
    func aSweepTakesWhatItsStudyTakes(option: String, good: [String], bad: [String]) throws {
        let scratch = try folder()
        let sweep = [
            "sweep", "prices.csv", "--leverage", "2", "--horizon", "4h", "--log-format", "plain", "--print-study",
        ]
        for value in good {
            let printed = try scratch.program.run(sweep + [option, value])
            #expect(printed.code == 0, "\(option) \(value): \(printed.err)")
            try scratch.write(printed.out, to: "printed.yaml")
            let again = try scratch.program.run(["run", "printed.yaml", "--print-study"])
            #expect(again.code == 0, "\(option) \(value): \(again.err)")
        }
        for value in bad {
            let refused = try scratch.program.run(sweep + [option, value])
            #expect(
                refused.code == 64 && refused.err.contains("\(option) must be"), "\(option) \(value): \(refused.err)")
        }
    }

    @Test(
        "A mistyped name is asked for, wherever it stands",
        arguments: [
            ("ledger study.yaml --platform binance", 64, "did you mean 'binance-coinm' or 'binance-usdm'?"),
            ("scenario shock --size -30% --platform binance", 64, "did you mean 'binance-coinm' or 'binance-usdm'?"),
            ("ledger study.yaml --population bitmex-2018", 64, "did you mean 'bitmex-2019'?"),
            ("venues kraken-uk", 64, "did you mean 'kraken-us'?"),
            ("explain study.yaml --side lnog", 64, "did you mean 'long'?"),
            ("explain study.yaml --contract inversed", 64, "did you mean 'inverse'?"),
            ("sweep prices.csv --side shrt", 64, "did you mean 'short'?"),
            ("sweep prices.csv --contract liner", 64, "did you mean 'linear'?"),
            ("sweep prices.csv --columns tiem=0,price=1", 64, "did you mean 'time'?"),
            ("sweep prices.csv --policy bad_ticks=drp", 64, "did you mean 'drop'?"),
            ("fetch BTCUSDT --kind kline --from 2023-01 --to 2023-01", 64, "did you mean 'klines'?"),
            ("run stduy.yaml --no-store", 66, "did you mean 'study.yaml'?"),
            ("run sub/study --no-store", 66, "did you mean 'sub/study.yaml'?"),
        ])
    func namesAreAskedFor(command: String, code: Int32, question: String) throws {
        let scratch = try folder()
        try scratch.write(smallStudy(), to: "sub/study.yaml")
        let refused = try scratch.program.run(command.split(separator: " ").map(String.init))
        #expect(refused.code == code && refused.err.contains(question), "\(refused.code) \(refused.err)")
    }

    @Test func aMistypedStudyOfTheHistoryIsAskedFor() throws {
        let scratch = try folder()
        #expect(try scratch.program.run(["run", "study.yaml", "-q"]).code == 0)
        let near = try scratch.program.run(["history", "--study", "smal"])
        #expect(near.code == 0 && (near.out + near.err).contains("No runs of smal; did you mean 'small'?"))
        let known = try scratch.program.run(["history", "--study", "small", "--since", "2999-01-01"])
        #expect(known.code == 0 && (known.out + known.err).contains("No runs of small since then\n"))
    }

    @Test func unknownPartsOfACellAreNamed() throws {
        let scratch = try folder()
        let asset = try scratch.program.run(["explain", "study.yaml", "--asset", "TOW"])
        #expect(asset.code == 64 && asset.err.contains("the study has no asset 'TOW'"), "\(asset.err)")
        #expect(asset.err.contains("did you mean 'TWO'? it has TWO"))
        let long = try scratch.program.run(
            ["sweep", "prices.csv", "--leverage", "2", "--horizon", "100000d", "--log-format", "plain"])
        #expect(long.code == 64 && long.err.contains("at most 36525d, which is 100 years"), "\(long.err)")
    }

    @Test func aDecimalOfARangeCanBeExplained() throws {
        let scratch = try folder()
        let study = smallStudy().replacing("leverage: [1, 10, 50]", with: "leverage: {from: 1, to: 3, step: 0.1}")
        try scratch.write(study.replacing("leverage: 10,", with: "leverage: 1.7,"), to: "d.yaml")
        let run = try scratch.program.run(["explain", "d.yaml", "--leverage", "1.7", "--side", "short"])
        #expect(run.code == 0 && run.out.contains("1.7x"), "\(run.err)")
    }

    /// A file's name and what a file holds reach the tables as texts that no spreadsheet runs.
    @Test func noTableRunsWhatAFileSays() throws {
        let scratch = try folder()
        let bad = "=cmd|' /C calc'!A0"
        let lines = samplePrices.split(separator: "\n").map(String.init)
        let damaged = lines[..<50] + ["1700173000,\(bad),+1+1,@x,-A1,1"] + lines[50...]
        try scratch.write(damaged.joined(separator: "\n") + "\n", to: "=prices.csv")
        try scratch.write(smallStudy(path: "\"=prices.csv\""), to: "s.yaml")
        let run = try scratch.program.run(["run", "s.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 0, "\(run.err)")
        #expect(try scratch.read("run/inputs.csv").contains(",'=prices.csv,"))
        #expect(try scratch.read("run/data_quality.csv").contains("'=cmd|' /C calc'!A0"))
        for name in scratch.files() where name.hasPrefix("run/") && name.hasSuffix(".csv") {
            for row in rows(try scratch.read(name)) {
                for field in row.values where Double(field) == nil {
                    #expect(
                        !field.hasPrefix("=") && !field.hasPrefix("+") && !field.hasPrefix("@"), "\(name): \(field)")
                }
            }
        }
        let sweep = try scratch.program.run(
            ["sweep", "=prices.csv", "--leverage", "2", "--horizon", "4h", "--resamples", "0", "--out", "-"])
        #expect(sweep.code == 0 && rows(sweep.out).first?["asset"] == "_=prices", "\(sweep.err)")
    }
}

/// What a run says, where a reader would look for it.
@Suite struct RunWordsTests {
    @Test func findingsOfAMarkFileNameIt() throws {
        let scratch = try Scratch()
        let lines = samplePrices.split(separator: "\n").map(String.init)
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write((lines[..<100] + lines[130...]).joined(separator: "\n") + "\n", to: "marks.csv")
        try scratch.write(
            smallStudy().replacing("path: prices.csv", with: "path: prices.csv, mark: {path: marks.csv}"), to: "s.yaml")
        let run = try scratch.program.run(
            ["run", "s.yaml", "--out", "run", "--no-store", "--log-format", "plain"])
        #expect(run.err.contains("warning: TWO: mark prices marks.csv: 30 bars of 1h missing"), "\(run.err)")
        let quality = rows(try scratch.read("run/data_quality.csv")).filter { $0["check"]?.hasPrefix("mark_") == true }
        #expect(quality.count > 3 && quality.allSatisfy { $0["file"] == "marks.csv" }, "\(quality)")
    }

    /// A study whose mark prices are so many times the traded ones.
    private func marked(_ factor: Double) throws -> Scratch {
        let scratch = try Scratch()
        let lines = samplePrices.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
        let marks = lines.map { fields in
            fields.enumerated().map { place, text in
                (1...4).contains(place) ? Double(text).map { "\($0 * factor)" } ?? text : text
            }.joined(separator: ",")
        }
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(marks.joined(separator: "\n") + "\n", to: "marks.csv")
        try scratch.write(
            smallStudy().replacing("path: prices.csv", with: "path: prices.csv, mark: {path: marks.csv}"), to: "s.yaml")
        return scratch
    }

    private let distance = "the median distance from the traded closes of 400 common bars"

    /// Mark prices at other hours or of a market nearby would close positions that nothing closes.
    @Test(arguments: [(1.9, true), (0.95, true), (1.02, false)])
    func marksFarFromTheTradedPricesAreTold(_ factor: Double, _ isTold: Bool) throws {
        let program = try marked(factor)
        let run = try program.program.run(["run", "s.yaml", "--out", "run", "--no-store", "--log-format", "plain"])
        #expect(run.err.contains("warning: TWO: mark prices marks.csv: \(distance)") == isTold, "\(run.err)")
        #expect(run.err.contains("times the traded one") == isTold)
        let check = try program.program.run(["check", "s.yaml"])
        #expect(check.code == 0 && check.out.contains("WARN mark_level: ") == isTold, "\(check.out)\(check.err)")
    }

    /// Those of another market or in another unit are no mark prices.
    @Test(arguments: [(2.5, "is 150 %, and the median mark price is 2.5 times"), (0.001, "is 99900 %")])
    func marksOfAnotherMarketAreRefused(_ factor: Double, _ words: String) throws {
        let scratch = try marked(factor)
        for command in [["run", "s.yaml", "--out", "run", "--no-store"], ["check", "s.yaml"]] {
            let ended = try scratch.program.run(command)
            #expect(ended.code == 65, "\(command) \(ended)")
            let said = ended.err + ended.out
            #expect(said.contains("mark prices are of another market or in another unit"), "\(said)")
            #expect(said.contains("\(distance) \(words)") && said.contains("leave 'mark' out"), "\(said)")
        }
        #expect(!scratch.files().contains { $0.contains("results.csv") })
    }

    @Test func theHeadlineStandsAgainAtTheEndOfALongText() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy().replacing("[1, 10, 50]", with: "1:50"), to: "many.yaml")
        try scratch.write(smallStudy(), to: "few.yaml")
        let many = try scratch.program.run(["run", "many.yaml", "--out", "many", "--no-store"])
        let lines = many.out.split(separator: "\n").map(String.init)
        #expect(lines.last?.hasPrefix("At 10×, a TWO long held for up to 1 day") == true, "\(many.out)")
        #expect(many.out.contains("Shown: 12 of 50 leverages"))
        let few = try scratch.program.run(["run", "few.yaml", "--out", "few", "--no-store"])
        #expect(few.out.split(separator: "\n").count { $0.hasPrefix("At 10×") } == 1)
    }
}
