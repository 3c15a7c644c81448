import DurableFiles
import Foundation
import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// A plan as JSON: sorted members in snake case, one line. `plan_sha256` is the digest of the file's own bytes with zeros in its
/// place, so that a plan in which one byte was changed is no plan.
private struct PlanDocument: Codable {
    struct File: Codable {
        let name, sha256: String
        let bytes: Int
    }
    struct History: Codable {
        let asset: String
        let files: [Int]
        let bars, pieces: Int
    }

    let planVersion: Int
    let planSha256: String
    let program, command, study, studySha256, folder, jobsKey: String
    /// Of the resamples; part of the study, and here for whoever reads the plan.
    let seed: UInt64
    let cells: Int
    let files: [File]
    let histories: [History]
    let tables: [Int]
    /// Of each shard, history and piece in turn.
    let shards: [[Int]]
    let shardSeconds: Double
    let shardBytes, shardCores: Int
}

extension ShardPlan {
    static let version = 1
    /// Larger files are no plans.
    static let mostBytes = 256 << 20
    /// More shards than anybody has.
    public static let mostShards = 1_000_000
    /// Cores of a shard.
    static let mostCores = 100_000
    /// Bytes of memory of a shard: a pebibyte.
    static let mostMemory = 1 << 50
    private static let noDigest = String(repeating: "0", count: 64)

    /// The plan as it is written, with its digest. Throws a ``Failure`` when its study cannot be read.
    func written() throws(Failure) -> (plan: ShardPlan, text: String) {
        let study = try study()
        let document = PlanDocument(
            planVersion: ShardPlan.version, planSha256: ShardPlan.noDigest, program: program, command: command,
            study: studyText, studySha256: Digest(of: studyText).hex, folder: folder, jobsKey: keys.common.hex,
            seed: study.statistics.seed, cells: study.cellCount,
            files: files.map { PlanDocument.File(name: $0.name, sha256: $0.digest.hex, bytes: $0.bytes) },
            histories: histories.map {
                PlanDocument.History(asset: $0.asset, files: $0.files, bars: $0.bars, pieces: $0.pieces)
            },
            tables: tables, shards: shards.map { $0.flatMap { [$0.history, $0.piece] } },
            shardSeconds: estimate.seconds, shardBytes: estimate.memory, shardCores: estimate.cores)
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(document) else { preconditionFailure("plain values encode") }
        let blank = String(decoding: bytes, as: UTF8.self) + "\n"
        var plan = self
        plan.digest = Digest(of: blank)
        return (plan, blank.replacing(ShardPlan.entry(ShardPlan.noDigest), with: ShardPlan.entry(plan.digest.hex)))
    }

    private static func entry(_ digest: String) -> String { "\"plan_sha256\":\"\(digest)\"" }

    /// Writes the plan to a new file; what stands there is left alone.
    ///
    /// - Returns: the plan with its digest.
    public func write(to path: String) throws -> ShardPlan {
        let (plan, text) = try written()
        do throws(StoreError) { try writeWholeFile(text, to: path) } catch { throw Failure(error) }
        return plan
    }

    /// Reads a plan and checks every bit of it.
    ///
    /// - Parameter absence: what it is when there is no such file.
    /// - Throws: a ``Failure``, bad data for what is no plan or was changed.
    public init(file path: String, absence: Failure.Code = .noInput) throws(Failure) {
        let name = SourceLocation.presentablePath(path)
        var bytes: [UInt8]?
        do throws(FileError) {
            let file = try OpenFile(path, .reading(followsLinks: true))
            if let facts = file.facts, facts.kind == .file, facts.bytes <= ShardPlan.mostBytes {
                bytes = try file.read(atMost: facts.bytes)
            }
        } catch {
            throw Failure(
                absence, "cannot read the plan \(name): \(error.words)",
                hint: "check the path, and that the file system is mounted")
        }
        guard let bytes else {
            throw Failure(.badData, "\(name) is no plan", hint: "name the file that 'belowzero shard plan' wrote")
        }
        try self.init(String(decoding: bytes, as: UTF8.self), name: name)
    }

    /// The plan of a text; `name` is shown in messages.
    init(_ text: String, name: String) throws(Failure) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let document = try? decoder.decode(PlanDocument.self, from: Data(text.utf8)) else {
            throw Failure(
                .badData, "\(name) is no plan, or was cut short",
                hint: "name the file that 'belowzero shard plan' wrote")
        }
        guard document.planVersion == ShardPlan.version else {
            throw Failure(
                .badData,
                "\(name) is a plan of version \(document.planVersion), this program reads \(ShardPlan.version)",
                hint: "use the program that wrote it, or plan again")
        }
        let blank = text.replacing(
            ShardPlan.entry(document.planSha256), with: ShardPlan.entry(ShardPlan.noDigest), maxReplacements: 1)
        guard Digest(of: blank).hex == document.planSha256, let plan = ShardPlan(document, Digest(of: blank)),
            plan.isSound
        else {
            throw Failure(
                .badData, "\(name) was changed: its bytes have another digest than it says",
                hint: "a plan is never edited; plan again")
        }
        self = plan
    }

    private init?(_ document: PlanDocument, _ digest: Digest) {
        func digestOf(_ hex: String) -> Digest? { Array(hex.utf8).withUnsafeBytes(Digest.init(hexBytes:)) }
        let files = document.files.compactMap { file in
            digestOf(file.sha256).map { File(name: file.name, digest: $0, bytes: file.bytes) }
        }
        guard files.count == document.files.count, let common = digestOf(document.jobsKey),
            document.shards.allSatisfy({ $0.count.isMultiple(of: 2) })
        else { return nil }
        self.init(
            program: document.program, command: document.command, studyText: document.study, folder: document.folder,
            keys: JobKeys(common: common), files: files,
            histories: document.histories.map {
                History(asset: $0.asset, files: $0.files, bars: $0.bars, pieces: $0.pieces)
            },
            tables: document.tables,
            shards: document.shards.map { numbers in
                stride(from: 0, to: numbers.count, by: 2).map { Unit(history: numbers[$0], piece: numbers[$0 + 1]) }
            },
            estimate: Estimate(
                seconds: document.shardSeconds, memory: document.shardBytes, cores: document.shardCores),
            digest: digest)
    }

    /// Whether every number names something, and every unit is in one shard. What has its digest was written by us; what only
    /// looks so must not bring the program down.
    private var isSound: Bool {
        let places = histories.flatMap(\.files) + tables
        guard places.allSatisfy(files.indices.contains), shards.count <= ShardPlan.mostShards,
            histories.allSatisfy({ 1...ShardPlan.mostShards ~= $0.pieces }), !histories.isEmpty, !shards.isEmpty,
            1...ShardPlan.mostCores ~= estimate.cores, 0...ShardPlan.mostMemory ~= estimate.memory
        else { return false }
        let units = shards.flatMap { $0 }
        let all = histories.reduce(0) { $0 + $1.pieces }
        return units.count == all && Set(units).count == all
            && units.allSatisfy { unit in
                histories.indices.contains(unit.history) && 0..<histories[unit.history].pieces ~= unit.piece
            }
    }
}
