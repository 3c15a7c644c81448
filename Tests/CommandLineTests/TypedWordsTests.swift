import TestSupport
import Testing

@testable import BelowZeroCLI

/// What is typed behind options: values below zero, and parts in percent.
@Suite struct TypedWordsTests {
    @Test(arguments: [
        (["sweep", "a.csv", "--leverage", "-5"], ["sweep", "a.csv", "--leverage=-5"]),
        (["--block", "-1d", "--quiet"], ["--block=-1d", "--quiet"]),
        (["-l", "-.5", "-j", "2"], ["-l=-.5", "-j", "2"]),
        (["--size", "-20%"], ["--size=-20%"]), (["a.csv", "-1d"], ["a.csv", "-1d"]),
        (["--fee=0", "-1"], ["--fee=0", "-1"]), (["-", "-1"], ["-", "-1"]), (["--", "-1d"], ["--", "-1d"]),
        (["--out", "--", "--block", "-1d"], ["--out", "--", "--block", "-1d"]), (["--out", "-"], ["--out", "-"]),
        ([], []),
    ])
    func valuesBelowZeroStandWithTheirOptions(typed: [String], wanted: [String]) {
        #expect(withValuesBelowZero(typed) == wanted)
    }

    /// The message is of the value, not of an option that lacks one.
    @Test(arguments: [
        (
            ["resample", "prices.csv", "--block", "-1d"], "--block: expected a duration above zero, not '-1d'",
            "write it like 30s"
        ),
        (
            ["resample", "prices.csv", "--length", "-1d"], "--length: expected a duration above zero, not '-1d'",
            "write it like 30s"
        ),
        (["sweep", "prices.csv", "--leverage", "-5"], "cannot read leverage '-5'", "within 1 to 1000"),
        (["sweep", "prices.csv", "-l", "-5"], "cannot read leverage '-5'", "within 1 to 1000"),
        (["sweep", "prices.csv", "--horizon", "-1d"], "cannot read horizon '-1d'", "write 30m, 4h, 1d or 7d"),
        (["sweep", "prices.csv", "-j", "-1"], "--threads must be 1 to 1024", ""),
        (["sweep", "prices.csv", "--max-gap", "-1"], "--max-gap", "not '-1'"),
        (["synth", "--out", "p", "--bars", "-5"], "--bars must be 2 to 50000000", ""),
        (["sweep", "prices.csv", "--maintenance-rate", "-1"], "--maintenance-rate must be 0 to 1, and not 1", ""),
        (["sweep", "prices.csv", "--maintenance-rate", "100%"], "must be 0% to 100%, and not 100%", ""),
        (
            ["scenario", "shock", "--size", "-20%", "--maintenance-rate", "150%"],
            "--maintenance-rate must be 0% to 100%", ""
        ),
        (["sweep", "prices.csv", "--fee", "5 percent"], "'5 percent' is invalid for '--fee", ""),
    ])
    func whatIsWrongWithAValueIsSaid(arguments: [String], words: String, hint: String) throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let run = try scratch.program.run(arguments)
        let isHinted = hint.isEmpty || run.err.contains(hint)
        #expect(run.code == 64 && run.err.contains(words) && isHinted, "\(run.code) \(run.err)")
        #expect(!run.err.contains("Missing value"), "\(run.err)")
    }

    @Test(arguments: [
        ("0.5%", 0.005), ("0.005", 0.005), ("-0.02%", -0.0002), ("\u{2212}1 %", -0.01), ("100%", 1), ("5e-4", 0.0005),
    ])
    func partsAreFractionsOrPercent(text: String, value: Double) {
        #expect(TypedPart(argument: text)?.value == value)
    }

    @Test(arguments: ["", "%", "5%%", "five", "1,5", "5 percent"]) func otherTextIsNoPart(text: String) {
        #expect(TypedPart(argument: text) == nil)
    }

    /// The run says of itself what it would have said of the fractions.
    @Test func percentAndFractionsAreOneRun() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let grid = ["sweep", "prices.csv", "--leverage", "10", "--horizon", "1d", "--out", "-"]
        let options = ["--maintenance-rate", "--fee", "--liquidation-fee", "--slippage", "--borrow-rate"]
        let parts = [("0.5%", "0.005"), ("0.05%", "0.0005"), ("1%", "0.01"), ("0.1%", "0.001"), ("12%", "0.12")]
        let percent = try scratch.program.run(grid + zip(options, parts).flatMap { [$0, $1.0] })
        let fractions = try scratch.program.run(grid + zip(options, parts).flatMap { [$0, $1.1] })
        #expect(percent.code == 0 && percent.out == fractions.out, "\(percent.err)")
        #expect(percent.out != (try scratch.program.run(grid)).out)
    }
}
