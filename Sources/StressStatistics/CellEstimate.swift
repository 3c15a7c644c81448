import StressBasics

/// What kind of answer a cell holds. The raw value is what outputs print.
public enum CellStatus: String, Hashable, Sendable, CaseIterable {
    /// A frequency above zero with enough windows behind it.
    case ok
    /// No entry ended below zero; the upper bound says what that is worth.
    case zeroSeen = "zero_seen"
    /// The contract cannot end below zero on prices that are not negative, whatever they do.
    case impossible
    /// The platform would not open the position.
    case rejected
    /// Fewer than ``CellEstimate/fewWindows`` disjoint windows: indicative only.
    case fewWindows = "few_windows"
    /// No entry has a whole window.
    case noData = "no_data"
}

/// The size of the shortfalls among the entries that ended below zero, in parts of the initial margin. Shortfalls without
/// bound (inverse longs at a price of 0 or below) are counted as below zero but have no size.
public struct ShortfallSummary: Hashable, Sendable {
    /// Arithmetic mean.
    public let mean: Double
    /// Median, to 0.5 %.
    public let p50: Double
    /// 90 % quantile, to 0.5 %.
    public let p90: Double
    /// 99 % quantile, to 0.5 %.
    public let p99: Double
    /// Largest.
    public let max: Double

    /// A summary of known figures.
    public init(mean: Double, p50: Double, p90: Double, p99: Double, max: Double) {
        (self.mean, self.p50, self.p90, self.p99, self.max) = (mean, p50, p90, p99, max)
    }

    /// Nil when nothing ended below zero.
    init?(sums: ExitSums, histogram: LogHistogram) {
        let bounded = sums.negative - sums.unboundedNegative
        guard bounded > 0 else { return nil }
        // A bin's centre may lie past the largest value in it.
        func quantile(_ q: Double) -> Double { Swift.min(histogram.quantile(q) ?? 0, sums.largestShortfall) }
        self.init(
            mean: sums.shortfall / Double(bounded), p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99),
            max: sums.largestShortfall)
    }
}

/// How often entries ended below zero under one fill rule, with its interval, and by how much.
public struct ExitEstimate: Hashable, Sendable {
    /// Entries that ended below zero.
    public let negative: Int
    /// Their share of the held entries; nil without entries.
    public let frequency: Double?
    /// Interval of that share; nil without entries.
    public let interval: FrequencyInterval?
    /// Size of the shortfalls; nil when there are none.
    public let shortfall: ShortfallSummary?
    /// Mean shortfall of all held entries, those without one counting as zero, in parts of the initial margin; nil without entries, and
    /// where a shortfall has no bound.
    public let shortfallPerEntry: Double?
    /// Mean final equity of all held entries, in parts of the initial margin; nil without entries.
    public let meanEquity: Double?
    /// What the mean shortfall is made of; nil when there is none.
    public let causes: ShortfallCauses?

    /// An estimate of known figures.
    public init(
        negative: Int, frequency: Double?, interval: FrequencyInterval?, shortfall: ShortfallSummary?,
        meanEquity: Double?, causes: ShortfallCauses? = nil, shortfallPerEntry: Double? = nil
    ) {
        self.shortfallPerEntry = shortfallPerEntry
        self.causes = causes
        self.negative = negative
        self.frequency = frequency
        self.interval = interval
        self.shortfall = shortfall
        self.meanEquity = meanEquity
    }
}

/// Everything reported about one cell.
public struct CellEstimate: Hashable, Sendable {
    /// Counts of entries by what became of them.
    public let windows: WindowCounts
    /// The number of independent trials that would be as informative as the held entries; before resampling, the number of
    /// disjoint windows among them.
    public internal(set) var effectiveEntries: Int
    /// How entries ended under the cell's fill rule.
    public internal(set) var exit: ExitEstimate
    /// The same under the worst fill, when the bars are too long to settle what was paid inside them.
    public internal(set) var worstExit: ExitEstimate?
    /// The same when every liquidation is filled at its trigger price; only where bounds are asked for.
    public internal(set) var bestExit: ExitEstimate?
    /// Median time from entry to liquidation; nil when none was liquidated.
    public let medianTimeToLiquidation: TimeSpan?
    /// What kind of answer this is.
    public let status: CellStatus
    /// What resampling says; nil before it was done, and without entries.
    public internal(set) var inference: CellInference?

    /// Below this many disjoint windows a frequency is indicative only.
    public static let fewWindows = 30

    /// An estimate of known figures.
    public init(
        windows: WindowCounts, effectiveEntries: Int, exit: ExitEstimate, worstExit: ExitEstimate?,
        medianTimeToLiquidation: TimeSpan?, status: CellStatus, bestExit: ExitEstimate? = nil
    ) {
        self.bestExit = bestExit
        self.windows = windows
        self.effectiveEntries = effectiveEntries
        self.exit = exit
        self.worstExit = worstExit
        self.medianTimeToLiquidation = medianTimeToLiquidation
        self.status = status
    }

    /// The estimate of a cell that could not be computed.
    public static let noData = CellEstimate(
        windows: WindowCounts(), effectiveEntries: 0,
        exit: ExitEstimate(negative: 0, frequency: nil, interval: nil, shortfall: nil, meanEquity: nil), worstExit: nil,
        medianTimeToLiquidation: nil, status: .noData)

    /// Share of the held entries that were liquidated; nil without entries.
    public var liquidatedFrequency: Double? { share(windows.liquidated) }

    /// Share of the held entries that would have been below zero without liquidation; nil without entries.
    public var unprotectedFrequency: Double? { share(windows.unprotected) }

    private func share(_ count: Int) -> Double? {
        windows.entries > 0 ? Double(count) / Double(windows.entries) : nil
    }
}

extension CellEstimate {
    /// Turns a tally into an estimate.
    ///
    /// - Parameters:
    ///   - tally: its fill rules say by their roles what they are.
    ///   - disjointWindows: disjoint windows among the entries that are not excluded.
    ///   - impossible: whether the cell cannot end below zero by its structure; then there is no interval, because
    ///     nothing is estimated.
    ///   - confidence: of the intervals, strictly between 0 and 1.
    public init(tally: CellTally, disjointWindows: Int, impossible: Bool, confidence: Double) {
        let windows = tally.windowTotals
        let effective = windows.entries > 0 ? disjointWindows : 0
        func exit(_ fill: Int) -> ExitEstimate {
            ExitEstimate(
                sums: tally.exitTotals(fill: fill), histogram: tally.shortfalls[fill], entries: windows.entries,
                disjointWindows: impossible ? 0 : effective, confidence: confidence)
        }
        let main = exit(0)
        self.init(
            windows: windows, effectiveEntries: effective, exit: main,
            worstExit: tally.roles.firstIndex(of: .worst).map(exit),
            medianTimeToLiquidation: tally.timesToLiquidation.quantile(0.5),
            status: CellEstimate.status(
                windows: windows, negative: main.negative, effective: effective, impossible: impossible),
            bestExit: tally.roles.firstIndex(of: .best).map(exit))
    }

    private static func status(
        windows: WindowCounts, negative: Int, effective: Int, impossible: Bool
    ) -> CellStatus {
        if windows.entries == 0 { return windows.rejected > 0 ? .rejected : .noData }
        if impossible { return .impossible }
        if effective < fewWindows { return .fewWindows }
        return negative == 0 ? .zeroSeen : .ok
    }
}

extension ExitEstimate {
    init(sums: ExitSums, histogram: LogHistogram, entries: Int, disjointWindows: Int, confidence: Double) {
        self.init(
            negative: sums.negative,
            frequency: entries > 0 ? Double(sums.negative) / Double(entries) : nil,
            interval: FrequencyInterval.disjointWindows(
                count: sums.negative, entries: entries, windows: disjointWindows, confidence: confidence),
            shortfall: ShortfallSummary(sums: sums, histogram: histogram),
            meanEquity: ExitEstimate.meanEquity(sums, entries: entries), causes: ExitEstimate.meanCauses(sums),
            shortfallPerEntry: entries > 0 && sums.unboundedNegative == 0 ? sums.shortfall / Double(entries) : nil)
    }

    private static func meanEquity(_ sums: ExitSums, entries: Int) -> Double? {
        let bounded = entries - sums.unboundedNegative - sums.unboundedPositive
        return bounded > 0 ? sums.equity / Double(bounded) : nil
    }

    private static func meanCauses(_ sums: ExitSums) -> ShortfallCauses? {
        let bounded = Double(sums.negative - sums.unboundedNegative)
        guard bounded > 0 else { return nil }
        var mean = ShortfallCauses()
        mean.price = sums.causes.price / bounded
        mean.gap = sums.causes.gap / bounded
        mean.latency = sums.causes.latency / bounded
        mean.slippage = sums.causes.slippage / bounded
        mean.fees = sums.causes.fees / bounded
        mean.funding = sums.causes.funding / bounded
        return mean
    }
}
