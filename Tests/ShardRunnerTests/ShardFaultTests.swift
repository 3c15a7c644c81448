import Foundation
import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan
import Synchronization
import TestSupport
import Testing

@testable import ShardRunner

/// What must not be used is not: parts, plans, programs and files that are not what they should be.
@Suite struct ShardFaultTests {
    /// Whatever byte of a part is changed, and wherever it is cut.
    @Test func aCorruptPartIsNeverUsed() throws {
        for seed in ShardWorld.seeds(2, "corrupt parts") {
            let world = try ShardWorld.random(seed, assets: 2, ledger: false)
            let wanted = try world.wholeRun()
            let plan = try world.plan(.shards(2))
            let parts = try world.folder.subfolder()
            for shard in plan.shards.indices { try world.run(plan, shard, parts: parts) }
            let place = URL(fileURLWithPath: parts + "/job-1")
            let whole = try Data(contentsOf: place)
            let unit = ShardPlan.Unit(history: 0, piece: 0)
            var random = SeededGenerator(seed: seed).stream("damage")
            func isRefused(_ bytes: Data, _ what: String) throws {
                try bytes.write(to: place)
                let state = ShardParts(plan, folder: parts).state(unit)
                #expect(state == .damaged || state == .foreign, "seed \(seed), \(what): \(state)")
            }
            for _ in 0..<60 {
                var bytes = whole
                // The header, too, which is short.
                let at = Int(random.uniform() * Double(random.uniform() < 0.3 ? 150 : bytes.count))
                bytes[at] ^= UInt8(1 << Int(random.uniform() * 8))
                try isRefused(bytes, "bit at \(at)")
                let cut = Int(random.uniform() * Double(whole.count))
                try isRefused(whole.prefix(cut), "cut at \(cut)")
            }
            let shard = try #require(plan.shards.firstIndex { $0.contains(unit) })
            #expect(ShardStatus(plan, parts: ShardParts(plan, folder: parts), threads: 2).missing == [shard])
            let refusal = #expect(throws: Failure.self) { try world.merged(plan, parts: parts) }
            #expect(
                refusal?.code == .tryAgain
                    && refusal?.plainMessage.contains("1 of 2 shards is missing: \(shard); 1 part is ") == true)
            #expect(try world.run(plan, shard, parts: parts).computed == 1, "it is computed again")
            #expect(try Data(contentsOf: place) == whole, "with the same bytes")
            ShardWorld.expectSame(try world.merged(plan, parts: parts), wanted, "seed \(seed)")
        }
    }

    /// A part that goes bad between the look and the merge costs time, and no bit.
    @Test func aPartThatGoesBadLateIsComputedAgain() throws {
        let world = try ShardWorld.random(11, assets: 2, ledger: true)
        let plan = try world.plan(.shards(2))
        let parts = try world.folder.subfolder()
        for shard in plan.shards.indices { try world.run(plan, shard, parts: parts) }
        let merge = try ShardMerge(plan, parts: ShardParts(plan, folder: parts), inputs: nil, threads: 1)
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: parts + "/job-2"))
        let place = try UnfinishedRun(
            RunPlace(folder: try world.folder.subfolder() + "/run"), isResuming: false, about: "A test.")
        let pieces = merge.pieces(place)
        #expect(pieces.piece("job-2", key: plan.keys.key(1)) == .damaged)
        #expect(pieces.piece("job-1", key: plan.keys.key(1)) == .foreign, "a key of another job")
        if case .whole = pieces.piece("job-1", key: plan.keys.key(0)) {} else { Issue.record("the other is whole") }
        place.finish()
    }

    /// Whatever byte of a plan is changed.
    @Test func aTamperedPlanIsRefused() throws {
        for seed in ShardWorld.seeds(1, "tampered plans") {
            let world = try ShardWorld.random(seed)
            let (_, text) = try world.plan(.shards(2)).written()
            _ = try ShardPlan(text, name: "plan")
            var random = SeededGenerator(seed: seed).stream("tampering")
            let bytes = Array(text.utf8)
            for _ in 0..<150 {
                var other = bytes
                let at = Int(random.uniform() * Double(bytes.count))
                other[at] = UInt8(32 + Int(random.uniform() * 90))
                if other == bytes { continue }
                let refusal = #expect(throws: Failure.self, "seed \(seed), byte \(at)") {
                    try ShardPlan(String(decoding: other, as: UTF8.self), name: "plan")
                }
                #expect(refusal?.code == .badData)
                let cut = Int(random.uniform() * Double(bytes.count))
                #expect(throws: Failure.self) {
                    try ShardPlan(String(decoding: bytes.prefix(cut), as: UTF8.self), name: "plan")
                }
            }
        }
    }

    /// Parts of one plan are of no use to another, even of the same study.
    @Test func partsOfAnotherPlanAreForeign() throws {
        let world = try ShardWorld.random(5, assets: 3, ledger: false)
        let (first, second) = (try world.plan(.shards(1)), try world.plan(.shards(3)))
        #expect(first.digest != second.digest)
        let parts = try world.folder.subfolder()
        try world.run(first, 0, parts: parts)
        let state = ShardParts(second, folder: parts).state(ShardPlan.Unit(history: 0, piece: 0))
        #expect(state == .foreign)
        #expect(try world.run(second, 0, parts: parts).computed == 1, "and computed anew")
    }

    /// The same study and files give the same plan.
    @Test func plansAreTheSame() throws {
        let world = try ShardWorld.random(9)
        #expect(try world.plan(.shards(2)) == world.plan(.shards(2)))
    }

    /// Another build may give other bits; the machine with the right one will come.
    @Test func anotherProgramIsAskedToWait() throws {
        let world = try ShardWorld.random(3, assets: 1)
        let plan = try world.plan(.shards(1))
        let other = ShardPlan(
            program: "0.1.0 other", command: plan.command, studyText: plan.studyText, folder: plan.folder,
            keys: plan.keys, files: plan.files, histories: plan.histories, tables: plan.tables, shards: plan.shards,
            estimate: plan.estimate, digest: plan.digest)
        let read = try ShardPlan(try other.written().text, name: "plan")
        let parts = try world.folder.subfolder()
        let refusal = #expect(throws: Failure.self) { try world.run(read, 0, parts: parts) }
        #expect(refusal?.code == .tryAgain && refusal?.plainMessage.contains("another build") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: parts).isEmpty)
        #expect(throws: Failure.self) { try world.merged(read, parts: parts) }
    }

    /// Files are found by their bytes, wherever they lie and whatever they are called.
    @Test func filesAreFoundByTheirBytes() throws {
        let world = try ShardWorld.random(21, assets: 3, ledger: true)
        let wanted = try world.wholeRun()
        let plan = try world.plan(.shards(2))
        let (elsewhere, parts) = (try world.folder.subfolder(), try world.folder.subfolder())
        for (place, file) in plan.files.enumerated() {
            try FileManager.default.createDirectory(
                atPath: "\(elsewhere)/\(place)", withIntermediateDirectories: true)
            // One keeps its name, one is called as another, one is only linked to.
            let name = place == 0 ? file.name : place == 1 ? plan.files[0].name : "linked"
            try FileManager.default.moveItem(
                atPath: world.folder.path + "/" + file.name, toPath: "\(elsewhere)/\(place)/\(name)")
        }
        try FileManager.default.moveItem(atPath: elsewhere + "/2/linked", toPath: world.folder.path + "/away")
        try FileManager.default.createSymbolicLink(
            atPath: elsewhere + "/2/linked", withDestinationPath: world.folder.path + "/away")
        let early = try world.run(plan, 0, parts: parts)
        #expect(early.code == .tryAgain && early.computed == 0, "files that are not there may still come")
        for shard in plan.shards.indices {
            #expect(try world.run(plan, shard, parts: parts, inputs: elsewhere).code == nil)
        }
        ShardWorld.expectSame(try world.merged(plan, parts: parts, inputs: elsewhere), wanted, "found by their bytes")
        #expect(throws: Failure.self) {
            try world.run(plan, 0, parts: try world.folder.subfolder(), inputs: "/nowhere")
        }
    }

    /// A file that was changed after the plan, with the size it had, leaves no part.
    @Test func aChangedFileIsRefused() throws {
        let world = try ShardWorld.random(13, assets: 1, ledger: false)
        let plan = try world.plan(.shards(1))
        let path = world.folder.path + "/A0.csv"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let parts = try world.folder.subfolder()
        for (changed, code) in [
            (text.replacing("1600003600", with: "1600003601"), Failure.Code.badData),
            (text + "\n", .badData), (String(repeating: "x", count: text.utf8.count), .badData),
        ] {
            try changed.write(toFile: path, atomically: false, encoding: .utf8)
            do {
                #expect(try world.run(plan, 0, parts: parts).code == code)
            } catch let failure as Failure { #expect(failure.code == code) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: parts).isEmpty)
        }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try world.run(plan, 0, parts: parts).code == nil)
    }

    private static let brokenStudy = """
        version: 1
        name: broken
        data: [{asset: GOOD, path: good.csv}, {asset: BAD, path: bad.csv}]
        grid: {leverage: [1, 20], horizon: [4h]}
        platforms: {typical: {tiers: [{to: .inf, rate: 0.005}]}}
        headline: {asset: GOOD, side: long, leverage: 20, horizon: 4h}
        """

    /// A history that failed is read again by the merge. With another file in its place, of the same size, the report would be of
    /// neither.
    @Test func aMergeRefusesOtherBytesOfAHistoryThatFailed() throws {
        let bad = "no,prices\nat,all\n"
        let world = try ShardWorld(
            ShardFaultTests.brokenStudy, files: ["good.csv": ShardWorld.prices(seed: 1, bars: 300), "bad.csv": bad])
        let wanted = try world.wholeRun()
        let plan = try world.plan(.shards(2))
        let parts = try world.folder.subfolder()
        for shard in plan.shards.indices { try world.run(plan, shard, parts: parts) }
        try "no,prizes\nat,all\n".write(toFile: world.folder.path + "/bad.csv", atomically: false, encoding: .utf8)
        let refusal = #expect(throws: Failure.self) { try world.merged(plan, parts: parts) }
        #expect(refusal?.code == .badData)
        #expect(refusal?.plainMessage.contains("bad.csv is not what was planned with: its SHA-256 is ") == true)
        try bad.write(toFile: world.folder.path + "/bad.csv", atomically: false, encoding: .utf8)
        ShardWorld.expectSame(try world.merged(plan, parts: parts), wanted, "the file is back")
    }

    /// The same of a history that was divided, and is read to join its stretches.
    @Test func aMergeRefusesOtherBytesOfADividedHistory() throws {
        let world = try ShardLawTests.longWorld(4)
        var sizing = ShardSizing(cores: 1)
        (sizing.leastWork, sizing.leastWalkingShare) = (0, 0)
        let plan = try world.plan(.shards(3), sizing: sizing)
        let place = try #require(plan.histories.firstIndex { $0.pieces > 1 })
        let parts = try world.folder.subfolder()
        for shard in plan.shards.indices { try world.run(plan, shard, parts: parts, threads: 2) }
        let path = world.folder.path + "/" + plan.files[plan.histories[place].files[0]].name
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing(",100", with: ",101", maxReplacements: 1).write(
            toFile: path, atomically: false, encoding: .utf8)
        let refusal = #expect(throws: Failure.self) { try world.merged(plan, parts: parts) }
        #expect(refusal?.code == .badData && refusal?.plainMessage.contains("its SHA-256 is ") == true)
    }

    /// One file that is not there (yet) does not keep a shard from its other histories.
    @Test func oneMissingFileStopsItsOwnHistoryOnly() throws {
        let world = try ShardWorld.random(17, assets: 3, ledger: false)
        let wanted = try world.wholeRun()
        let plan = try world.plan(.shards(1))
        let (parts, gone) = (try world.folder.subfolder(), world.folder.path + "/A1.csv")
        let text = try String(contentsOfFile: gone, encoding: .utf8)
        try FileManager.default.removeItem(atPath: gone)
        let first = try world.run(plan, 0, parts: parts)
        #expect(first.computed == 2 && first.failures.count == 1 && first.code == .tryAgain)
        #expect(first.failures.first?.plainMessage.contains("A1.csv is not here") == true)
        try (text + "\n").write(toFile: gone, atomically: false, encoding: .utf8)
        let longer = try world.run(plan, 0, parts: parts)
        #expect(longer.computed == 0 && longer.found == 2 && longer.code == .badData, "a byte more is another file")
        // Sizes that read alike are told to the byte.
        let (found, planned) = distinctByteTexts(text.utf8.count + 1, text.utf8.count)
        let message = longer.failures.first?.plainMessage ?? ""
        #expect(found != planned && message.contains("it has \(found), not \(planned)"), "\(message)")
        try text.write(toFile: gone, atomically: false, encoding: .utf8)
        #expect(try world.run(plan, 0, parts: parts).computed == 1)
        ShardWorld.expectSame(try world.merged(plan, parts: parts), wanted, "after all files were there")
    }

    /// Nothing is computed for a folder that takes no part.
    @Test func aFolderThatTakesNothingIsFoundOutFirst() throws {
        let world = try ShardWorld.random(19, assets: 1, ledger: false)
        let plan = try world.plan(.shards(1))
        let file = world.folder.path + "/study.yaml"
        for place in [file, file + "/below"] {
            let observer = FirstEvents()
            let run = ShardRun(
                plan, shard: 0, parts: ShardParts(plan, folder: place), inputs: nil, settings: RunSettings(threads: 1),
                memory: nil, observer: observer)
            let refusal = #expect(throws: Failure.self) { try run.run() }
            #expect(refusal?.code == .cannotCreate, "\(place)")
            #expect(observer.count == 0, "nothing was begun")
        }
        let refusal = #expect(throws: Failure.self) { try world.merged(plan, parts: file) }
        #expect(refusal?.code == .noInput && refusal?.plainMessage.contains("is no folder") == true)
    }

    /// A link in the place of a part is not followed, and is replaced by the part.
    @Test func aLinkIsNoPart() throws {
        let world = try ShardWorld.random(23, assets: 1, ledger: false)
        let plan = try world.plan(.shards(1))
        let (parts, other) = (try world.folder.subfolder(), try world.folder.subfolder())
        try world.run(plan, 0, parts: other)
        try FileManager.default.createSymbolicLink(
            atPath: parts + "/job-1", withDestinationPath: other + "/job-1")
        let unit = ShardPlan.Unit(history: 0, piece: 0)
        guard case .unreadable = ShardParts(plan, folder: parts).state(unit) else {
            Issue.record("what is not followed is not damaged")
            return
        }
        let refusal = #expect(throws: Failure.self) { try world.merged(plan, parts: parts) }
        #expect(refusal?.plainMessage.contains("1 part is not to be read, that of A0") == true)
        #expect(try world.run(plan, 0, parts: parts).computed == 1)
        #expect(ShardParts(plan, folder: parts).state(unit) == .done)
    }

    /// A file that cannot be used fails on every machine alike: that is kept, and the merged report says what one machine's says.
    @Test func aFileThatCannotBeUsedFailsAlike() throws {
        let world = try ShardWorld(
            ShardFaultTests.brokenStudy,
            files: ["good.csv": ShardWorld.prices(seed: 1, bars: 300), "bad.csv": "no,prices\nat,all\n"])
        let wanted = try world.wholeRun()
        let plan = try world.plan(.shards(2))
        let parts = try world.folder.subfolder()
        let codes = try plan.shards.indices.map { try world.run(plan, $0, parts: parts).code }
        #expect(Set(codes) == [nil, .badData], "wrong for good, and the other goes on")
        let again = try plan.shards.indices.map { try world.run(plan, $0, parts: parts) }
        #expect(again.allSatisfy { $0.computed == 0 } && Set(again.map(\.code)) == [nil, .badData])
        let status = ShardStatus(plan, parts: ShardParts(plan, folder: parts), threads: 1)
        #expect(status.missing.isEmpty && status.failed.count == 1)
        ShardWorld.expectSame(try world.merged(plan, parts: parts), wanted, "one history failed")
    }

    /// Whatever reads as a bundle holds what was put in, and nothing brings the program down.
    @Test func bundlesAreReadAsTheyWereWritten() throws {
        for seed in ShardWorld.seeds(20, "bundles") {
            var random = SeededGenerator(seed: seed)
            let tallies = Dictionary(
                uniqueKeysWithValues: (0..<Int.random(in: 0...9, using: &random)).map { index in
                    let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    }
                    return (Digest(of: "\(seed) \(index)"), bytes)
                })
            let bytes = TallyBundle.bytes(tallies)
            let ranges = try #require(TallyBundle.ranges(bytes))
            #expect(ranges.mapValues { Array(bytes[$0]) } == tallies, "seed \(seed)")
            for _ in 0..<40 {
                var other = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
                if !other.isEmpty {
                    other[Int.random(in: other.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                #expect(TallyBundle.ranges(other)?.values.allSatisfy { $0.upperBound <= other.count } ?? true)
            }
        }
    }
}

/// Counts what happens in a run.
private final class FirstEvents: RunObserver {
    let control = RunControl()
    private let events = Atomic(0)

    var count: Int { events.load(ordering: .relaxed) }

    func observe(_ event: RunEvent) { events.add(1, ordering: .relaxed) }

    func watch<Value>(
        _ share: @escaping @Sendable () -> Double, during work: () throws -> Value
    ) throws -> Value { try work() }
}
