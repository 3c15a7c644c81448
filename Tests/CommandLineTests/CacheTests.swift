import Foundation
import TestSupport
import Testing

/// The cache from outside: it is used, it can be refused, and nothing else tells.
@Suite struct CacheTests {
    /// Above the size from which on files are kept, with rows that are dropped and a gap.
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        var csv = "time,open,high,low,close,volume\n"
        for hour in 0..<30_000 where !(500..<510).contains(hour) {
            let price = 100 + Double(hour % 7) - (hour > 9000 ? 20 : 0)
            csv +=
                "\(1_500_000_000 + hour * 3600),\(price),\(price + 1),\(price - 1),\(price + 0.5),\(hour == 7 ? "x" : "10.000000")\n"
        }
        try scratch.write(csv + "1700000000,1\n", to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        // A file that was written a moment ago is not trusted to show its next change.
        sleep(4)
        return scratch
    }

    private func entries(_ scratch: Scratch, _ folder: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: scratch.path + "/" + folder).count) ?? 0
    }

    @Test func resultsDoNotDependOnIt() throws {
        let scratch = try folder(), program = scratch.program
        #expect(try program.run(["run", "study.yaml", "--out", "none", "--no-cache"]).code == 0)
        #expect(scratch.files().allSatisfy { !$0.hasPrefix("cache") && !$0.hasPrefix(".cache") })
        for out in ["first", "second"] {
            #expect(try program.run(["run", "study.yaml", "--out", out, "--cache", "cache"]).code == 0)
            #expect(entries(scratch, "cache") == 2, "the series, and the digest of its file")
        }
        for file in ["results.csv", "severity.csv", "intervals.csv", "data_quality.csv", "columns.csv", "summary.json"]
        {
            let plain = try scratch.read("none/" + file)
            #expect(try scratch.read("first/" + file) == plain && scratch.read("second/" + file) == plain, "\(file)")
        }
        let plain = try program.run(["check", "prices.csv", "--no-cache"]).out
        #expect(plain.contains("volume_unreadable") && plain.contains("10 bars of 1h missing"))
        for _ in 0..<2 { #expect(try program.run(["check", "prices.csv", "--cache", "cache"]).out == plain) }
        try scratch.write(
            try scratch.read("prices.csv").replacing(",100.5,10.0", with: ",100.4,10.0"), to: "prices.csv")
        let changed = try program.run(["run", "study.yaml", "--out", "changed", "--cache", "cache"])
        #expect(try changed.code == 0 && scratch.read("changed/run.json") != scratch.read("first/run.json"))
        #expect(
            try scratch.read("changed/data_quality.csv") != scratch.read("first/data_quality.csv")
                || scratch.read("changed/results.csv") != scratch.read("first/results.csv"))
    }

    @Test func itsFolderCanBeNamed() throws {
        let scratch = try folder()
        var program = scratch.program
        program.environment = ["BELOWZERO_CACHE": scratch.path + "/named"]
        #expect(try program.run(["check", "prices.csv"]).code == 0 && entries(scratch, "named") == 2)
        program.environment = ["BELOWZERO_CACHE": "", "XDG_CACHE_HOME": scratch.path + "/xdg"]
        #expect(try program.run(["check", "prices.csv"]).code == 0 && entries(scratch, "xdg/belowzero") == 2)
        // A place that cannot be written costs time, not the run.
        program.environment = ["BELOWZERO_CACHE": scratch.path + "/prices.csv"]
        #expect(try program.run(["check", "prices.csv"]).code == 0)
    }

    /// What was kept is known by the program's bytes: a copy with another time stamp is served, other code is not.
    @Test func itIsSharedByTheSameProgramAlone() throws {
        let scratch = try folder()
        let arguments = ["check", "prices.csv", "--cache", "cache"]
        let out = try scratch.program.run(arguments).out
        #expect(entries(scratch, "cache") == 2)
        var copy = scratch.program
        copy.file = scratch.path + "/copy"
        try FileManager.default.copyItem(atPath: Program.path, toPath: copy.file)
        for age in [1.0, 100_000] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: copy.file)
            #expect(try copy.run(arguments).out == out)
            #expect(entries(scratch, "cache") == 2, "the same program")
        }
        let stamp = try FileManager.default.attributesOfItem(atPath: copy.file)[.modificationDate]
        let handle = try #require(FileHandle(forUpdatingAtPath: copy.file))
        // A byte of the header's own mark that is loaded, and that nobody reads to run a program.
        try handle.seek(toOffset: 12)
        let spare = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: 12)
        try handle.write(contentsOf: [spare ^ 1])
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: stamp as Any], ofItemAtPath: copy.file)
        #expect(try copy.run(arguments).out == out)
        #expect(entries(scratch, "cache") == 3, "another program of the same size and time")
    }
}
