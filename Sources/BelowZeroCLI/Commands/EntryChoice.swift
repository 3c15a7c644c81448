import PriceSeries
import StressBasics
import StressEngine
import StressPipeline
import StressStatistics

/// Finds the entry that a user names by its time.
struct EntryChoice {
    /// In order of time.
    let held: [HeldEntry]
    let series: BarSeries

    /// Why an entry is the one that is shown.
    enum Reason: String {
        case asked, worst, lowest

        /// In words.
        var words: String {
            switch self {
            case .asked: "by its time"
            case .worst:
                "for the largest shortfall, on average where a law tells it, of all that ended below zero, or may have"
            case .lowest: "for the lowest end of all: none ended below zero"
            }
        }
    }

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
