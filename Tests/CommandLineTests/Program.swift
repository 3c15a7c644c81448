import Foundation
import TestSupport

/// What one run of the program did.
struct Outcome {
    let code: Int32
    let out: String
    let err: String
}

/// The built program, run as a user would.
struct Program {
    /// Beside the test bundle, whatever folder was built into.
    static let path: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
        let folders = sequence(first: bundle) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
        let candidates = folders.map { $0.appendingPathComponent("belowzero").path }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? packageRoot
            + "/.build/release/belowzero"
    }()

    /// The folder it runs in, which lives as long as the program does.
    let scratch: Scratch
    /// The program's file, unless a copy is run.
    var file = Program.path
    var environment: [String: String] = [:]
    /// What a shell does before it becomes the program, such as `ulimit -v 300000`.
    var prelude: String?

    /// Runs it to its end.
    func run(_ arguments: [String]) throws -> Outcome {
        let running = try start(arguments)
        running.process.waitUntilExit()
        return try running.outcome()
    }

    /// A program that has been started.
    struct Running {
        let process: Process
        private let output: TemporaryFolder
        var outFile: String { output.path + "/out" }
        var errFile: String { output.path + "/err" }

        fileprivate init(_ process: Process, output: TemporaryFolder) {
            (self.process, self.output) = (process, output)
        }

        /// Kills it, unless it has ended, and gives what it did until then.
        @discardableResult
        func killed() throws -> Outcome {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return try outcome()
        }

        /// What it did, once it has ended.
        func outcome() throws -> Outcome {
            let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            return Outcome(
                code: code, out: try String(contentsOfFile: outFile, encoding: .utf8),
                err: try String(contentsOfFile: errFile, encoding: .utf8))
        }
    }

    /// Starts it. Output goes to files, which cannot fill up and block as pipes do.
    func start(_ arguments: [String]) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: prelude == nil ? file : "/bin/bash")
        process.arguments = prelude.map { ["-c", $0 + "; exec \"$0\" \"$@\"", file] + arguments } ?? arguments
        process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        // Never the cache of whoever runs the tests.
        let own = ["BELOWZERO_CACHE": scratch.path + "/.cache"].merging(environment) { $1 }
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }
        let running = Running(process, output: TemporaryFolder())
        for name in [running.outFile, running.errFile] {
            _ = FileManager.default.createFile(atPath: name, contents: nil)
        }
        process.standardOutput = FileHandle(forWritingAtPath: running.outFile)
        process.standardError = FileHandle(forWritingAtPath: running.errFile)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return running
    }
}

/// A new folder that is removed with the value.
final class Scratch: Sendable {
    private let folder = TemporaryFolder()
    var path: String { folder.path }

    init() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { throw CocoaError(.fileNoSuchFile) }
    }

    /// A copy of a folder that is only read, for a test that changes it.
    init(copyOf other: Scratch) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: other.path) {
            try FileManager.default.copyItem(atPath: other.path + "/" + name, toPath: folder.path + "/" + name)
        }
    }

    var program: Program { Program(scratch: self) }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    /// Every file below, hidden ones too.
    func files() -> [String] {
        FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }.sorted() ?? []
    }
}

/// The files of a run's folder without what its circumstances put into them, by their paths in it.
///
/// - Throws: where there is no such folder, so that two that are missing are not the same run.
func contents(_ scratch: Scratch, _ folder: String) throws -> [String: Data] {
    let root = scratch.path + "/" + folder
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
        guard let bytes = FileManager.default.contents(atPath: root + "/" + name) else { continue }
        let mark = Data((name.hasSuffix(".html") ? "<footer" : "\"circumstances\"").utf8)
        found[name] = bytes.prefix(upTo: bytes.range(of: mark)?.lowerBound ?? bytes.endIndex)
    }
    return found
}

/// A CSV of ours as rows of named fields; none of its fields is quoted unless a test puts it there.
func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
}

/// A study on one file with a small grid.
func smallStudy(path: String = "prices.csv", limit: String = "") -> String {
    """
    version: 1
    name: small
    data: [{asset: TWO, path: \(path)}]
    grid: {leverage: [1, 10, 50], horizon: [4h, 1d]}
    platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}]}}
    headline: {side: long, leverage: 10, horizon: 1d}
    \(limit)
    """
}

/// A few days of invented hours that fall by a fifth at one go.
let samplePrices: String = {
    var csv = "time,open,high,low,close,volume\n"
    for hour in 0..<400 {
        let price = hour < 200 ? 100 + Double(hour % 7) : 80 - Double(hour % 5)
        csv += "\(1_700_000_000 + hour * 3600),\(price),\(price + 1),\(price - 1),\(price + 0.5),10\n"
    }
    return csv
}()
