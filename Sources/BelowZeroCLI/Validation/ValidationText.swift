import PriceSeries
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StressStatistics

/// The comparison of one file as a person reads it.
struct ValidationText {
    let name: String
    let market: MarketHistory
    let comparison: MinuteComparison
    let settings: ValidationSettings

    var text: String { ([head, ""] + table + [""] + summary).joined(separator: "\n") + "\n" }

    private var head: String {
        let series = market.series
        let (first, last) = (series.instant(0).rfc3339, series.instant(series.count - 1).rfc3339)
        return
            "\(name): \(groupedText(series.count, separator: " ")) bars of \(market.barLength.text) from \(first) to \(last)\n"
            + "  share of entries below zero, filled \(settings.delay.text) after the trigger: by the bars themselves, and by "
            + "longer bars by the law\n  with overshoot \(numberText(settings.overshoot)), as a ratio to the bars "
            + "themselves with its \(settings.confidenceText) interval, – where\n  the events are of one episode and have none"
    }

    private var table: [String] {
        let lengths = comparison.spans.map(\.barLength.text)
        let header = ["side", "leverage", "hold", "entries", "by the bars"] + lengths
        let rows = comparison.cells.map { cell in
            [
                cell.cell.side.rawValue, "\(numberText(cell.cell.leverage.value))×", cell.cell.horizon.text,
                groupedText(cell.minutes.windows.entries, separator: " "), share(cell.minutes),
            ] + cell.longer.map { $0.map(ratio) ?? "no data" }
        }
        return aligned([header] + rows)
    }

    private func ratio(_ longer: MinuteComparison.Longer) -> String {
        guard let ratio = longer.ratio else { return share(longer.estimate) }
        return ValidationText.words(ratio)
    }

    private func share(_ estimate: CellEstimate) -> String {
        guard let share = estimate.exit.frequency else { return "no data" }
        return share == 0 ? "0 seen" : significantText(share * 100, digits: 3) + " %"
    }

    private static func words(_ ratio: RatioInference) -> String {
        let value = significantText(ratio.ratio, digits: 2)
        guard let ends = ratio.interval else { return "\(value) (–)" }
        return "\(value) (\(significantText(ends.low, digits: 2))–\(significantText(ends.high, digits: 2)))"
    }

    private var summary: [String] {
        comparison.spans.map { span in
            guard let ratio = span.ratio else { return "  \(span.barLength.text): nothing to compare" }
            let cells = "\(span.cells) cell\(span.cells == 1 ? "" : "s")"
            return
                "  \(span.barLength.text): \(ValidationText.words(ratio)) over \(cells); overshoot that would fit: \(fit(span.fit))"
        }
    }

    private func fit(_ fit: OvershootFit?) -> String {
        guard let fit else { return "none" }
        let value = significantText(fit.overshoot, digits: 2)
        guard let ends = fit.interval else { return "\(value), how sure is not known" }
        let range = OvershootFit.range
        let low = ends.low > 0 ? significantText(ends.low, digits: 2) : numberText(range.lowerBound)
        let high = ends.high.isFinite ? significantText(ends.high, digits: 2) : numberText(range.upperBound)
        return "\(value) (\(low)–\(high))"
    }
}

/// What was asked of every file alike.
struct ValidationSettings {
    let delay: TimeSpan
    let overshoot: Double
    let confidence: Double

    /// `95 %`.
    var confidenceText: String { "\(numberText((confidence * 1000).rounded() / 10)) %" }
}
