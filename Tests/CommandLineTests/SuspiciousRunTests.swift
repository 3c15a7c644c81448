import Foundation
import TestSupport
import Testing

/// What a run says about bars that may never have been traded.
@Suite struct SuspiciousRunTests {
    /// The sample with a print at a hundredth of the price at hour 100, which `clean` leaves out.
    private func prices(clean: Bool = false) -> String {
        samplePrices.split(separator: "\n").enumerated().map { line, text in
            guard line == 101, !clean else { return String(text) }
            let fields = text.split(separator: ",").map(String.init)
            return [fields[0], fields[1], fields[2], "1.02", fields[4], "0"].joined(separator: ",")
        }.joined(separator: "\n") + "\n"
    }

    private func folder(_ data: String = "[{asset: TWO, path: prices.csv}]") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(prices(), to: "prices.csv")
        try scratch.write(prices(clean: true), to: "other.csv")
        // Filled at the worst price of the bar, a print of a hundredth ends every open long below zero.
        let study = smallStudy().replacingOccurrences(of: "[{asset: TWO, path: prices.csv}]", with: data)
            .replacingOccurrences(of: "tiers: [", with: "liquidation: {fill: worst}, tiers: [")
        try scratch.write(study, to: "study.yaml")
        return scratch
    }

    private func summary(_ scratch: Scratch, _ folder: String) throws -> [String: Any] {
        let data = Data(try scratch.read(folder + "/summary.json").utf8)
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// The print ruins every long that was open then; without its bar only the real fall is left.
    @Test func theHeadlineIsGivenBothWays() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        let both = try summary(scratch, "run")
        let with = try #require(both["headline"] as? [String: Any])
        let without = try #require(both["headline_without_suspicious"] as? [String: Any])
        #expect(without["suspicious_bars_count"] as? Int == 1)
        let (dirty, clean) = (with["negative_count"] as? Int ?? 0, without["negative_count"] as? Int ?? 0)
        #expect(dirty > clean && without["entries_count"] as? Int ?? 0 > 0)
        let finding = try rows(scratch.read("run/data_quality.csv")).first { $0["check"] == "suspicious_headline" }
        #expect(finding?["severity"] == "warning")
        let page = try scratch.read("run/reports/two-long.html")
        #expect(page.contains("With the 1\u{A0}suspicious bar") && page.contains("without it"))
        // Left out by the policy, the bar is gone from the study too, and its headline is the second one.
        let dropped = try scratch.program.run(["run", "study.yaml", "--policy", "bad_ticks=drop", "--out", "dropped"])
        #expect(dropped.code == 0, "\(dropped.err)")
        let alone = try #require(try summary(scratch, "dropped")["headline"] as? [String: Any])
        #expect(alone["negative_count"] as? Int == clean)
        #expect(alone["entries_count"] as? Int == without["entries_count"] as? Int)
        // Both are estimated in one way, interval included.
        for key in ["ci_low_frac", "ci_high_frac"] { #expect(alone[key] as? Double == without[key] as? Double) }
        #expect(alone["ci_method"] as? String == without["ci_method"] as? String)
        #expect(try summary(scratch, "dropped")["headline_without_suspicious"] is NSNull)
        #expect(try scratch.read("dropped/run.json").contains("--policy bad_ticks=drop"))
    }

    @Test func anotherVenueMayConfirm() throws {
        let own = try folder("[{asset: TWO, path: prices.csv, reference: {path: prices.csv}}]")
        #expect(try own.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        #expect(try summary(own, "run")["headline_without_suspicious"] is NSNull)
        let other = try folder("[{asset: TWO, path: prices.csv, reference: {path: other.csv}}]")
        #expect(try other.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        #expect(try other.read("run/data_quality.csv").contains("contradicts 1"))
        #expect(try other.read("run/run.json").contains("other.csv"), "the reference is an input of the run")
    }

    @Test func policiesOfTheStudyAreObeyed() throws {
        let scratch = try folder("[{asset: TWO, path: prices.csv, policy: {bad_ticks: fail}}]")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 65 && run.err.contains("the policy for bad_ticks is fail"), "\(run.err)")
        #expect(run.err.contains("prices.csv, line 102"))
        let words = try scratch.program.run(["run", "study.yaml", "--policy", "bad_tick=drop"])
        #expect(words.code == 64 && words.err.contains("did you mean 'bad_ticks'?"))
    }

    @Test func historiesThatEndEarlyAreNamed() throws {
        let scratch = try folder("[{asset: TWO, path: prices.csv}, {asset: LATE, path: late.csv}]")
        let late = samplePrices.split(separator: "\n").enumerated().map { line, text in
            let fields = text.split(separator: ",", maxSplits: 1).map(String.init)
            return line == 0 ? String(text) : "\(Int(fields[0])! + 90 * 86_400),\(fields[1])"
        }
        try scratch.write(late.joined(separator: "\n") + "\n", to: "late.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        let found = try rows(scratch.read("run/data_quality.csv")).filter { $0["check"] == "survivorship" }
        #expect(found.map { $0["asset"] } == ["TWO"] && found[0]["message"]?.contains("90 days") == true)
    }
}
