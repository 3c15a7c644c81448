import StressBasics
import StressResults
import StressStatistics

/// What a page can show of a cell.
enum Measure: CaseIterable {
    /// Ended below zero, under the cell's own fill rule.
    case belowZero
    /// Ended below zero, filled at each bar's worst price.
    case worstFill
    /// Ended below zero, filled at once: at the trigger price, or at the open behind it.
    case atOnce
    /// Ended below zero, filled exactly at the trigger price.
    case bestFill
    /// Below zero at some bar, had nobody liquidated.
    case unprotected
    /// Was liquidated.
    case liquidated

    /// Name of the tab.
    var label: String {
        switch self {
        case .belowZero: "Below zero"
        case .worstFill: "Worst fill"
        case .atOnce: "At once"
        case .bestFill: "Best fill"
        case .unprotected: "No safeguards"
        case .liquidated: "Liquidated"
        }
    }

    /// What the share counts.
    var definition: String {
        switch self {
        case .belowZero: "Ended below zero after liquidation"
        case .worstFill: "Ended below zero, liquidations filled at each bar’s worst price"
        case .atOnce: "Ended below zero, liquidations filled as they trigger, or at the open behind a gap"
        case .bestFill: "Ended below zero, liquidations filled exactly at the trigger price"
        case .unprotected: "Below zero at some point, had nobody liquidated"
        case .liquidated: "Liquidated before the holding time was over"
        }
    }

    /// The column of `results.csv` that holds the share.
    var column: String {
        switch self {
        case .belowZero: "negative_equity_frac"
        case .worstFill: "worst_negative_equity_frac"
        case .atOnce: "gap_negative_equity_frac"
        case .bestFill: "best_negative_equity_frac"
        case .unprotected: "unprotected_frac"
        case .liquidated: "liquidated_frac"
        }
    }

    /// The file with the interval of the share.
    var intervalFile: String {
        switch self {
        case .belowZero, .worstFill, .atOnce, .bestFill: "results.csv"
        case .unprotected, .liquidated: "intervals.csv"
        }
    }
}

/// A share of the held entries of a cell.
struct MeasuredShare {
    /// Entries counted, or the sum of their probabilities.
    let count: Double
    /// Entries watched, to the end of their window or to where it was cut.
    let entries: Int
    /// `count / entries`; where windows are cut, each event weighs by how many entries were watched that long.
    let fraction: Double
    /// Its interval.
    let interval: FrequencyInterval?
    /// Windows that do not overlap.
    let windows: Int

    /// Whether there are too few windows for more than an indication.
    var isIndicative: Bool { windows < CellEstimate.fewWindows }
}

/// What a cell can say about a measure. Zero seen, cannot happen, may not be opened and unknown are four things.
enum CellFigure {
    /// A share, which may be zero.
    case share(MeasuredShare)
    /// It cannot happen by the structure of the contract.
    case impossible
    /// The platform would not open the position.
    case rejected(Int)
    /// No entry has a whole window.
    case noData(excluded: Int)

    /// The share, when it is one.
    var share: MeasuredShare? {
        if case .share(let share) = self { share } else { nil }
    }
}

extension CellEstimate {
    /// What the cell says about `measure`; nil when it was not measured.
    func figure(_ measure: Measure, confidence: Double) -> CellFigure? {
        guard windows.entries > 0 else {
            return windows.rejected > 0 ? .rejected(windows.rejected) : .noData(excluded: windows.excluded)
        }
        guard let share = measuredShare(measure, confidence: confidence) else { return nil }
        let isStructural = status == .impossible && measure != .liquidated && share.count == 0
        return isStructural ? .impossible : .share(share)
    }

    /// The share that `measure` counts; nil when it was not measured or nothing was held.
    func measuredShare(_ measure: Measure, confidence: Double) -> MeasuredShare? {
        guard windows.entries > 0 else { return nil }
        switch measure {
        case .belowZero: return share(exit)
        case .worstFill: return worstExit.map(share)
        case .atOnce: return gapExit.map(share)
        case .bestFill: return bestExit.map(share)
        case .unprotected:
            let count = windows.unprotected + windows.cutUnprotected
            return share(count, unprotectedFrequency, inference?.unprotected, confidence: confidence)
        case .liquidated:
            let count = windows.liquidated + windows.cutLiquidated
            return share(count, liquidatedFrequency, inference?.liquidated, confidence: confidence)
        }
    }

    /// Entries that what happened inside the bars decides; nil where bounds were not asked for.
    var undecided: Int? { bestExit != nil && worstExit != nil ? windows.undecided : nil }

    private func share(
        _ count: Int, _ fraction: Double?, _ inference: FrequencyInference?, confidence: Double
    ) -> MeasuredShare {
        let plain = FrequencyInterval.disjointWindows(
            share: fraction ?? 0, entries: windows.entries, windows: disjointWindows, confidence: confidence)
        return share(Double(count), fraction, interval: inference?.interval ?? plain)
    }

    private func share(_ exit: ExitEstimate) -> MeasuredShare {
        share(exit.negative + exit.cutNegative, exit.frequency, interval: exit.interval)
    }

    /// What resampling says about `measure`; nil before it was done.
    func inference(_ measure: Measure) -> FrequencyInference? {
        guard let inference else { return nil }
        switch measure {
        case .belowZero: return inference.negative.first ?? nil
        case .worstFill: return inference.worst
        case .atOnce: return inference.gap
        case .bestFill: return inference.best
        case .unprotected: return inference.unprotected
        case .liquidated: return inference.liquidated
        }
    }

    private func share(_ count: Double, _ fraction: Double?, interval: FrequencyInterval?) -> MeasuredShare {
        MeasuredShare(
            count: count, entries: windows.watched, fraction: fraction ?? 0,
            interval: interval, windows: disjointWindows)
    }
}
