import Foundation
import TestSupport
import Testing

/// A system that gives little is told about, and never waited for or died of.
@Suite(.serialized) struct SystemLimitTests {
    private static let sweep = [
        "sweep", "prices.csv", "--leverage", "1:125:8", "--horizon", "1h,1d", "--resamples", "100", "--no-cache",
        "--out",
        "-",
    ]

    private func run(_ prelude: String, _ arguments: [String] = sweep) throws -> Outcome {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        // Another user reads it, too.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path)
        var program = scratch.program
        program.prelude = prelude
        return try program.run(arguments)
    }

    /// From so little that the loader itself gives up (127) to plenty; the budget of a user who promises too much, too.
    @Test(arguments: [[], ["--memory", "2G"]])
    func littleAddressSpaceIsSaidInWords(promise: [String]) throws {
        var codes = Set<Int32>()
        for kilobytes in stride(from: 100_000, through: 700_000, by: 50_000) {
            let outcome = try run("ulimit -v \(kilobytes)", SystemLimitTests.sweep + promise)
            codes.insert(outcome.code)
            #expect(
                [0, 75, 78, 127].contains(outcome.code), "\(kilobytes): \(outcome.code) \(outcome.err.suffix(300))")
            if outcome.code == 0 { #expect(rows(outcome.out).count == 64, "\(kilobytes)") }
            if outcome.code == 75 { #expect(outcome.err.contains("MiB of memory (ulimit -v or -d)"), "\(outcome.err)") }
            if outcome.code == 75 || outcome.code == 78 { #expect(outcome.err.contains("= help: ")) }
        }
        #expect(codes.contains(0) && codes.contains(75))
    }

    @Test func aSmallStackIsEnough() throws {
        let (small, plain) = (try run("ulimit -s 64"), try run(":"))
        #expect(small.code == 0 && small.out == plain.out, "\(small.code) \(small.err)")
    }

    /// Threads are counted by user, and root may have as many as it likes; so it becomes somebody else.
    @Test(.enabled(if: LimitedUser.canRun, "the program cannot be run as another user"))
    func fewThreadsAreSaidInWords() throws {
        let whole = try run(":").out
        for most in [1, 2, 3, 5, 7, 9, 12, 40] {
            let outcome = try run(LimitedUser.prelude("ulimit -u \(most)"))
            #expect([0, 75].contains(outcome.code), "\(most): \(outcome.code) \(outcome.err)")
            if outcome.code == 0 {
                #expect(outcome.out == whole, "\(most)")
            } else {
                #expect(outcome.err.contains("the system gives the program") && outcome.err.contains("ulimit -u"))
            }
            if most <= 3 { #expect(outcome.code == 75) }
        }
    }
}

/// Somebody whose processes the system counts: whoever runs the tests, or nobody in particular in place of root.
private enum LimitedUser {
    private static let isRoot = geteuid() == 0
    private static let change = "setpriv --reuid=65533 --regid=65533 --clear-groups"

    /// The shell's words that become this user, do what is given and then are the program.
    static func prelude(_ words: String) -> String {
        isRoot ? "exec \(change) /bin/bash -c '\(words); exec \"$0\" \"$@\"' \"$0\" \"$@\"" : words
    }

    /// Whether that user may run the program where it was built.
    static let canRun: Bool = {
        guard let scratch = try? Scratch() else { return false }
        var program = scratch.program
        program.prelude = prelude(":")
        return (try? program.run(["--version"]).code) == 0
    }()
}
