import StressBasics
import StressStatistics
import StudyPlan

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension RunRecord {
    /// The most limits a run may have in the store: breaches come first, then the order of `limits.csv`.
    public static let mostLimits = 10_000

    /// Reads what a whole run folder says of itself in `run.json` and `summary.json`.
    ///
    /// - Parameters:
    ///   - path: the run folder.
    ///   - name: what the store calls it.
    public init(folder path: String, named name: String) throws(StoreError) {
        let manifest: ManifestFile = try decoded(path + "/run.json")
        let summary: SummaryFile = try decoded(path + "/summary.json")
        guard let started = UTCInstant(rfc3339: manifest.circumstances.startedUtc) else {
            throw StoreError(.badFolder, "\(path)/run.json has no start that is a time")
        }
        guard manifest.runId == summary.runId else {
            throw StoreError(.badFolder, "\(path): run.json and summary.json speak of different runs")
        }
        self.init(
            run: summary.run(folder: name, manifest: manifest, started: started), jobs: summary.jobs,
            inputs: manifest.inputs.map(\.stored), findings: (summary.findings ?? []).map(\.stored),
            headlines: summary.storedHeadlines, limits: RunRecord.kept(summary.limits.map(\.stored)))
    }

    /// Whether the run folder asks to be in the history: it was not written by a sweep, nor with `--no-store`.
    public static func wantsHistory(folder path: String) throws(StoreError) -> Bool {
        let manifest: ManifestFile = try decoded(path + "/run.json")
        return manifest.circumstances.isRecorded ?? !manifest.command.hasPrefix("belowzero sweep")
    }

    private static func kept(_ limits: [StoredLimit]) -> [StoredLimit] {
        guard limits.count > mostLimits else { return limits }
        let breaches = limits.filter { $0.status == "breach" }
        return Array((breaches + limits.filter { $0.status != "breach" }).prefix(mostLimits))
    }
}

/// The largest file of a run folder that is read: the summary of a million limits.
private let mostBytes = 512 << 20

private func decoded<T: Decodable>(_ path: String) throws(StoreError) -> T {
    let bytes = try runFile(path, atMost: mostBytes)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
        return try decoder.decode(T.self, from: Data(bytes))
    } catch {
        throw StoreError(.badFolder, "cannot understand \(path)", hint: "the run folder was changed or damaged")
    }
}

// MARK: The files

/// The keys of `run.json` that the history keeps.
private struct ManifestFile: Decodable {
    let runId: String
    let version: String
    let command: String
    let study: StudyName
    let resultsSha256: String
    let inputs: [InputEntry]
    let circumstances: Circumstances

    struct Circumstances: Decodable {
        let startedUtc: String
        let durationS: Double
        let exitCode: Int?
        let isRecorded: Bool?
        let studyFile: String?
    }
}

private struct StudyName: Decodable {
    let name: String
    let sha256: String
    let figuresSha256: String?
}

private struct InputEntry: Decodable {
    let asset: String
    let file: String
    let bytes: Int
    let rows: Int
    let sha256: String
    let format: String

    var stored: StoredInput {
        StoredInput(asset: asset, file: file, bytes: bytes, rows: rows, digest: sha256, format: format)
    }
}

/// The keys of `summary.json` that the history keeps. What an older program did not write is optional.
private struct SummaryFile: Decodable {
    let runId: String
    let status: String
    let confidence: Double
    let headline: HeadlineEntry?
    let headlines: [HeadlineEntry]?
    let limits: [LimitEntry]
    let assets: [AssetEntry]
    let failures: [FailureEntry]?
    let findings: [FindingEntry]?

    func run(folder: String, manifest: ManifestFile, started: UTCInstant) -> StoredRun {
        let status = StoredRun.Status(rawValue: status) ?? .ok
        let codes: [StoredRun.Status: Int] = [.ok: 0, .breached: 3, .partial: 4, .failed: 1]
        return StoredRun(
            folder: folder, runID: runId, study: manifest.study.name, studyDigest: manifest.study.sha256,
            figuresDigest: manifest.study.figuresSha256, studyFile: manifest.circumstances.studyFile ?? "",
            resultsDigest: manifest.resultsSha256, version: manifest.version, command: manifest.command,
            started: started, duration: TimeSpan(milliseconds: milliseconds(manifest.circumstances.durationS)),
            status: status, exitCode: manifest.circumstances.exitCode ?? codes[status] ?? 0, confidence: confidence)
    }

    /// A job that failed after its files were read stands among the assets, too.
    var jobs: [StoredJob] {
        var jobs = assets.map(\.stored)
        for failure in failures ?? [] {
            if let place = jobs.firstIndex(where: { $0.asset == failure.asset }) {
                (jobs[place].isFailed, jobs[place].message) = (true, failure.message ?? "")
            } else {
                jobs.append(StoredJob(asset: failure.asset, isFailed: true, message: failure.message ?? ""))
            }
        }
        return jobs
    }

    var storedHeadlines: [StoredHeadline] {
        let own = headline?.cell
        let all = headlines ?? [headline].compactMap { $0 }
        return all.map { $0.stored(isStudyHeadline: $0.cell == own) }
    }
}

private struct AssetEntry: Decodable {
    let asset: String
    let firstUtc: String
    let lastUtc: String
    let barsCount: Int
    let barS: Double
    let checks: [String: Int]
    let barsFingerprint: String?

    var stored: StoredJob {
        StoredJob(
            asset: asset, first: UTCInstant(rfc3339: firstUtc), last: UTCInstant(rfc3339: lastUtc), bars: barsCount,
            barLength: TimeSpan(milliseconds: milliseconds(barS)), notes: checks["note"] ?? 0,
            warnings: checks["warning"] ?? 0, errors: checks["error"] ?? 0, fingerprint: barsFingerprint)
    }
}

private struct FailureEntry: Decodable {
    let asset: String
    let message: String?
}

private struct FindingEntry: Decodable {
    let asset: String
    let check: String
    let severity: String
    let count: Int

    var stored: StoredFinding { StoredFinding(asset: asset, check: check, severity: severity, count: count) }
}

/// The members of a headline, and among them those of its cell.
private struct HeadlineEntry: Decodable {
    let cell: CellKey
    private let figures: Figures
    private let shares: [Measure: Double]

    private struct Figures: Decodable {
        let status: String
        let entriesCount: Int
        let entriesEffectiveCount: Int
        let ciLowFrac: Double?
        let ciHighFrac: Double?
    }

    init(from decoder: any Decoder) throws {
        (cell, figures) = (try CellKey(from: decoder), try Figures(from: decoder))
        let members = try decoder.container(keyedBy: NamedMember.self)
        shares = try Measure.kept.reduce(into: [:]) { $0[$1] = try HeadlineEntry.share($1, in: members) }
    }

    /// A share stands among the members, or in the object of its fill rule; folders of before there was one lack it.
    private static func share(_ measure: Measure, in members: KeyedDecodingContainer<NamedMember>) throws -> Double? {
        let name = NamedMember(measure.plainName).inCamelCase
        guard measure.fill != .chosen else { return try members.decodeIfPresent(Double.self, forKey: name) }
        let fill = NamedMember("\(measure.fill.rawValue)_fill").inCamelCase
        guard try members.contains(fill) && !members.decodeNil(forKey: fill) else { return nil }
        return try members.nestedContainer(keyedBy: NamedMember.self, forKey: fill)
            .decodeIfPresent(Double.self, forKey: name)
    }

    func stored(isStudyHeadline: Bool) -> StoredHeadline {
        StoredHeadline(
            cell: cell, isStudyHeadline: isStudyHeadline, status: figures.status, entries: figures.entriesCount,
            effectiveEntries: figures.entriesEffectiveCount, shares: shares,
            interval: Interval(low: figures.ciLowFrac, high: figures.ciHighFrac))
    }
}

/// The members of a limit, and among them those of its cell where it is on one.
private struct LimitEntry: Decodable {
    private let cell: CellKey?
    private let figures: Figures

    private struct Figures: Decodable {
        let asset: String
        let contract: String?
        let platform: String?
        let measure: String
        let form: String?
        let bound: String?
        let max: Double?
        let limit: Double?
        let value: Double?
        let low: Double?
        let high: Double?
        let baseline: Double?
        let status: String?
        let breached: Bool
        let behaviour: String?
    }

    init(from decoder: any Decoder) throws {
        figures = try Figures(from: decoder)
        cell = figures.contract == nil ? nil : try CellKey(from: decoder)
    }

    var stored: StoredLimit {
        StoredLimit(
            asset: figures.asset, cell: cell, platform: cell == nil ? figures.platform : nil, measure: figures.measure,
            form: figures.form ?? "max",
            bound: figures.bound ?? "value", threshold: figures.limit ?? figures.max, value: figures.value,
            interval: Interval(low: figures.low, high: figures.high), baseline: figures.baseline,
            status: figures.status ?? (figures.breached ? "breach" : figures.value == nil ? "no_value" : "met"),
            behaviour: figures.behaviour == Behaviour.hodl.name ? nil : figures.behaviour)
    }
}

/// Milliseconds of a number of seconds; 0 for what no clock of ours writes.
private func milliseconds(_ seconds: Double) -> Int64 {
    let value = (seconds * 1000).rounded()
    return abs(value) < 1e15 ? Int64(value) : 0
}
