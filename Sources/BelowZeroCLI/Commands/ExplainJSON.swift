import StressBasics
import StressEngine
import StressStatistics
import StudyPlan

/// A cell and one of its entries as `explain --json` prints it: every number of its page.
struct TraceJSON: Encodable {
    private let key: CellKey
    private let trace: EntryJSON

    init(_ text: TraceText, _ account: CellAccount) {
        (key, trace) = (text.cell.key, EntryJSON(text, account))
    }

    func encode(to encoder: any Encoder) throws {
        try key.encode(to: encoder)
        try trace.encode(to: encoder)
    }
}

/// The members beside those of the cell's key.
private struct EntryJSON: Encodable {
    let cell: String
    /// Complete windows and cut ones, and the cut ones among them.
    let entriesCount, cutCount: Int
    let liquidatedCount, episodesCount: Int
    let negativeCount: Double
    /// The shares of the cell's row: no quotients of the counts where windows are cut.
    let liquidatedFrac, negativeEquityFrac: Double?
    /// Fewest episodes that hold half of the entries below zero, and what they hold; absent when nothing went below zero.
    let halfEpisodesCount: Int?
    let halfEpisodesFrac: Double?
    /// The one with most entries below zero first.
    let episodes: [EpisodeJSON]
    let entryChoice, entryUtc, lastUtc: String
    let entryPrice, initialMargin, openingFee, triggerPrice, bankruptcyPrice: Double?
    /// From the entry to the exit.
    let bars: [BarJSON]
    let liquidatedUtc: String?
    /// The exit's prices after each stage.
    let exitPrices: [StageJSON]
    let fundingPaid: Double
    /// Expected, where the fill is known by a law.
    let finalEquityMarginFrac: Double?
    let entryNegativeFrac: Double
    let entryShortfallMarginFrac: Double?
    let fillLaw: FillLawJSON?
    let causesMarginFrac: [String: Double]
    /// The same entry under the behaviours that were asked for.
    let behaviours: [BehaviourTraceJSON]

    init(_ text: TraceText, _ account: CellAccount) {
        let (cell, trace) = (text.cell, text.trace)
        self.cell = cell.id
        (entriesCount, cutCount, liquidatedCount) = (account.held.count, account.cut, account.liquidated)
        (negativeCount, episodesCount) = (account.episodes.total, account.episodes.all.count)
        (liquidatedFrac, negativeEquityFrac) = (account.held.liquidatedShare, account.held.negativeShare)
        let half = account.episodes.fewestHolding(0.5)
        (halfEpisodesCount, halfEpisodesFrac) = (half?.episodes, half?.share)
        episodes = account.episodes.largestFirst.map(EpisodeJSON.init)
        entryChoice = text.choice.rawValue
        (entryUtc, lastUtc) = (text.series.instant(trace.entry).rfc3339, text.series.instant(trace.last).rfc3339)
        (entryPrice, initialMargin) = (finite(trace.entryPrice), finite(trace.initialMargin))
        openingFee = finite(trace.openingFee)
        (triggerPrice, bankruptcyPrice) = (finite(trace.triggerPrice), finite(trace.bankruptcyPrice))
        bars = trace.steps.map { BarJSON($0, at: text.series.instant($0.bar)) }
        liquidatedUtc = trace.path.liquidationBar.map { text.series.instant($0).rfc3339 }
        exitPrices = trace.exitPrices.map { StageJSON(stage: $0.stage, price: finite($0.price)) }
        fundingPaid = trace.path.carry.funding
        finalEquityMarginFrac = finite(trace.exit.equity)
        entryNegativeFrac = trace.negative.value
        entryShortfallMarginFrac = trace.negative > 0 ? finite(trace.shortfallGivenOne) : nil
        fillLaw = trace.law.map { FillLawJSON($0, largest: trace.exit.spread?.largest) }
        causesMarginFrac = Dictionary(uniqueKeysWithValues: trace.exit.causes.parts.map { ($0.name, $0.value) })
        behaviours = text.behaved.map { BehaviourTraceJSON($0, series: text.series) }
    }

    struct BarJSON: Encodable {
        let openUtc: String
        let checkedPrice, equity, requirement, triggerPrice: Double?

        init(_ step: EntryTrace.Step, at open: UTCInstant) {
            openUtc = open.rfc3339
            (checkedPrice, equity) = (finite(step.checkedPrice), finite(step.equity))
            (requirement, triggerPrice) = (finite(step.requirement), finite(step.triggerPrice))
        }
    }

    struct StageJSON: Encodable {
        let stage: String
        let price: Double?
    }
}

/// What decided a fill that bars are too long to tell.
private struct FillLawJSON: Encodable {
    let anchorPrice, lowPrice, highPrice: Double
    let delayS, barS, overshootX: Double
    let barVolatility, scale: Double
    let zeroPrice, shortfallMaxMarginFrac: Double?

    init(_ law: EntryTrace.Law, largest: Double?) {
        (anchorPrice, lowPrice, highPrice) = (law.anchor, law.low, law.high)
        delayS = Double(law.delay.milliseconds) / 1000
        barS = Double(law.barLength.milliseconds) / 1000
        (overshootX, barVolatility, scale) = (law.overshoot, law.volatility, law.spread.scale)
        zeroPrice = law.zeroPrice.flatMap(finite)
        shortfallMaxMarginFrac = largest.flatMap { $0 > 0 ? finite($0) : nil }
    }
}

/// The value where it is a number; JSON knows no other.
func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

/// One crash of a cell as `explain --json` prints it.
struct EpisodeJSON: Encodable {
    let firstUtc, lastUtc: String
    let entriesCount: Double
    let worstEntryUtc: String
    let worstEntryMs: Int64
    let shortfallMaxMarginFrac, shortfallMeanMarginFrac: Double?

    init(_ episode: Episode) {
        (firstUtc, lastUtc) = (episode.first.rfc3339, episode.last.rfc3339)
        entriesCount = episode.entries
        (worstEntryUtc, worstEntryMs) = (episode.worstEntry.rfc3339, episode.worstEntry.milliseconds)
        shortfallMaxMarginFrac = finite(episode.worstShortfall)
        shortfallMeanMarginFrac = episode.meanShortfall.flatMap(finite)
    }
}
