import Foundation
import StressBasics
import TestSupport
import Testing

/// The program from outside: everything that can go wrong, with its message and exit code.
@Suite struct FailureTests {
    private func folder(limit: String = "") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: limit), to: "study.yaml")
        return scratch
    }

    @Test func aMissingInputIs66() throws {
        let scratch = try Scratch()
        try scratch.write(smallStudy(path: "gone.csv"), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 66 && run.err.contains("gone.csv") && run.err.contains("nothing was computed"))
        #expect(scratch.files() == ["study.yaml"])
        #expect(try scratch.program.run(["check", "gone.csv"]).code == 66)
        try scratch.write(smallStudy(path: "none/*.csv"), to: "study.yaml")
        let glob = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(glob.code == 66 && glob.err.contains("no file matches none/*.csv"))
    }

    @Test func badDataIs65AndShowsThePlace() throws {
        let scratch = try folder()
        try scratch.write(samplePrices.replacing(",100.5,", with: ",\"100,5\","), to: "prices.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 65, "\(run.err)")
        #expect(run.err.contains("prices.csv") && run.err.contains("^") && run.err.contains("= help:"))
        #expect(run.err.contains("1 input rejected, nothing was computed"))
        #expect(!scratch.files().contains("run"))
    }

    @Test func everyBadInputIsReported() throws {
        let scratch = try Scratch()
        try scratch.write("\u{0}\u{1}\u{2}", to: "a.csv")
        try scratch.write("", to: "b.csv")
        let run = try scratch.program.run(["sweep", "a.csv", "b.csv", "--out", "run"])
        #expect(
            run.code == 65 && run.err.contains("a.csv") && run.err.contains("b.csv")
                && run.err.contains("2 inputs rejected"))
    }

    @Test func badStudiesAre78() throws {
        let scratch = try folder()
        try scratch.write(smallStudy().replacing("leverage: [1", with: "levrage: [1"), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml"])
        #expect(
            run.code == 78 && run.err.contains("unknown key 'levrage'") && run.err.contains("did you mean 'leverage'?"))
        #expect(run.err.contains("study.yaml, line 4"))
    }

    @Test(arguments: [
        ["run", "--levrage"], ["sweep", "prices.csv", "--leverage", "0"], ["sweep", "prices.csv", "--leverage", "x"],
        ["sweep", "prices.csv", "--horizon", "1 day"], ["sweep", "prices.csv", "--side", "up"], ["nonsense"],
        ["sweep", "prices.csv", "--columns", "time=0"], ["sweep"], ["run", "study.yaml", "-j", "0"],
        ["sweep", "prices.csv", "--leverage", "1:1000:0.01", "--horizon", "1h,2h,3h,4h,5h,6h,7h,8h,9h,10h,11h"],
    ])
    func wrongUseIs64(arguments: [String]) throws {
        let run = try folder().program.run(arguments)
        #expect(run.code == 64 && !run.err.isEmpty, "\(run.code) \(run.err)")
    }

    /// Prices from 10⁻¹⁵ to 10¹⁵, zeros and negative ones in any order, and volumes of any size: every contract and rule
    /// runs to its end, with the same results from both kernels.
    @Test(arguments: 0..<4)
    func absurdPricesNeverCrash(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let values = ["1e15", "1e-15", "1", "0", "-1", "-1e15", "123.456", "99", "1e300", "5e-324"]
        var csv = "time,open,high,low,close,volume\n"
        for hour in 0..<300 {
            // The last two values are refused as prices and may stand as volumes.
            let prices = (0..<4).map { _ in values[Int(random.next() % 8)] }.joined(separator: ",")
            csv += "\(1_700_000_000 + hour * 3600),\(prices),\(values[Int(random.next() % 10)])\n"
        }
        let scratch = try Scratch()
        try scratch.write(csv, to: "absurd.csv")
        let options = [
            "sweep", "absurd.csv", "--contract", "linear,inverse,margin,spot", "--bounds", "--kappa", "0.5",
            "--horizon", "4h,1d", "--policy", "non_positive_prices=keep", "--policy", "ohlc_consistency=keep",
        ]
        // Across thirty orders of magnitude a law's probability hangs on the last digits of the trigger price.
        for (fill, tolerance) in [("gap", 1e-9), ("delay", 1e-5)] {
            let run = try scratch.program.run(options + ["--fill", fill, "--out", fill])
            // The judge's table alone: its pages would be the same.
            let plain = try scratch.program.run(options + ["--fill", fill, "--kernel", "plain", "--out", "-"])
            #expect(run.code == 0 && plain.code == 0, "\(run.err.prefix(400))\(plain.err.prefix(400))")
            try expectEqualResults(scratch.read("\(fill)/results.csv"), plain.out, within: tolerance)
        }
        try scratch.write(csv.replacing(",123.456,", with: ",1e300,"), to: "absurd.csv")
        #expect(try scratch.program.run(options + ["--out", "refused"]).code == 65)
    }

    /// Every count and word is the same; what was added up may differ in the last digits.
    private func expectEqualResults(_ a: String, _ b: String, within tolerance: Double) {
        func isReal(_ field: Substring) -> Bool { field.count > 9 || field.contains { $0 == "." || $0 == "e" } }
        let rows = zip(a.split(separator: "\n"), b.split(separator: "\n"))
        #expect(a.count > 1000 && a.split(separator: "\n").count == b.split(separator: "\n").count)
        for (one, other) in rows where one != other {
            let fields = zip(
                one.split(separator: ",", omittingEmptySubsequences: false),
                other.split(separator: ",", omittingEmptySubsequences: false))
            for (x, y) in fields where x != y {
                guard let p = Double(x), let q = Double(y), isReal(x), isReal(y) else {
                    Issue.record("\(x) and \(y) in \(one)")
                    continue
                }
                #expect(abs(p - q) <= tolerance * max(1, abs(p), abs(q)), "\(x) and \(y) in \(one)")
            }
        }
    }

    @Test func aBreachedLimitIs3() throws {
        let scratch = try folder(
            limit: "limits: [{side: long, leverage: 10, measure: negative_equity_frac, max: 0.01}]")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 3)
        #expect(
            run.err.contains("error limit breach bound=value cell=TWO/linear/long/10x/1d/typical form=max limit=0.01"),
            "\(run.err)")
        #expect(try scratch.read("run/limits.csv").contains("TWO"))
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "again", "--no-fail"]).code == 0)
    }

    @Test func anExistingFolderIs73AndIsLeftAlone() throws {
        let scratch = try folder()
        try scratch.write("mine", to: "run/notes.txt")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 73 && run.err.contains("exists already"))
        #expect(scratch.files().filter { $0.hasPrefix("run/") } == ["run/notes.txt"])
    }

    @Test func aFolderThatCannotBeMadeIs73() throws {
        let scratch = try folder()
        // Permission bits do not stop root, a file in the way and the kernel's own tree do.
        let file = try scratch.program.run(["run", "study.yaml", "--out", "prices.csv/run"])
        #expect(file.code == 73 && file.err.contains("cannot create"))
        let kernel = try scratch.program.run(["run", "study.yaml", "--out", "/proc/belowzero/run"])
        #expect(kernel.code == 73 && kernel.err.contains("cannot create /proc/belowzero"))
        if getuid() != 0 {
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/locked", withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o555])
            #expect(try scratch.program.run(["run", "study.yaml", "--out", "locked/run"]).code == 73)
        }
    }

    /// Whether this user may mount a disk of its own to fill.
    private static let canMount: Bool = {
        let folder = TemporaryFolder()
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=48k") == 0 else { return false }
        return umount(folder.path) == 0
    }()

    @Test(.enabled(if: canMount, "mounting a small disk needs root")) func aFullDiskIs74AndLeavesNothing() throws {
        let scratch = try folder()
        let disk = scratch.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=48k") == 0)
        defer { umount(disk) }
        let run = try scratch.program.run(["run", "study.yaml", "--out", "disk/run"])
        #expect(
            run.code == 74 && run.err.contains("not enough space for disk/run: its ")
                && run.err.contains(" are free"), "\(run.code) \(run.err)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).allSatisfy { $0 == ".run.partial" })
    }

    /// On a disk that has room for a part of the history the run ends as without room for itself, and no log is left without its file.
    @Test(
        .enabled(if: canMount, "mounting a small disk needs root"), arguments: [140, 160, 180, 200, 220, 240, 260, 280])
    func aHistoryThatFindsNoRoomLeavesNothing(kilobytes: Int) throws {
        let scratch = try folder()
        let disk = scratch.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=\(kilobytes)k") == 0)
        defer { umount(disk) }
        let run = try scratch.program.run(["run", "study.yaml", "--store", "disk/belowzero.sqlite", "--out", "run"])
        let left = try FileManager.default.contentsOfDirectory(atPath: disk)
        #expect(!left.contains { $0.contains(".partial") }, "\(left) \(run.err)")
        // A history that is there can be read.
        guard left.contains("belowzero.sqlite") else { return }
        let history = try scratch.program.run(["history", "--store", "disk/belowzero.sqlite"])
        #expect(history.code == 0, "\(history.err)")
    }
}
