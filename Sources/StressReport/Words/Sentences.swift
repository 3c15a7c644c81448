import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The sentences about one cell. Fixed templates: the same result gives the same words.
struct CellSentences {
    let row: ResultRow
    /// Bar length of the history, which the sentence about the worst fill needs.
    let barLength: TimeSpan
    /// Of every interval, a fraction.
    let confidence: Double
    /// Why a cell without data has none; nil where that is not known.
    var fit: HistoryFit?
    /// The platform's time from trigger to fill, where the fill goes by it.
    var delay: TimeSpan?
    /// The steps of the history that no window spans; nil where there is none.
    var wideSteps: WideSteps?
    /// Whether the history has closes alone.
    var hasSinglePrices = false
    /// Whether it has closes alone, and no mark prices that see more.
    var hasUnseenTriggers = false
    /// What the cell's past said of later years, and what they showed; empty where there is none.
    var years: [YearTest] = []
    /// How long the history is; nil where that is not known.
    var length: TimeSpan?
    /// The fill that the headline speaks of; the study's own unless a reader asked for another.
    var fill = FillRole.chosen

    var cell: StudyCell { row.cell }

    /// The headline: what was found, for which position, and how sure that is.
    var headline: [Phrase] {
        switch row.estimate.figure(fill.measure, confidence: confidence) {
        case .share(let share) where share.count > 0: closed(subject + seen(share) + indicative(share))
        case .share(let share): closed(subject + zeroSeen(share) + indicative(share))
        case .impossible: impossible
        case .rejected(let entries): rejected(entries)
        case .noData(let excluded): noData(excluded)
        case nil: []
        }
    }

    /// What stands under the headline, a paragraph each: what other fills would have given, and what cut windows keep from it.
    var qualifications: [[Phrase]] { [worstFill, regimeWords, nextYear, cutWords].filter { !$0.isEmpty } }

    /// The headline in everyday words, and what would have happened without liquidation.
    var plainWords: String {
        [oneIn, withoutLiquidation].compactMap { $0 }.joined(separator: " ")
    }

    // MARK: Parts of the headline

    private var subject: [Phrase] {
        position + [.plain(" held for up to "), .key(spanWords(cell.horizon)), .plain(fillCondition ?? " ")]
    }

    /// Under which fill a share holds, where it is not the study's own.
    private var fillCondition: String? {
        switch fill {
        case .chosen: nil
        case .worst: ", with liquidations filled at each bar’s worst price, "
        case .best: ", with liquidations filled at the trigger price itself, "
        case .gap: ", with liquidations filled at once, "
        }
    }

    private var position: [Phrase] {
        [.plain("At "), .key(cell.leverage.screenText), .plain(", ")] + cell.positionWords
    }

    private func seen(_ share: MeasuredShare) -> [Phrase] {
        [.plain("ended below zero in "), .finding(shareText(share.fraction)), .plain(" of entries")] + interval(share)
    }

    /// The sentence with its full stop, which takes the weight of the words before it.
    private func closed(_ phrases: [Phrase]) -> [Phrase] {
        guard case .quiet(let words)? = phrases.last else { return phrases + [.plain(".")] }
        return phrases.dropLast() + [.quiet(words + ".")]
    }

    /// A share's interval in brackets, with a blank before it; empty without one.
    func interval(_ share: MeasuredShare) -> [Phrase] {
        guard let interval = share.interval else { return [] }
        guard !interval.isVacuous(windows: share.windows) else {
            let reason =
                share.isIndicative
                ? "\(windowWords(share.windows)): no interval, treat as indicative"
                : "too few separate episodes for an interval"
            return [.plain(" "), .quiet("(\(reason))")]
        }
        return [.plain(" "), .quiet("(\(intervalText(interval, confidence: confidence)))")]
    }

    private func zeroSeen(_ share: MeasuredShare) -> [Phrase] {
        let seen: [Phrase] = [
            .finding("never ended below zero"), .plain(" in \(counted(share.entries, "entry", "entries"))"),
        ]
        guard let interval = share.interval else { return seen }
        guard !interval.isVacuous(windows: share.windows) else {
            return seen + [.plain("; \(windowWords(share.windows)) cannot bound the rate, treat as indicative")]
        }
        let bound = interval.high
        return seen + [
            .plain("; with \(windowWords(share.windows)) the rate could still be up to "), .key(boundText(bound)),
        ]
    }

    private func indicative(_ share: MeasuredShare) -> [Phrase] {
        // What has no interval has said so already.
        let isSaid = share.interval?.isVacuous(windows: share.windows) == true
        return share.isIndicative && !isSaid
            ? [.plain(" — only \(windowWords(share.windows)), treat as indicative")] : []
    }

    private var impossible: [Phrase] {
        [
            .plain("At "), .key(cell.leverage.screenText),
            .plain(", \(cell.kindWords) "), .finding("cannot end below zero"), .plain("."),
        ]
    }

    private func rejected(_ entries: Int) -> [Phrase] {
        position + [
            .plain(" "), .finding("would not have been opened"), .plain(" by the platform "), .name(cell.platform),
            .plain(" (\(counted(entries, "entry", "entries"))): \(cell.rejectedReason)"),
        ]
    }

    private func noData(_ excluded: Int) -> [Phrase] {
        let count = excluded > 0 ? " (\(counted(excluded, "entry", "entries")) excluded)" : ""
        return subject
            + [
                .plain("has "), .finding("no result"), .plain(": no entry has a whole window in the data\(count)"),
                .plain((fit.map { "; " + $0.words } ?? "") + "."),
            ] + watchedInPart
    }

    /// What was seen of entries whose windows are all cut: less than the share, whatever came after the cut.
    private var watchedInPart: [Phrase] {
        let evidence = CutEvidence(row: row, wideSteps: wideSteps)
        guard evidence.watched > 0 else { return [] }
        // No share is below nothing.
        let least: [Phrase] =
            evidence.negative > 0
            ? [.plain(": the share is at least "), .key(shareText(evidence.negative / Double(evidence.watched)))] : []
        return [
            .plain(
                evidence.watched == 1
                    ? " Of the 1 entry that was watched for a part of it "
                    : " Of the \(grouped(evidence.watched)) entries that were watched for a part of it "),
            .finding(grouped(evidence.negative)),
            .plain(" ended below zero before \(evidence.watched == 1 ? "it was" : "they were") lost sight of"),
        ] + least + [.plain(".")]
    }

    // MARK: Everyday words

    private var oneIn: String? {
        guard let share = row.estimate.figure(.negativeEquity, confidence: confidence)?.share, share.count > 0
        else { return nil }
        return oneInWords(share.fraction)
    }

    /// What would have happened with nobody liquidated; nil where nothing can be said.
    var withoutLiquidation: String? {
        let figure = row.estimate.figure(.unprotected, confidence: confidence)
        if case .impossible? = figure { return cell.impossibleReason }
        if case .rejected? = figure { return nil }
        guard cell.contract != .spot else { return "Nothing is borrowed, so nobody liquidates." }
        guard row.fill != "off" else { return "This platform does not liquidate." }
        switch figure {
        case .share(let share) where share.count > 0:
            return
                "Without a liquidation engine, \(shareText(share.fraction)) would have been below zero at some point."
        case .share: return "Even without a liquidation engine, no entry would have been below zero."
        default: return nil
        }
    }
}

extension FillRole {
    /// The share below zero under it.
    var measure: Measure {
        switch self {
        case .chosen: .negativeEquity
        case .worst: .worstNegativeEquity
        case .best: .bestNegativeEquity
        case .gap: .gapNegativeEquity
        }
    }
}

/// `≈ 638 independent windows`.
func windowWords(_ windows: Int) -> String {
    "≈" + hardSpace + counted(windows, "independent window", "independent windows")
}

/// `That is about 1 entry in 33.`, from one in a million to all of them.
func oneInWords(_ fraction: Double) -> String? {
    if fraction >= 1 { return "That is every entry." }
    if fraction > 0.95 { return "That is nearly every entry." }
    guard let (count, every) = oneIn(fraction) else { return nil }
    return "That is about \(count == 1 ? "1 entry" : "\(count) entries") in \(grouped(every))."
}

/// A share in small whole numbers: 9 in 10, 1 in 33, 1 in 2200; nil for shares near all and near nothing.
func oneIn(_ fraction: Double) -> (count: Int, every: Int)? {
    guard fraction > 1e-9, fraction <= 0.95 else { return nil }
    if fraction > 0.4 { return (Int((fraction * 10).rounded(.toNearestOrEven)), 10) }
    let every = 1 / fraction
    let step = every >= 1000 ? 100.0 : every >= 100 ? 10 : 1
    return (1, Int((every / step).rounded() * step))
}

/// What a fill rule pays, for the fine print; a delay that is not known is some seconds.
func fillWords(_ fill: String, delay: TimeSpan? = nil) -> String {
    switch fill {
    case "delay":
        "\(delay.map(spanWords) ?? "some seconds") after the trigger, by a law of where the price stands then: each entry counts by "
            + "its probability"
    case "gap": "at the open when it is already through the trigger price, else at the trigger price"
    case "next": "at the open of a later bar, after the platform’s latency"
    case "worst": "at the bar’s worst price, a bound nobody can fall below"
    case "best": "exactly at the trigger price, even across gaps: a bound, not an expectation"
    default: "never: the platform does not liquidate"
    }
}
