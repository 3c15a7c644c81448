import Foundation
import TestSupport
import Testing

/// What a night says line by line.
extension NightTests {
    @Test func linesAreJSONWithRunAndJob() throws {
        try study(breach)
        try scratch.write(
            try scratch.read("study.yaml").replacing("asset: TWO", with: #"asset: "A\"B=\\C {x}""#),
            to: "study.yaml")
        let run = try run(1, ["--log-format", "json", "--log-level", "debug"])
        let lines = run.err.split(separator: "\n")
        #expect(run.code == 3 && lines.count >= 4, "\(run.err)")
        var jobs: Set<String> = []
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            #expect(object["run"] as? String == "2023-12-02T141320Z" && object["study"] as? String == "small")
            #expect(object["time"] as? String == "2023-12-02T14:13:20Z" && object.keys.contains("job"))
            #expect(["debug", "info", "warning", "error"].contains(object["level"] as? String ?? ""))
            if let job = object["job"] as? String { jobs.insert(job) }
        }
        #expect(
            jobs == ["A\"B=\\C {x}"] && run.err.contains("\"message\":\"limit breach\"")
                && run.err.contains("\"limit\":0.001"))
    }

    @Test func linesAwayFromATerminalAreStamped() throws {
        try study(breach)
        let run = try run(1)
        let lines = run.err.split(separator: "\n")
        #expect(lines.first?.hasPrefix("2023-12-02T14:13:20Z info  run start cells=12 jobs=1 threads=") == true)
        #expect(run.err.contains("Z info  job done cells=12 study=small run=2023-12-02T141320Z job=TWO\n"))
        #expect(
            lines.allSatisfy { $0.hasPrefix("2023-12-02T14:13:20Z ") && $0.contains(" run=2023-12-02T141320Z job=") })
        #expect(
            run.err.contains(
                "Z error limit breach bound=value cell=TWO/linear/long/10x/1d/typical form=max limit=0.001"))
    }

    @Test func levelsAndQuietAreKept() throws {
        try study(breach)
        let errors = try run(1, ["--log-level", "error"])
        #expect(errors.err.split(separator: "\n").allSatisfy { $0.contains(" error ") } && !errors.err.isEmpty)
        let quiet = try run(2, ["--quiet"])
        #expect(quiet.err.split(separator: "\n").count == 1 && quiet.err.contains("limit breach"))
        let plain = try run(3, ["--log-format", "plain"])
        #expect(plain.err.contains("limit breached: TWO long 10× 1 d on typical: below zero "))
        #expect(try run(4, ["--log-level", "loud"]).code == 64)
    }

    /// Nothing of the machine: neither where the work is done, nor who does it.
    @Test func noLineTellsOfTheMachine() throws {
        try scratch.write(samplePrices, to: "in/prices.csv")
        try scratch.write(smallStudy(limit: "statistics: {resamples: 0}"), to: "in/study.yaml")
        var program = night(1)
        program.environment["BELOWZERO_SECRET"] = "s3cret-of-the-environment"
        let good = try program.run(["run", "in/study.yaml", "--log-level", "debug"])
        #expect(good.code == 0)
        try FileManager.default.removeItem(atPath: scratch.path + "/in/prices.csv")
        let bad = try program.run(["run", "in/study.yaml", "--log-level", "debug", "--log-format", "json"])
        #expect(bad.code == 66)
        for text in [good.err, bad.err] {
            for word in [scratch.path, NSHomeDirectory() + "/", "s3cret", ProcessInfo.processInfo.hostName] {
                #expect(!text.contains(word), "\(word) in \(text)")
            }
        }
    }
}
