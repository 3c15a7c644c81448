import CSVIngest
import Foundation
import RunStore
import StressBasics
import StressReport
import StudyPlan

/// A run folder, read again to be compared with another.
struct StoredRunFolder {
    let run: ComparedRun
    let study: Study
    /// The command that made it, word by word.
    let command: [String]
    /// Digests of each price history's files, in order.
    let digests: [String: [String]]
    /// What each price history covers.
    let spans: [String: Span]

    /// Time and number of bars.
    struct Span: Equatable {
        let first: UTCInstant
        let last: UTCInstant
        let bars: Int
    }

    /// Reads the folder. Throws a ``Failure`` that says which file is missing or damaged.
    init(_ folder: String) throws {
        let manifest: Manifest = try StoredRunFolder.decoded(folder + "/run.json")
        let summary: Summary = try StoredRunFolder.decoded(folder + "/summary.json")
        do {
            study = try loadStudy(yaml: manifest.study.text, file: folder + "/run.json").value
        } catch {
            throw Failure(
                .badData, "cannot read the study that \(folder)/run.json holds: \(error.findings.first?.message ?? "")",
                hint: "it was written by another version, or changed")
        }
        command = shellWords(manifest.command)
        digests = Dictionary(grouping: manifest.inputs, by: \.asset).mapValues { $0.map(\.sha256) }
        var spans: [String: Span] = [:]
        for asset in summary.assets {
            guard let first = asset.firstUtc.flatMap(UTCInstant.init(rfc3339:)),
                let last = asset.lastUtc.flatMap(UTCInstant.init(rfc3339:)), let bars = asset.barsCount
            else { continue }
            spans[asset.asset] = Span(first: first, last: last, bars: bars)
        }
        self.spans = spans
        run = ComparedRun(
            runID: manifest.runId, study: manifest.study.name, studyText: manifest.study.text,
            version: manifest.version,
            started: UTCInstant(rfc3339: manifest.circumstances.startedUtc) ?? UTCInstant(milliseconds: 0),
            confidence: summary.confidence, headline: study.headlineCell.map(StoredCell.init),
            cells: try StoredRunFolder.cells(folder + "/results.csv", confidence: summary.confidence))
    }

    private static func decoded<T: Decodable>(_ path: String) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: 1 << 30)
        else {
            throw Failure(
                .noInput, "cannot read \(path)", hint: "name the folder of a run, such as Reports/nightly/latest")
        }
        guard let value = try? decoder.decode(T.self, from: data) else {
            throw Failure(.badData, "cannot understand \(path)", hint: "it is no file of a run, or it was changed")
        }
        return value
    }

    // MARK: Results

    private static func cells(
        _ path: String, confidence: Double
    ) throws -> [(key: StoredCell, figures: CellFigures)] {
        let ends = confidence == 0.95 ? ["ci95_low_frac", "ci95_high_frac"] : ["ci_low_frac", "ci_high_frac"]
        let texts = ["asset", "contract", "side", "platform", "status"]
        let counts = ["entries_count", "liquidated_count", "negative_count", "unprotected_count"]
        let numbers = ["leverage_x", "horizon_h", "negative_equity_frac", "shortfall_max_margin_frac"] + ends
        let names = texts + counts + numbers
        let table: NamedTable
        do throws(IngestError) {
            table = try NamedTable(file: path, wanted: Set(names))
        } catch { throw Failure([error]) }
        let columns = names.map { table[$0] }
        guard columns.allSatisfy({ $0 != nil }) else {
            let missing = zip(names, columns).first { $1 == nil }?.0 ?? ""
            throw Failure(.badData, "\(path) has no column \(missing)", hint: "it was written by another version")
        }
        func field(_ name: String, _ row: Int) -> String { table[name]?[row] ?? "" }
        return try (0..<table.rowCount).map { row in
            func count(_ name: String) throws -> Int {
                guard let value = Int(field(name, row)) else { throw unreadable(path, row, name) }
                return value
            }
            func number(_ name: String) throws -> Double? {
                let text = field(name, row)
                if text.isEmpty { return nil }
                guard let value = Double(text), !value.isNaN else { throw unreadable(path, row, name) }
                return value.isFinite ? value : nil
            }
            func positive(_ name: String) throws -> Double {
                guard let value = try number(name), value > 0 else { throw unreadable(path, row, name) }
                return value
            }
            return (
                StoredCell(
                    asset: field("asset", row), contract: field("contract", row), side: field("side", row),
                    leverage: try positive("leverage_x"), horizonHours: try positive("horizon_h"),
                    platform: field("platform", row)),
                CellFigures(
                    entries: try count("entries_count"), liquidated: try count("liquidated_count"),
                    negative: try count("negative_count"), unprotected: try count("unprotected_count"),
                    frequency: try number("negative_equity_frac"), low: try number(ends[0]), high: try number(ends[1]),
                    largestShortfall: try number("shortfall_max_margin_frac"),
                    status: field("status", row))
            )
        }
    }

    private static func unreadable(_ path: String, _ row: Int, _ column: String) -> Failure {
        Failure(.badData, "cannot read \(column) in \(path), row \(row + 1)", hint: "the file was changed by hand")
    }
}

/// What `run.json` holds, as far as it is compared.
private struct Manifest: Decodable {
    struct StudyText: Decodable { let name, text: String }
    struct Input: Decodable { let asset, sha256: String }
    struct Circumstances: Decodable { let startedUtc: String }
    let runId, version, command: String
    let study: StudyText
    let inputs: [Input]
    let circumstances: Circumstances
}

/// What `summary.json` holds, as far as it is compared.
private struct Summary: Decodable {
    struct Asset: Decodable {
        let asset: String
        let firstUtc, lastUtc: String?
        let barsCount: Int?
    }
    let confidence: Double
    let assets: [Asset]
}

/// The words of a command as ``shellQuoted(_:)`` joined them.
func shellWords(_ command: String) -> [String] {
    var (words, word, isQuoted, isOpen) = ([String](), "", false, false)
    var rest = command[...]
    while let character = rest.popFirst() {
        switch character {
        case "'":
            isQuoted.toggle()
            isOpen = true
        case "\\" where !isQuoted:
            if let next = rest.popFirst() { word.append(next) }
            isOpen = true
        case " " where !isQuoted:
            if isOpen { words.append(word) }
            (word, isOpen) = ("", false)
        default:
            word.append(character)
            isOpen = true
        }
    }
    return isOpen ? words + [word] : words
}
