import StressBasics
import StressPipeline
import StressStatistics

extension FilesTogether {
    /// As a person reads it.
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
