import CSVIngest
import Foundation
import PriceSeries
import StressBasics
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// What `explain` takes apart: a study file, or the study that a run's folder holds, with the prices that it read.
struct ExplainedStudy {
    let study: Study
    let files: InputFiles
    /// Digests of each price history's files when the run read them; nil for a study file, whose prices may be any.
    private let digests: [String: [String]]?

    /// - Parameters:
    ///   - path: a study file or the folder of a run.
    ///   - prices: the folder that files are relative to; nil for the study's own, or the one of the run's command.
    init(_ path: String, prices: String?) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            let loaded = try LoadedStudy(file: path, prices: prices)
            (study, files, digests) = (loaded.study, loaded.files, nil)
            return
        }
        let run = try StoredRunFolder(path)
        (study, files, digests) = (run.study, InputFiles(base: prices ?? run.baseFolder), run.digests)
    }

    /// Throws a ``Failure`` when a run's prices are not the bytes that it read: the numbers would be of another history.
    func expectSameBytes(_ report: AssetReport) throws {
        guard let wanted = digests?[report.asset] else { return }
        let found = report.files.map(\.digest.hex)
        guard found != wanted else { return }
        let changed = zip(report.files, wanted).first { $0.digest.hex != $1 }?.0.name
        throw Failure(
            .badData,
            "\(SourceLocation.presentable(changed ?? report.asset)) is not what the run read: its bytes have changed since",
            hint:
                "name the study file to take the prices of today apart, or --prices with a folder that holds the old ones"
        )
    }
}

/// Finds the entry that a user names by its time.
struct EntryChoice {
    /// In order of time.
    let held: [HeldEntry]
    let series: BarSeries

    /// The bar of the entry at a time written as `2018-01-05T09:00Z` or as epoch milliseconds.
    ///
    /// - Throws: a ``Failure`` that names the nearest entry whose end is known, the earlier of two equally near, when none is there.
    func bar(at text: String) throws -> Int {
        guard let time = UTCInstant(rfc3339: text)?.milliseconds ?? Int64(text) else {
            throw Failure(
                .usage, "cannot read --entry '\(SourceLocation.presentable(text))'",
                hint: "write a bar's open time in UTC, such as \(written(series.time[0])), or epoch milliseconds")
        }
        let decided = held.filter(\.isDecided)
        guard let nearest = decided.min(by: { distance($0.time, time) < distance($1.time, time) }) else {
            throw Failure(
                .usage, "no entry ended in the data", hint: "take a shorter holding time, or a longer history")
        }
        if nearest.time == time { return Int(nearest.bar) }
        throw Failure(
            .usage, objection(to: time), hint: "the nearest entry that ended: --entry \(written(nearest.time))")
    }

    private func objection(to time: Int64) -> String {
        if held.contains(where: { $0.time == time }) {
            return "the entry at \(written(time)) is cut by a gap or by the end of the data before it ends"
        }
        return series.time.contains(time)
            ? "the entry at \(written(time)) was not held: it was excluded or rejected"
            : "no bar opens at \(written(time))"
    }

    // Times are far from the ends of Int64 in bars, not in what a user types.
    private func distance(_ a: Int64, _ b: Int64) -> UInt64 { UInt64(bitPattern: max(a, b) &- min(a, b)) }

    private func written(_ time: Int64) -> String { UTCInstant(milliseconds: time).entryText }
}

extension UTCInstant {
    /// The shortest text that `--entry` reads as this time: to the minute where the time is one.
    var entryText: String {
        guard milliseconds % 1000 == 0 else { return String(milliseconds) }
        return milliseconds % 60_000 == 0 ? rfc3339.replacing(":00Z", with: "Z") : rfc3339
    }
}
