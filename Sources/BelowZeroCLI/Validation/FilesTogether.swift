import Foundation
import StressBasics
import StressStatistics

/// What several files say together: each is one observation, however long it is, since what a market's minutes do to the law is the
/// market's own.
struct FilesTogether {
    /// Of one length of bars.
    struct Row: Sendable {
        let barLength: TimeSpan
        /// Files with a ratio, and their geometric mean.
        let ratio: GeometricMean?
        /// Files with an overshoot that fits, and their geometric mean.
        let overshoot: GeometricMean?
    }

    let files: Int
    let rows: [Row]

    init(_ comparisons: [MinuteComparison], confidence: Double) {
        files = comparisons.count
        rows = MinuteComparison.lengths.map { length in
            let spans = comparisons.flatMap { $0.spans.filter { $0.barLength == length } }
            return Row(
                barLength: length, ratio: GeometricMean(spans.compactMap { $0.ratio?.ratio }, confidence: confidence),
                overshoot: GeometricMean(spans.compactMap { $0.fit?.overshoot }, confidence: confidence))
        }
    }

    var text: String {
        (["\(files) files together, each one observation (geometric means; intervals over files):"]
            + rows.map { row in
                "  \(row.barLength.text): ratio \(words(row.ratio)); overshoot that fits \(words(row.overshoot))"
            }).joined(separator: "\n") + "\n"
    }

    private func words(_ mean: GeometricMean?) -> String {
        guard let mean else { return "no data" }
        let value = significantText(mean.value, digits: 2)
        guard let ends = mean.interval else { return "\(value) (one file)" }
        return
            "\(value) (\(significantText(ends.low, digits: 2))–\(significantText(ends.high, digits: 2)), \(mean.count) files)"
    }
}

/// What several files say together, as `validate --json` prints it last.
struct FilesTogetherJSON: Encodable {
    let filesCount: Int
    let bars: [Bars]

    struct Bars: Encodable {
        let barS: Double
        let ratio, ratioCiLow, ratioCiHigh, overshootFit, overshootFitCiLow, overshootFitCiHigh: Double?
        let ratioFilesCount, overshootFilesCount: Int
    }

    init(_ together: FilesTogether) {
        filesCount = together.files
        bars = together.rows.map { row in
            Bars(
                barS: row.barLength.inSeconds, ratio: row.ratio?.value, ratioCiLow: row.ratio?.interval?.low,
                ratioCiHigh: row.ratio?.interval?.high, overshootFit: row.overshoot?.value,
                overshootFitCiLow: row.overshoot?.interval?.low, overshootFitCiHigh: row.overshoot?.interval?.high,
                ratioFilesCount: row.ratio?.count ?? 0, overshootFilesCount: row.overshoot?.count ?? 0)
        }
    }
}
