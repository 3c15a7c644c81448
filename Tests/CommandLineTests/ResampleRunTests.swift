import Foundation
import TestSupport
import Testing

/// Simulated futures and side calculations through the program.
@Suite struct ResampleRunTests {
    private static let sections = """
        resample: {method: block, paths: 200, block: 12h, length: [1d, 30d], seed: 5}
        custody: {hazard: 1%, keys: 0.5%, recovery: 30%, source: our own guess}
        tax: {loss: 25000, gains: 4000, income_rate: 24%, gains_rate: 15%}
        """

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: ResampleRunTests.sections), to: "study.yaml")
        return scratch
    }

    /// Rows without the column of the run.
    private func body(_ text: String, isRun: Bool) -> [String] {
        text.split(separator: "\n").map { line in
            isRun ? String(line.drop { $0 != "," }.dropFirst()) : String(line)
        }
    }

    @Test func aRunAndTheCommandSayTheSame() throws {
        let scratch = try scratch()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store", "--threads", "2"])
        try #require(run.code == 0, "\(run.err)")
        let own = try scratch.program.run(["resample", "study.yaml", "--out", "-"])
        try #require(own.code == 0, "\(own.err)")
        #expect(body(try scratch.read("run/simulated.csv"), isRun: true) == body(own.out, isRun: false))
        #expect(own.out.split(separator: "\n").count == 1 + 3 * 2 * 2)
        let page = try scratch.read("run/index.html")
        #expect(page.contains("id=\"simulated\"") && page.contains("Simulated, not seen"))
        // What is kept writes the same pages again.
        let again = try scratch.program.run(["report", "run", "--out", "again"])
        #expect(again.code == 0, "\(again.err)")
        for file in ["simulated.csv", "custody.csv", "tax.csv", "answers.csv", "index.html"] {
            #expect(try scratch.read("again/" + file) == scratch.read("run/" + file), "\(file)")
        }
    }

    @Test func sideCalculationsAreThoseOfTheirCommands() throws {
        let scratch = try scratch()
        try #require(try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"]).code == 0)
        let custody = try scratch.read("run/custody.csv").split(separator: "\n")
        // The example of the documentation: 7.226 % that either happens, 5.781 % expected.
        let platform = custody[1].split(separator: ",", omittingEmptySubsequences: false)
        #expect(
            platform[1] == "platform" && platform[4].hasPrefix("0.07225") && platform[6].hasPrefix("0.0578"),
            "\(custody[1])")
        // The part of the capital that is gone, by hand: nothing recovered below a half, so that either has its plain form.
        let table = csvTable(try scratch.read("run/custody.csv"))
        let beyond = table.filter { $0["holding"]?.hasSuffix("_beyond") == true }
        #expect(beyond.map { $0["holding"] ?? "" }.prefix(2) == ["spot_beyond", "spot_cold_beyond"])
        #expect(beyond.count { $0["holding"] == "position_beyond" } == 3)
        for row in beyond {
            let (price, custody) = (Double(row["price_more_frac"]!)!, Double(row["custody_more_frac"]!)!)
            let (either, expected) = (Double(row["either_more_frac"]!)!, 1 - (1 - price) * (1 - custody))
            #expect(abs(either - expected) < 1e-12, "\(row)")
            #expect(row["more_than_frac"] == "0.5" && Int(row["entries_count"]!)! > 0)
        }
        let tax = try scratch.read("run/tax.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(tax.count == 5)
        #expect(tax.dropFirst().compactMap { Double($0[4]) } == [18_000, 11_000, 4000, 0])
        #expect(tax.dropFirst().compactMap { Double($0[5]) } == [1320, 1320, 1320, 600])
    }

    /// By hand: losses of a tenth of the capital, at 1 % and 0.5 % a year with 30 % given back, and at 0.5 % a year.
    @Test func aPartOfTheCapitalIsHeldAgainstTheSamePart() throws {
        let scratch = try scratch()
        let part = ResampleRunTests.sections.replacing("keys: 0.5%,", with: "keys: 0.5%, share: 10%,")
        try scratch.write(smallStudy(limit: part), to: "study.yaml")
        try #require(try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"]).code == 0)
        let losses = csvTable(try scratch.read("run/custody.csv")).prefix(2).map { Double($0["expected_loss_frac"]!)! }
        let wanted = [-0.1 * expm1(-0.075) * (1 * 0.7 + 0.5) / 1.5, -0.1 * expm1(-0.025)]
        #expect(zip(losses, wanted).allSatisfy { abs($0 - $1) < 1e-12 }, "\(losses), \(wanted)")
    }

    @Test func seedsAndThreadsAndMethods() throws {
        let scratch = try scratch()
        func out(_ words: String...) throws -> String {
            let result = try scratch.program.run(
                ["resample", "prices.csv", "--length", "2d", "--leverage", "5,20", "--paths", "150", "--json"] + words)
            try #require(result.code == 0, "\(result.err)")
            return result.out
        }
        let first = try out("--seed", "3")
        #expect(try out("--seed", "3") == first)
        #expect(try out("--seed", "4") != first)
        #expect(first.split(separator: "\n").count == 4 && first.contains("\"is_simulated\":true"))
        #expect(try out("--method", "filtered").contains("\"volatility_law\":\"ewma\""))
        let text = try scratch.program.run([
            "resample", "prices.csv", "--length", "2d", "--leverage", "5", "--paths", "100",
        ])
        #expect(text.code == 0 && text.out.contains("Simulated: 100 futures"))
    }

    /// What is asked for and cannot be had is said, and is no success: as where a limit or the headline has no value.
    @Test func aHistoryWithoutFuturesIsPartial() throws {
        let scratch = try scratch()
        let short = samplePrices.split(separator: "\n").prefix(12).joined(separator: "\n") + "\n"
        try scratch.write(short, to: "short.csv")
        let study = smallStudy(limit: "resample: {paths: 100, length: 1d}")
        try scratch.write(
            study.replacing("path: prices.csv}", with: "path: prices.csv}, {asset: SHORT, path: short.csv}"),
            to: "two.yaml")
        let run = try scratch.program.run(["run", "two.yaml", "--out", "two", "--no-store"])
        #expect(run.code == 4 && run.err.contains("fewer than 20 bars follow another"), "\(run.code) \(run.err)")
        #expect(try scratch.read("two/summary.json").contains("\"partial\""))
        let own = try scratch.program.run(["resample", "two.yaml"])
        #expect(own.code == 4, "\(own.code) \(own.err)")
    }

    @Test func lengthsBelowABarAndBlocksAreSaid() throws {
        let scratch = try scratch()
        let result = try scratch.program.run([
            "resample", "prices.csv", "--length", "1m,2d", "--block", "1s", "--leverage", "5", "--paths", "100",
        ])
        #expect(result.code == 0 && result.out.contains("shorter than a bar"), "\(result.out)")
        #expect(result.out.contains("blocks of 1h (asked for: 1s; a bar at least"), "\(result.out)")
        let json = try scratch.program.run([
            "resample", "prices.csv", "--length", "1m", "--leverage", "5", "--paths", "100", "--json",
        ])
        #expect(json.out.contains("\"status\":\"shorter_than_bar\""))
    }

    @Test func custodyIsJoinedWithThePriceOfFiles() throws {
        let scratch = try scratch()
        let presets = try scratch.program.run(["custody", "--presets"])
        #expect(presets.code == 0 && presets.out.contains("exchanges-2015: hazard 7.917 % a year, recovery 54.55 %"))
        let result = try scratch.program.run([
            "custody", "--years", "0.01", "--preset", "exchanges-2015,lost-keys-2017", "--prices", "prices.csv",
            "--leverage", "2,20", "--json",
        ])
        try #require(result.code == 0, "\(result.err)")
        let lines = result.out.split(separator: "\n")
        #expect(lines.count == 1 + 2 + 2 && lines[0].contains("loss_probability_frac"))
        for (line, holding) in zip(lines.dropFirst(), ["spot", "spot_cold", "position", "position"]) {
            #expect(line.contains("\"holding\":\"\(holding)\""), "\(line)")
        }
        let text = try scratch.program.run(["custody", "--years", "0.01", "--hazard", "5%", "--prices", "prices.csv"])
        #expect(
            text.code == 0 && text.out.contains("More than 50 % of the capital gone after 0.01 years"), "\(text.out)")
        for (words, said) in [
            (["--years", "5"], "--hazard is missing"), (["--hazard", "1%"], "--years is missing"),
            (["--years", "5", "--preset", "exchange"], "there are exchanges-2013"),
            (["--years", "5", "--hazard", "1%", "--more-than", "100%"], "--more-than"),
            (["--years", "5", "--hazard", "1%", "--prices", "prices.csv"], "whole window"),
        ] {
            let wrong = try scratch.program.run(["custody"] + words)
            #expect(wrong.code != 0 && wrong.err.contains(said), "\(words): \(wrong.code) \(wrong.err)")
        }
    }

    @Test func mistakesAreNamed() throws {
        let scratch = try scratch()
        for (words, said) in [
            (["--paths", "5"], "100"), (["--method", "dream"], "stationary"), (["--block", "soon"], "--block"),
            (["--length", "soon"], "--length"),
        ] {
            let result = try scratch.program.run(["resample", "prices.csv"] + words)
            #expect(result.code == 64 && result.err.contains(said), "\(words): \(result.code) \(result.err)")
        }
        let many = try scratch.program.run(["resample", "prices.csv", "--length", "36500d", "--paths", "100000"])
        #expect(many.code == 78 && many.err.contains("more than"), "\(many.code) \(many.err)")
    }
}
