import Foundation
import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StressResults
import StudyPlan
import Synchronization
import TestSupport
import Testing

@testable import ShardRunner

/// A study with its prices in a folder, and what a run on one machine makes of it: the judge of all shards.
final class ShardWorld: Sendable {
    let folder = TemporaryFolder()
    let yaml: String
    /// Time and cells of the runs that are compared; nothing of a run depends on them.
    private static let circumstances = RunCircumstances(
        started: UTCInstant(milliseconds: 0), duration: .seconds(1), threads: 1, host: "a test", kernels: [])

    init(_ yaml: String, files: [String: String]) throws {
        self.yaml = yaml
        try yaml.write(toFile: folder.path + "/study.yaml", atomically: false, encoding: .utf8)
        for (name, text) in files {
            try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
        }
    }

    var loaded: LoadedStudy { get throws { try LoadedStudy(file: folder.path + "/study.yaml", threads: 1) } }

    /// A plan that was written and read again.
    func plan(_ goal: ShardSizing.Goal, sizing: ShardSizing = ShardSizing(cores: 1)) throws -> ShardPlan {
        let loaded = try loaded
        let planner = ShardPlanner(
            loaded.study, files: loaded.files, command: "belowzero run study.yaml", sizing: sizing, threads: 2)
        let path = try folder.subfolder() + "/plan.json"
        let written = try planner.plan(goal).write(to: path)
        let read = try ShardPlan(file: path)
        #expect(read == written, "a plan is read as it was written")
        return read
    }

    /// Does one shard.
    @discardableResult
    func run(_ plan: ShardPlan, _ shard: Int, parts: String, inputs: String? = nil, threads: Int = 1) throws
        -> ShardRun.Outcome
    {
        try ShardRun(
            plan, shard: shard, parts: ShardParts(plan, folder: parts), inputs: inputs,
            settings: RunSettings(threads: threads), memory: nil, observer: NobodyWatching()
        ).run()
    }

    /// The files of a run on one machine, with `threads` threads.
    func wholeRun(threads: Int = 1) throws -> [String: [UInt8]] {
        let loaded = try loaded
        let plan = WorkPlan(loaded.study, files: loaded.files, threads: threads, memory: nil, isTableOnly: false)
        return try ShardWorld.files(
            StressSession(
                try ResolvedStudy(loaded.study, files: loaded.files), plan: plan,
                settings: RunSettings(threads: threads), command: "belowzero run study.yaml",
                started: ShardWorld.circumstances.started
            ).report())
    }

    /// The files of a merge.
    func merged(
        _ plan: ShardPlan, parts: String, inputs: String? = nil, counting: PieceCounter = PieceCounter()
    ) throws -> [String: [UInt8]] {
        let merge = try ShardMerge(plan, parts: ShardParts(plan, folder: parts), inputs: inputs, threads: 2)
        let place = RunPlace(folder: try folder.subfolder() + "/run")
        let run = try UnfinishedRun(place, isResuming: false, about: "A test.")
        defer { run.finish() }
        let work = WorkPlan(
            merge.study, files: merge.files, threads: 2, memory: nil, isTableOnly: false, only: merge.read)
        return try ShardWorld.files(
            StressSession(
                try ResolvedStudy(merge.study, files: merge.files), plan: work, settings: RunSettings(threads: 2),
                command: plan.command, started: ShardWorld.circumstances.started,
                kept: CountedPieces(inner: merge.pieces(run), counter: counting)
            ).report())
    }

    private static func files(_ report: RunReport) throws -> [String: [UInt8]] {
        var report = report
        let kernels = report.circumstances.kernels
        report.circumstances = circumstances
        report.circumstances.kernels = kernels
        let files = RunFiles(report, allowLarge: true)
        let pages = files.pages.files.map { ($0.path, Array($0.contents.utf8)) }
        return Dictionary(uniqueKeysWithValues: pages + [("results", files.results)])
    }

    /// A history from a seed, as CSV: a walk that is drawn back to 100, with a fall now and then.
    static func prices(seed: UInt64, bars: Int, seconds: Int = 3600) -> String {
        var random = SeededGenerator(seed: seed).stream("prices")
        var (text, price) = ("time,open,high,low,close\n", 100.0)
        text.reserveCapacity(bars * 90)
        for bar in 0..<bars {
            func step(_ size: Double) -> Double { 1 + size * (2 * random.uniform() - 1) }
            let open = price * step(0.005)
            let close = open * step(0.01) * (random.uniform() < 0.004 ? 0.8 : 1) * (1 + 0.02 * (1 - open / 100))
            let (high, low) = (
                max(open, close) * (1 + 0.01 * random.uniform()), min(open, close) * (1 - 0.01 * random.uniform())
            )
            text += "\(1_600_000_000 + bar * seconds),\(open),\(high),\(low),\(close)\n"
            price = close
        }
        return text
    }

    /// Expects the same names with the same bytes.
    static func expectSame(_ found: [String: [UInt8]], _ wanted: [String: [UInt8]], _ what: String) {
        #expect(wanted.count > 10, "there is a run to compare with")
        #expect(Set(found.keys) == Set(wanted.keys), "\(what)")
        for (name, bytes) in wanted { #expect(found[name] == bytes, "\(what): \(name) differs") }
    }
}

/// How often the merge found what it asked for.
final class PieceCounter: Sendable {
    let found = Atomic(0)
    let kept = Atomic(0)
}

/// Counts the tallies that a merge asks for.
struct CountedPieces: PieceStore {
    let inner: MergedPieces
    let counter: PieceCounter

    var isResumed: Bool { inner.isResumed }
    var isShared: Bool { inner.isShared }

    func piece(_ name: String, key: Digest) -> KeptPiece { inner.piece(name, key: key) }
    func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError) {
        try inner.keep(name, key: key, bytes)
    }
    func tally(_ key: Digest, of piece: String, _ common: Digest) -> KeptPiece {
        let found = inner.tally(key, of: piece, common)
        if case .whole = found { counter.found.add(1, ordering: .relaxed) }
        return found
    }
    func keepTally(_ key: Digest, of piece: String, _ common: Digest, _ bytes: [UInt8]) throws(StoreError) {
        counter.kept.add(1, ordering: .relaxed)
        try inner.keepTally(key, of: piece, common, bytes)
    }
    func dropTallies(of piece: String) { inner.dropTallies(of: piece) }
}

extension ShardWorld {
    /// A random study on a few short histories.
    static func random(_ seed: UInt64, assets count: Int? = nil, ledger: Bool? = nil) throws -> ShardWorld {
        var random = SeededGenerator(seed: seed).stream("shards")
        func chance() -> Bool { random.uniform() < 0.5 }
        func pick<Value>(_ values: [Value]) -> Value { values[Int(random.uniform() * Double(values.count))] }
        let assets = (0..<(count ?? pick([1, 2, 3, 5]))).map { "A\($0)" }
        var files: [String: String] = [:]
        for (place, asset) in assets.enumerated() {
            files["\(asset).csv"] = prices(seed: seed &* 31 &+ UInt64(place), bars: pick([200, 500, 900]))
        }
        let hasLedger = ledger ?? chance()
        let yaml = """
            version: 1
            name: shards
            data: [\(assets.map { "{asset: \($0), path: \($0).csv}" }.joined(separator: ", "))]
            grid: {side: \(pick(["[long]", "[long, short]"])), leverage: \(pick(["[1, 10, 50]", "[5, 20]"])), \
            horizon: \(pick(["[4h]", "[4h, 1d]"])), contract: \(pick(["[linear]", "[linear, inverse]"]))}
            platforms: {typical: {tiers: [{to: .inf, rate: 0.005}], slippage: 0.0005, \
            liquidation: {fill: \(pick(["delay", "worst", "next"]))}}}
            statistics: {resamples: \(pick([0, 100])), seed: \(Int(random.uniform() * 1000))}
            limits: [{side: long, measure: negative_equity_frac, max: 0.2}]
            \(hasLedger ? "ledger: {population: {classes: [{side: long, leverage: 20}]}, horizon: 1d, adl: binance}" : "")
            """
        return try ShardWorld(yaml, files: files)
    }

    /// The seeds of a test: chosen anew in every run and printed, or the one that is asked for.
    static func seeds(_ count: Int, _ test: String) -> [UInt64] {
        let asked = ProcessInfo.processInfo.environment["BELOWZERO_TEST_SEED"].flatMap { UInt64($0) }
        let first = asked ?? UInt64.random(in: 1...1_000_000)
        print("\(test): BELOWZERO_TEST_SEED=\(first)")
        return (0..<UInt64(asked == nil ? count : 1)).map { first &+ $0 }
    }
}
