import CSVIngest
import PriceSeries
import StressBasics

/// How far mark prices lie from the traded ones, bar by bar.
struct MarkLevel {
    /// Bars that have both, and those of them in which the two are ``doubted`` apart or more.
    private let bars, far: Int
    /// The median distance, the farther price over the nearer one less 1, and the median mark price over the traded one.
    private let usual, level: Double
    /// The part of the history that has both.
    private let share: Double

    /// From this median distance on somebody should look.
    private static let doubted = 0.03
    /// No market’s marks are so far from its prices in half of all bars, be the steps of those as coarse as they may: they close positions
    /// that nothing closes.
    private static let refused = 1.0
    /// The least part of a history that decides on its marks: a collapse of hours does not.
    private static let deciding = 0.1
    private static let hint =
        "give the mark prices of the same market, in its unit and at its hours, or leave 'mark' out"

    /// Nil where no bar has both. O(bars log bars).
    init?(_ mark: MarkPrices, over series: BarSeries) {
        let missing = Set(mark.missing)
        let ratios = series.time.indices.compactMap { bar -> Double? in
            let (own, traded) = (mark.close[bar], series.close[bar])
            return own > 0 && traded > 0 && !missing.contains(bar) ? own / traded : nil
        }.sorted()
        guard !ratios.isEmpty else { return nil }
        let distances = ratios.map { max($0, 1 / $0) - 1 }.sorted()
        (bars, far) = (ratios.count, distances.count { $0 > MarkLevel.doubted })
        (usual, level) = (distances[bars / 2], ratios[bars / 2])
        share = Double(bars) / Double(series.count)
    }

    private var words: String {
        "the median distance from the traded closes of \(spacedCount(bars)) common bars is "
            + "\(significantText(usual * 100, digits: 2)) %, and the median mark price is \(significantText(level, digits: 3)) "
            + "times the traded one"
    }

    /// Says that they are doubtful; nil where they are not.
    var finding: Finding? {
        guard usual > MarkLevel.doubted else { return nil }
        return Finding(
            check: "mark_level", severity: .warning, message: words, count: far,
            action: "kept: marks trigger liquidations", hint: MarkLevel.hint)
    }

    /// Says that they cannot be those of the market; nil where they can.
    func error(in marks: IngestedSeries) -> IngestError? {
        guard usual >= MarkLevel.refused, share >= MarkLevel.deciding else { return nil }
        return .foreignMarks(words, in: marks.files.first?.name ?? "", hint: MarkLevel.hint)
    }
}
