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
    /// A frequency above zero from a history of fewer than ``TurbulentSpells/fewest`` turbulent spells: it holds for markets like it.
    case fewRegimes = "few_regimes"
}

/// The size of the shortfalls among the entries that ended below zero, in parts of the initial margin. Shortfalls without
/// bound (inverse longs at a price of 0 or below) are counted as below zero but have no size.
public struct ShortfallSummary: Hashable, Sendable {
    /// Arithmetic mean.
    public let mean: Double
    /// Median, to 0.5 %; of shortfalls that are known by a law, to about 1 %.
    public let p50: Double
    /// 90 % quantile, likewise.
    public let p90: Double
    /// 99 % quantile, likewise.
    public let p99: Double
    /// Largest.
    public let max: Double

    /// A summary of known figures.
    public init(mean: Double, p50: Double, p90: Double, p99: Double, max: Double) {
        (self.mean, self.p50, self.p90, self.p99, self.max) = (mean, p50, p90, p99, max)
    }

    /// Nil when nothing ended below zero.
    init?(sums: ExitSums, histogram: LogHistogram, mean: Double) {
        let bounded = sums.boundedNegative
        guard bounded > 0 else { return nil }
        // A bin's centre may lie past the largest value in it.
        func quantile(_ q: Double) -> Double { Swift.min(histogram.quantile(q) ?? 0, sums.largestShortfall) }
        self.init(
            mean: mean, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99),
            max: sums.largestShortfall)
    }
}

/// How often entries ended below zero under one fill rule, with its interval, and by how much.
public struct ExitEstimate: Hashable, Sendable {
    /// Entries of complete windows that ended below zero: a sum of probabilities where the fill is known by a law.
    public let negative: Double
    /// Entries that ended below zero while they were watched, of those whose window was cut.
    public let cutNegative: Double
    /// All that ended below zero while they were watched: those whose shortfalls are measured.
    public var negativeSeen: Double { negative + cutNegative }
    /// The share of entries that end below zero; nil without entries. Where windows are cut, each event weighs by how many entries
    /// were watched that long (see ``Exposure``).
    public let frequency: Double?
    /// Interval of that share; nil without entries.
    public let interval: FrequencyInterval?
    /// Size of the shortfalls; nil when there are none, and without entries: those of cut windows alone are not those of the holding time.
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
        negative: Double, frequency: Double?, interval: FrequencyInterval?, shortfall: ShortfallSummary?,
        meanEquity: Double?, causes: ShortfallCauses? = nil, shortfallPerEntry: Double? = nil, cutNegative: Double = 0
    ) {
        self.cutNegative = cutNegative
        self.shortfallPerEntry = shortfallPerEntry
        self.causes = causes
        self.negative = negative
        self.frequency = frequency
        self.interval = interval
        self.shortfall = shortfall
        self.meanEquity = meanEquity
    }
}

/// The share of a cell's entries that owe something after all safeguards.
public struct OwedShare: Hashable, Sendable {
    /// Entries that do.
    public let count: Int
    /// Their share.
    public let fraction: Double
    /// Its interval; nil where nobody can owe anything.
    public let interval: FrequencyInterval?

    /// A share of known figures.
    public init(count: Int, fraction: Double, interval: FrequencyInterval?) {
        (self.count, self.fraction, self.interval) = (count, fraction, interval)
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
    /// The same when every liquidation is filled at once, at its trigger price or the open behind it; only beside a delay that the bars
    /// are too long to tell.
    public internal(set) var gapExit: ExitEstimate?
    /// Median time from entry to liquidation, each weighed as in the share; nil when none was liquidated, and without entries.
    public let medianTimeToLiquidation: TimeSpan?
    /// What kind of answer this is.
    public internal(set) var status: CellStatus
    /// Share of the entries that are liquidated, weighed as that below zero; nil without entries.
    public let liquidatedFrequency: Double?
    /// Share of the entries that are below zero at some bar without liquidation, weighed likewise; nil without entries.
    public let unprotectedFrequency: Double?
    /// What resampling says; nil before it was done, and without entries.
    public internal(set) var inference: CellInference?

    /// What is owed when everybody else has paid; nil where no ledger holds the cell's positions. Not part of a record: it follows from
    /// the ledger.
    public var owed: OwedShare?

    /// How entries ended under a fill rule; nil where it was not evaluated.
    public func exit(_ fill: FillRole) -> ExitEstimate? {
        switch fill {
        case .chosen: exit
        case .worst: worstExit
        case .best: bestExit
        case .gap: gapExit
        }
    }

    /// The same without what the best and the worst fill would have given.
    public var withoutFillBounds: CellEstimate {
        var copy = self
        (copy.bestExit, copy.worstExit) = (nil, nil)
        return copy
    }

    /// Below this many disjoint windows a frequency is indicative only.
    public static let fewWindows = 30

    /// An estimate of known figures.
    public init(
        windows: WindowCounts, effectiveEntries: Int, exit: ExitEstimate, worstExit: ExitEstimate?,
        medianTimeToLiquidation: TimeSpan?, status: CellStatus, bestExit: ExitEstimate? = nil,
        gapExit: ExitEstimate? = nil, shares: (liquidated: Double?, unprotected: Double?)? = nil
    ) {
        func share(_ count: Int) -> Double? {
            windows.entries > 0 ? Double(count) / Double(windows.entries) : nil
        }
        (liquidatedFrequency, unprotectedFrequency) = shares ?? (share(windows.liquidated), share(windows.unprotected))
        (self.bestExit, self.gapExit) = (bestExit, gapExit)
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
        let exposure = tally.exposure
        func exit(_ fill: Int) -> ExitEstimate {
            ExitEstimate(
                tally, fill: fill, entries: windows.entries, exposure: exposure,
                disjointWindows: impossible ? 0 : effective, confidence: confidence)
        }
        func share(_ times: DurationHistogram) -> Double? { windows.entries > 0 ? exposure.share(times) : nil }
        let main = exit(0)
        self.init(
            windows: windows, effectiveEntries: effective, exit: main,
            worstExit: tally.roles.firstIndex(of: .worst).map(exit),
            medianTimeToLiquidation: windows.entries > 0 ? exposure.quantile(0.5, of: tally.timesToLiquidation) : nil,
            status: CellEstimate.status(
                windows: windows, negative: main.negative + main.cutNegative, effective: effective,
                impossible: impossible),
            bestExit: tally.roles.firstIndex(of: .best).map(exit), gapExit: tally.roles.firstIndex(of: .gap).map(exit),
            shares: (share(tally.timesToLiquidation), share(tally.timesToUnprotected)))
    }

    private static func status(
        windows: WindowCounts, negative: Double, effective: Int, impossible: Bool
    ) -> CellStatus {
        if windows.entries == 0 { return windows.rejected > 0 ? .rejected : .noData }
        if impossible { return .impossible }
        if effective < fewWindows { return .fewWindows }
        return negative == 0 ? .zeroSeen : .ok
    }
}

extension ExitEstimate {
    fileprivate init(
        _ tally: CellTally, fill: Int, entries: Int, exposure: Exposure, disjointWindows: Int, confidence: Double
    ) {
        let (sums, times) = (tally.exitTotals(fill: fill), tally.negativeTimes[fill])
        let isCut = tally.cut.watched.total > 0
        let frequency = exposure.share(times)
        // Without cut windows the sums themselves: they are what the weighted ones come to, without a rounding.
        let perEntry = isCut ? exposure.shortfall(times) : sums.shortfall / Double(max(1, entries))
        let bounded = sums.boundedNegative
        let weight = exposure.rawShare(times) * bounded / max(sums.negative.value, .leastNonzeroMagnitude)
        let mean = isCut && weight > 0 ? perEntry / weight : sums.shortfall / max(bounded, .leastNonzeroMagnitude)
        self.init(
            negative: (sums.negative - sums.cutNegative).value,
            frequency: entries > 0 ? frequency : nil,
            interval: FrequencyInterval.disjointWindows(
                share: frequency, entries: entries, windows: disjointWindows, confidence: confidence),
            // Where no window is whole, what was seen of some of them is counted, and is no figure of the holding time.
            shortfall: entries > 0 ? ShortfallSummary(sums: sums, histogram: tally.shortfalls[fill], mean: mean) : nil,
            meanEquity: ExitEstimate.meanEquity(sums, entries: entries),
            causes: entries > 0 ? ExitEstimate.meanCauses(sums, mean: mean) : nil,
            shortfallPerEntry: entries > 0 && sums.unboundedNegative == 0 ? perEntry : nil,
            cutNegative: sums.cutNegative.value)
    }

    /// Over complete windows.
    private static func meanEquity(_ sums: ExitSums, entries: Int) -> Double? {
        let bounded = entries - (sums.unboundedNegative - sums.cutUnbounded) - sums.unboundedPositive
        return bounded > 0 ? sums.equity / Double(bounded) : nil
    }

    private static func meanCauses(_ sums: ExitSums, mean: Double) -> ShortfallCauses? {
        guard sums.boundedNegative > 0, sums.shortfall > 0 else { return nil }
        // The parts of all shortfalls, as parts of their mean.
        let scale = sums.shortfall / mean
        return ShortfallCauses(parts: sums.causes.parts.map { $0.value / scale })
    }
}
