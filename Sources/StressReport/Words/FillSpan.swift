import StressBasics
import StressResults
import StressStatistics

/// What a cell says between its best and its worst fill.
struct FillSpan {
    /// Share below zero under the best fill.
    let best: MeasuredShare
    /// Share below zero under the worst fill.
    let worst: MeasuredShare
    /// Entries below zero under the worst fill and not under the best.
    let undecided: Int
    /// Whether the cell's own rule gives a share between the two; a late fill may leave the bar.
    let isAroundOwn: Bool

    /// Nil where bounds were not asked for, or where there is no share.
    init?(_ estimate: CellEstimate, confidence: Double) {
        guard case .share(let best)? = estimate.figure(.bestNegativeEquity, confidence: confidence),
            case .share(let worst)? = estimate.figure(.worstNegativeEquity, confidence: confidence)
        else { return nil }
        (self.best, self.worst, undecided) = (best, worst, estimate.windows.undecided)
        let own = estimate.exit.negative + estimate.exit.cutNegative
        isAroundOwn = best.count <= own && own <= worst.count
    }

    /// `0.1–22 %`.
    var rangeText: String {
        let (low, high) = (shareNumber(best.fraction), shareNumber(worst.fraction))
        return (low == high ? low : low + "–" + high) + narrowSpace + "%"
    }

    /// The span as a sentence, with what decides it.
    func sentence(market: String, barLength: TimeSpan) -> [Phrase] {
        guard undecided > 0 else {
            return [
                .plain("The best and the worst possible fill both give "), .finding(shareText(worst.fraction)),
                .plain(": what happened inside the bars decides no entry."),
            ]
        }
        let start = isAroundOwn ? "Between the best and the worst possible fill it lies" : "Filled in time, it lies"
        return [
            .plain("\(start) between "), .finding(shareText(best.fraction)), .plain(" and "),
            .finding(shareText(worst.fraction)),
            .plain(
                ": what a \(market) market paid inside bars of \(spanWords(barLength)) decides for "
                    + "\(grouped(undecided)) of \(counted(worst.entries, "entry", "entries"))."),
        ]
    }
}
