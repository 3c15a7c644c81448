import Foundation
import TestSupport
import Testing

/// Simulated futures and side calculations through the program.
@Suite struct ResampleRunTests {
    private static let sections = """
        resample: {method: block, paths: 200, block: 12h, horizon: [1d, 30d], seed: 5}
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
        let tax = try scratch.read("run/tax.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(tax.count == 5)
        #expect(tax.dropFirst().compactMap { Double($0[4]) } == [18_000, 11_000, 4000, 0])
        #expect(tax.dropFirst().compactMap { Double($0[5]) } == [1320, 1320, 1320, 600])
    }

    @Test func seedsAndThreadsAndMethods() throws {
        let scratch = try scratch()
        func out(_ words: String...) throws -> String {
            let result = try scratch.program.run(
                ["resample", "prices.csv", "--horizon", "2d", "--leverage", "5,20", "--paths", "150", "--json"] + words)
            try #require(result.code == 0, "\(result.err)")
            return result.out
        }
        let first = try out("--seed", "3")
        #expect(try out("--seed", "3") == first)
        #expect(try out("--seed", "4") != first)
        #expect(first.split(separator: "\n").count == 4 && first.contains("\"is_simulated\":true"))
        #expect(try out("--method", "filtered").contains("\"volatility_law\":\"ewma\""))
        let text = try scratch.program.run([
            "resample", "prices.csv", "--horizon", "2d", "--leverage", "5", "--paths", "100",
        ])
        #expect(text.code == 0 && text.out.contains("Simulated: 100 futures"))
    }

    @Test func mistakesAreNamed() throws {
        let scratch = try scratch()
        for (words, said) in [
            (["--paths", "5"], "100"), (["--method", "dream"], "stationary"), (["--block", "soon"], "--block"),
            (["--horizon", "soon"], "horizon"),
        ] {
            let result = try scratch.program.run(["resample", "prices.csv"] + words)
            #expect(result.code == 64 && result.err.contains(said), "\(words): \(result.code) \(result.err)")
        }
        let many = try scratch.program.run(["resample", "prices.csv", "--horizon", "36500d", "--paths", "100000"])
        #expect(many.code == 65 && many.err.contains("more than"), "\(many.code) \(many.err)")
    }
}
