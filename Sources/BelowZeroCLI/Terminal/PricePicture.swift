import CSVIngest
import Foundation
import PriceSeries
import StressBasics
import StressReport
import StressResults

/// The close of a price history as characters: one look tells whether the right columns were read.
///
/// Time runs to the right in columns of equal length, the logarithm of the close upwards. A column is filled from its lowest
/// close to its highest, and to the close before it, unless a gap lies between. Below stands what was found, and closes of
/// zero or less have a line of their own, since they have no logarithm.
struct PricePicture: Sendable {
    /// Every line, without line ends.
    let lines: [String]

    /// Rows of the picture; each has two halves.
    private static let rows = 16
    /// What is drawn where the output has no width of its own.
    static let usualWidth = 80
    /// Wider pictures tell nothing more.
    private static let widest = 400
    /// Columns for the prices beside the picture.
    private static let margin = 12

    /// Draws a series that was read, `width` characters wide. O(bars + findings).
    init(_ read: IngestedSeries, width: Int) {
        let columns = max(10, min(width, PricePicture.widest) - PricePicture.margin)
        let marks = PictureMarks(read, PictureColumns(read.series, count: columns))
        let band = PictureBand(read.series, marks.columns, marks.isGap)
        let picture = PricePicture.labels(band).enumerated().map { row, label in
            PricePicture.line(label, band.text(row: row, of: PricePicture.rows))
        }
        lines =
            picture + (band.hasNonPositive ? [PricePicture.line("0 or less", band.nonPositiveText)] : [])
            + marks.lines.map { PricePicture.line("", $0) } + [PricePicture.axis(read.series, columns)]
            + PricePicture.legend(read.series, marks, band, width: width)
    }

    private static func line(_ label: String, _ text: String) -> String {
        let cut = String(label.prefix(margin - 2))
        let end = text.reversed().drop { $0 == " " }.reversed()
        return String(repeating: " ", count: margin - 2 - cut.count) + cut + " │" + String(end)
    }

    /// Prices at the top, the bottom and each quarter between.
    private static func labels(_ band: PictureBand) -> [String] {
        (0..<rows).map { row in
            guard let range = band.range, row % 5 == 0 else { return "" }
            let part = Double(row) / Double(rows - 1)
            return priceLabel(exp(range.upperBound - part * (range.upperBound - range.lowerBound)))
        }
    }

    /// Four digits; with an exponent where zeros would fill the margin.
    private static func priceLabel(_ price: Double) -> String {
        (1e-4..<1e9).contains(price) ? significantText(price, digits: 4) : String(format: "%.3g", price)
    }

    private static func axis(_ series: BarSeries, _ columns: Int) -> String {
        let first = series.instant(0).minuteText
        let last = series.instant(series.count - 1).minuteText
        let gap = String(repeating: " ", count: max(1, columns - first.count - last.count))
        return String(repeating: " ", count: margin - 1) + "└" + (series.count == 1 ? first : first + gap + last)
    }

    private static func legend(
        _ series: BarSeries, _ marks: PictureMarks, _ band: PictureBand, width: Int
    ) -> [String] {
        let length = TimeSpan(milliseconds: Int64(marks.columns.length.rounded()))
        let step = length.milliseconds >= 1000 ? ", a column is \(length.roundedText)" : ""
        let scale =
            band.range == nil
            ? "no close is above zero, so there is nothing to draw on a log scale"
            : "close in the quote currency, log scale, UTC\(step)"
        let style = TerminalStyle(width: width)
        return ([scale] + marks.legend).map { style.wrapped($0, indent: String(repeating: " ", count: margin)) }
    }
}

/// Columns of equal length from the first bar to the end of the last.
struct PictureColumns: Sendable {
    let count: Int
    private let first: Int64
    /// Milliseconds of a column.
    let length: Double

    init(_ series: BarSeries, count: Int) {
        self.count = count
        first = series.time[0]
        let end = series.time[series.count - 1] + (series.barLength?.milliseconds ?? 1)
        length = max(1, Double(end - first)) / Double(count)
    }

    /// The column of a time; the nearest for a time outside.
    func index(_ time: Int64) -> Int { min(count - 1, max(0, Int(Double(time - first) / length))) }

    /// The part of a column that a stretch of time takes, 0 to 1.
    func part(of column: Int, _ start: Int64, _ end: Int64) -> Double {
        let (from, to) = (Double(start - first) / length, Double(end - first) / length)
        return max(0, min(to, Double(column + 1)) - max(from, Double(column)))
    }
}

/// The lowest and the highest close of each column.
private struct PictureBand {
    private var low: [Double]
    private var high: [Double]
    private var isNonPositive: [Bool]
    /// Logarithms of the lowest and the highest close above zero; nil when there is none.
    let range: ClosedRange<Double>?

    init(_ series: BarSeries, _ columns: PictureColumns, _ isGap: (Int) -> Bool) {
        low = Array(repeating: .infinity, count: columns.count)
        high = Array(repeating: -.infinity, count: columns.count)
        isNonPositive = Array(repeating: false, count: columns.count)
        var before: Double?
        for bar in 0..<series.count {
            let column = columns.index(series.time[bar])
            guard series.close[bar] > 0 else {
                (isNonPositive[column], before) = (true, nil)
                continue
            }
            let price = log(series.close[bar])
            let other = isGap(bar) ? price : before ?? price
            low[column] = min(low[column], price, other)
            high[column] = max(high[column], price, other)
            before = price
        }
        let (least, most) = (low.min() ?? .infinity, high.max() ?? -.infinity)
        range = least <= most ? least...most : nil
    }

    var hasNonPositive: Bool { isNonPositive.contains(true) }
    var nonPositiveText: String { String(isNonPositive.map { $0 ? "█" : " " }) }

    /// One row of characters, the first at the top.
    func text(row: Int, of rows: Int) -> String {
        guard let range else { return "" }
        // A price that never changes lies in the middle.
        let height = range.upperBound - range.lowerBound
        func level(_ price: Double) -> Int {
            height > 0 ? Int((price - range.lowerBound) / height * Double(2 * rows - 1) + 0.5) : rows
        }
        let bottom = 2 * (rows - 1 - row)
        return String(
            low.indices.map { column -> Character in
                guard low[column] <= high[column] else { return " " }
                let filled = level(low[column])...level(high[column])
                switch (filled.contains(bottom + 1), filled.contains(bottom)) {
                case (true, true): return "█"
                case (true, false): return "▀"
                case (false, true): return "▄"
                case (false, false): return " "
                }
            })
    }
}

/// Gaps and findings below the picture.
private struct PictureMarks {
    let columns: PictureColumns
    private let afterGap: Set<Int>
    private let kinds: [(signs: [Character], words: String)]

    init(_ read: IngestedSeries, _ columns: PictureColumns) {
        self.columns = columns
        let series = read.series
        let gaps = barsAfterGaps(series)
        afterGap = Set(gaps)
        let suspicious = PictureMarks.signs("x", read.suspicious.map { columns.index(series.time[$0]) }, columns)
        let places = PictureMarks.places(read, columns)
        func words(_ count: Int, _ one: String, _ many: String) -> String {
            "\(groupedText(count, separator: " ")) \(count == 1 ? one : many)"
        }
        kinds = [
            (
                PictureMarks.gapSigns(series, gaps, columns),
                "- and . " + words(gaps.count, "gap", "gaps") + " (. less than half of the column)"
            ), (suspicious, "x " + words(read.suspicious.count, "suspicious bar", "suspicious bars")),
            (
                PictureMarks.signs("!", places, columns),
                "! " + words(places.count, "other place", "other places") + " with a finding"
            ),
        ].filter { $0.0.contains { $0 != " " } }
    }

    private static func signs(_ sign: Character, _ places: [Int], _ columns: PictureColumns) -> [Character] {
        var signs = [Character](repeating: " ", count: columns.count)
        for place in places { signs[place] = sign }
        return signs
    }

    /// `.` where a gap takes some of a column, `-` where gaps take at least half of it.
    private static func gapSigns(_ series: BarSeries, _ gaps: [Int], _ columns: PictureColumns) -> [Character] {
        var covered = [Double](repeating: 0, count: columns.count)
        let bar = series.barLength?.milliseconds ?? 1
        for gap in gaps {
            let (start, end) = (series.time[gap - 1] + bar, series.time[gap])
            let (first, last) = (columns.index(start), columns.index(end - 1))
            for column in first...max(first, last) { covered[column] += columns.part(of: column, start, end) }
        }
        return covered.map { $0 <= 0 ? " " : $0 < 0.5 ? "." : "-" }
    }

    /// Places of findings that are no gaps and no suspicious bars: steps of the level, extreme bars, conflicting rows.
    private static func places(_ read: IngestedSeries, _ columns: PictureColumns) -> [Int] {
        let drawn: Set<String> = ["gap", "missing_bars", "bar_length", "time_order"]
        let suspicious = Set(read.suspicious.map { read.series.time[$0] })
        let times = read.findings.compactMap { finding -> Int64? in
            let isDrawn = drawn.contains(finding.check) || finding.severity == .pass
            let isWorthIt = finding.isDetail || finding.severity == .warning || finding.severity == .error
            guard let time = finding.time?.milliseconds, !isDrawn, isWorthIt else { return nil }
            return suspicious.contains(time) ? nil : time
        }
        return Set(times).sorted().map(columns.index)
    }

    /// Whether a gap lies between a bar and the one before.
    func isGap(_ bar: Int) -> Bool { afterGap.contains(bar) }

    var lines: [String] {
        kinds.map { String($0.signs) }
    }

    var legend: [String] {
        kinds.isEmpty ? ["no gap and no finding with a place"] : [kinds.map(\.words).joined(separator: ", ")]
    }
}

extension TimeSpan {
    /// About two of its largest units: `4d 5h`, `12m 30s`.
    fileprivate var roundedText: String {
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        guard let place = units.firstIndex(where: { milliseconds >= $0.0 }) else { return text }
        let (unit, name) = units[place]
        guard place + 1 < units.count else { return "\(milliseconds / unit)\(name)" }
        let rest = milliseconds % unit / units[place + 1].0
        return "\(milliseconds / unit)\(name)" + (rest > 0 ? " \(rest)\(units[place + 1].1)" : "")
    }
}
