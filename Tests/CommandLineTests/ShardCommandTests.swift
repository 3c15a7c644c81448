import Foundation
import TestSupport
import Testing

/// A run that is shared, as a user and a scheduler share it.
@Suite struct ShardCommandTests {
    private static let study = """
        version: 1
        name: small
        data: [{asset: ONE, path: one.csv}, {asset: TWO, path: two.csv}, {asset: SIX, path: six.csv}]
        grid: {leverage: [1, 10, 50], horizon: [4h, 1d]}
        platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}]}}
        headline: {side: long, leverage: 10, horizon: 1d}
        limits: [{asset: ONE, side: long, leverage: 50, horizon: 1d, measure: liquidated_frac, max: 0.001}]
        """

    private func bench() throws -> (Scratch, Program) {
        let scratch = try Scratch()
        for (name, shift) in [("one", "0"), ("two", "1"), ("six", "2")] {
            try scratch.write(samplePrices.replacing(",10\n", with: ",1\(shift)\n"), to: name + ".csv")
        }
        try scratch.write(ShardCommandTests.study, to: "study.yaml")
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1700000000"
        return (scratch, program)
    }

    private let merge = ["shard", "merge", "--plan", "plan.json", "--parts", "parts", "--out", "merged"]
    private let status = ["shard", "status", "--plan", "plan.json", "--parts", "parts"]
    private func shard(_ number: Int) -> [String] {
        ["shard", "run", "--plan", "plan.json", "--out", "parts", "--shard", "\(number)"]
    }

    /// From a study to a merged report: its bytes, and the exit code of a breached limit, are those of one run.
    @Test func aSharedRunIsTheRun() throws {
        let (scratch, program) = try bench()
        #expect(try program.run(["run", "study.yaml", "--out", "whole"]).code == 3)
        let planned = try program.run(["shard", "plan", "study.yaml", "--shards", "2", "-o", "plan.json"])
        #expect(planned.code == 0 && planned.out.contains("3 histories, in 2 shards"), "\(planned.err)")
        let early = try program.run(merge)
        #expect(early.code == 75 && early.err.contains("2 of 2 shards are missing: 0-1"), "\(early.err)")
        #expect(try program.run(status).out.contains("missing: 0-1"))
        // Slurm gives the number, and the cores.
        var node = program
        node.environment["SLURM_ARRAY_TASK_ID"] = "1"
        node.environment["SLURM_CPUS_PER_TASK"] = "1"
        let first = try node.run(["shard", "run", "--plan", "plan.json", "--out", "parts"])
        #expect(first.code == 0 && first.err.contains("threads=1"), "\(first.err)")
        let half = try program.run(status)
        #expect(half.code == 75 && half.out.contains("1 of 2 shards is done\nmissing: 0\n"), "\(half.out)")
        #expect(try program.run(shard(0)).code == 0)
        #expect(try program.run(status).code == 0)
        let merged = try program.run(merge)
        #expect(merged.code == 3 && merged.err.contains("limit"), "\(merged.err)")
        #expect(try contents(scratch, "merged") == contents(scratch, "whole"))
        #expect(try program.run(merge).code == 73, "nothing is written over")
    }

    /// Whoever starts shards learns from the exit code whether to try again.
    @Test func exitCodesSayWhetherToTryAgain() throws {
        let (scratch, program) = try bench()
        #expect(try program.run(shard(0)).code == 75, "a plan that is not there may still come")
        #expect(try program.run(["shard", "plan", "study.yaml", "--shards", "3", "-o", "plan.json"]).code == 0)
        #expect(try program.run(["shard", "plan", "study.yaml", "--shards", "3", "-o", "plan.json"]).code == 73)
        #expect(try program.run(["shard", "plan", "study.yaml", "-o", "other.json"]).code == 64)
        #expect(try program.run(shard(3)).code == 64)
        #expect(try program.run(["shard", "run", "--plan", "plan.json", "--out", "parts"]).code == 64)
        try scratch.write(try scratch.read("plan.json").replacing("\"seed\":1", with: "\"seed\":2"), to: "changed.json")
        let changed = try program.run(["shard", "run", "--plan", "changed.json", "--out", "parts", "--shard", "0"])
        #expect(changed.code == 65 && changed.err.contains("was changed"), "\(changed.err)")
        let prices = try scratch.read("one.csv")
        for (text, code) in [(nil, Int32(75)), (prices + "x", 65), (prices, 0)] as [(String?, Int32)] {
            if let text {
                try scratch.write(text, to: "one.csv")
            } else {
                try FileManager.default.removeItem(atPath: scratch.path + "/one.csv")
            }
            let codes = try (0..<3).map { try program.run(shard($0)).code }
            #expect(codes.max() == code, "\(codes)")
        }
    }

    /// What is handed to `sbatch` is the script that `--dry-run` prints; without one the program says so.
    @Test func shardsAreSubmitted() throws {
        let (scratch, program) = try bench()
        #expect(try program.run(["shard", "plan", "study.yaml", "--shards", "3", "-o", "plan.json"]).code == 0)
        try scratch.write("#!/bin/sh\ncat > script\necho Submitted batch job 7\n", to: "bin/sbatch")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/bin/sbatch")
        let submit = ["shard", "submit", "--plan", "plan.json", "--parts", "parts", "--partition", "short"]
        let dry = try program.run(submit + ["--dry-run"])
        #expect(dry.code == 0 && dry.out.contains("#SBATCH --array=0-2\n"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/parts"), "a dry run writes nothing")
        var node = program
        node.environment["PATH"] = scratch.path + "/bin:/usr/bin:/bin"
        let submitted = try node.run(submit)
        #expect(submitted.code == 0 && submitted.out.contains("Submitted batch job 7"), "\(submitted.err)")
        #expect(try scratch.read("script") == dry.out)
        #expect(try program.run(shard(1)).code == 0)
        #expect(try node.run(submit + ["--missing"]).code == 0)
        #expect(try scratch.read("script").contains("#SBATCH --array=0,2\n"))
        // For programs everything is JSON: what was submitted, the script, and that there is nothing to do.
        let told = try node.run(submit + ["--json"])
        #expect(told.out == "{\"array\":\"0-2\",\"sbatch\":\"Submitted batch job 7\"}\n", "\(told.out)")
        let rehearsed = try node.run(submit + ["--json", "--dry-run"])
        #expect(rehearsed.out.hasPrefix("{\"array\":\"0-2\",\"script\":\"#!/bin/bash\\n#SBATCH"), "\(rehearsed.out)")
        for number in [0, 2] { #expect(try program.run(shard(number)).code == 0) }
        #expect(try node.run(submit + ["--missing", "--json"]).out == "{\"array\":\"\"}\n")
        node.environment["PATH"] = "/nowhere"
        let absent = try node.run(submit)
        #expect(absent.code == 66 && absent.err.contains("no sbatch"), "\(absent.err)")
        #expect(try program.run(submit + ["--time", "1; rm -rf /"]).code == 64)
        // What is no folder takes no parts.
        let file = try node.run(["shard", "submit", "--plan", "plan.json", "--parts", "study.yaml"])
        #expect(file.code == 66 && file.err.contains("study.yaml is no folder"), "\(file.err)")
    }

    /// What the other shard commands call the folder of the parts is understood by the one that fills it.
    @Test func theFolderOfThePartsHasOneName() throws {
        let (scratch, program) = try bench()
        #expect(try program.run(["shard", "plan", "study.yaml", "--shards", "1", "-o", "plan.json"]).code == 0)
        let run = try program.run(["shard", "run", "--plan", "plan.json", "--shard", "0", "--parts", "parts"])
        #expect(run.code == 0, "\(run.err)")
        #expect(FileManager.default.fileExists(atPath: scratch.path + "/parts"))
        #expect(try program.run(status).code == 0)
        let wrong = try program.run(["shard", "status", "--plan", "plan.json", "--out", "parts"])
        #expect(wrong.code == 64 && wrong.err.contains("'--parts <folder>'"), "\(wrong.err)")
    }

    /// An empty name, as of a variable that is not set, is no place: it would be the root of all folders.
    @Test func emptyNamesAreRefused() throws {
        let (scratch, program) = try bench()
        #expect(try program.run(["shard", "plan", "study.yaml", "--shards", "2", "-o", "plan.json"]).code == 0)
        for words in [
            ["plan", "study.yaml", "--shards", "2", "-o", ""], ["plan", "", "--shards", "2", "-o", "other.json"],
            ["run", "--plan", "", "--shard", "0", "--out", "parts"],
            ["run", "--plan", "plan.json", "--shard", "0", "--out", ""],
            ["run", "--plan", "plan.json", "--shard", "0", "--out", "parts", "--inputs", ""],
            ["status", "--plan", "plan.json", "--parts", ""], ["submit", "--plan", "plan.json", "--parts", ""],
            ["submit", "--plan", "plan.json", "--parts", "parts", "--program", ""],
            ["merge", "--plan", "plan.json", "--parts", "", "--out", "merged"],
            ["merge", "--plan", "plan.json", "--parts", "parts", "--out", ""],
        ] {
            let refused = try program.run(["shard"] + words)
            #expect(refused.code == 64 && refused.err.contains("is empty"), "\(words): \(refused.err)")
        }
        #expect(try program.run(["run", "study.yaml", "--out", ""]).code == 64)
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/parts"))
    }

    /// Why a history cannot be done is told once, where it is the only one, too.
    @Test func aFailureIsToldOnce() throws {
        let (scratch, program) = try bench()
        try scratch.write("no,prices\nat,all\n", to: "two.csv")
        try scratch.write(
            ShardCommandTests.study.replacing("{asset: ONE, path: one.csv}, ", with: "").replacing(
                ", {asset: SIX, path: six.csv}", with: ""
            ).replacing("asset: ONE, ", with: ""), to: "only.yaml")
        for study in ["study.yaml", "only.yaml"] {
            let name = study + ".json"
            #expect(try program.run(["shard", "plan", study, "--shards", "1", "-o", name]).code == 0)
            let run = [
                "shard", "run", "--plan", name, "--out", study + "-parts", "--shard", "0", "--log-format", "plain",
            ]
            let first = try program.run(run)
            #expect(first.code == 65)
            #expect(first.err.components(separatedBy: "cannot recognise the format").count == 2, "\(first.err)")
            let again = try program.run(run)
            #expect(again.code == 65)
            #expect(again.err.components(separatedBy: "cannot recognise the format").count == 2, "\(again.err)")
        }
    }

    /// What does not make sense for a merge is not offered.
    @Test func aMergeOffersWhatItTakes() throws {
        let (_, program) = try bench()
        let help = try program.run(["shard", "merge", "--help"]).out
        #expect(help.contains("--resume") && !help.contains("--dry-run") && !help.contains("--kernel"))
        for option in [["--dry-run"], ["--kernel", "plain"]] { #expect(try program.run(merge + option).code == 64) }
    }
}
