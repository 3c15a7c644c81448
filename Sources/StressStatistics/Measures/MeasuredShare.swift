/// A share of the watched entries of a cell.
public struct MeasuredShare: Sendable {
    /// Entries counted, or the sum of their probabilities.
    public let count: Double
    /// Entries watched, to the end of their window or to where it was cut.
    public let entries: Int
    /// `count / entries`; where windows are cut, each event weighs by how many entries were watched that long.
    public let fraction: Double
    /// Its interval; nil where nothing is estimated.
    public let interval: FrequencyInterval?
    /// Windows that do not overlap.
    public let windows: Int

    /// Whether there are too few windows for more than an indication.
    public var isIndicative: Bool { windows < CellEstimate.fewWindows }
}

/// Where a share of a cell is found.
struct ShareSource: Sendable {
    /// Entries counted with those of cut windows, the share, and its interval; nil when it was not measured.
    let find: @Sendable (CellEstimate, _ confidence: Double?) -> Found?
    /// What resampling says about it; nil before it was done.
    let inference: @Sendable (CellInference) -> FrequencyInference?
    /// The block sums that it is resampled from; nil where it is not.
    let blocks: @Sendable (CellTally) -> BlockShare?

    /// What is found.
    struct Found {
        let count: Double
        let fraction: Double?
        let interval: FrequencyInterval?
    }

    /// The share of entries below zero under a fill rule.
    static func exit(_ role: FillRole) -> ShareSource {
        ShareSource(
            find: { estimate, _ in
                estimate.exit(role).map {
                    Found(count: $0.negative + $0.cutNegative, fraction: $0.frequency, interval: $0.interval)
                }
            }, inference: { $0.negative(role) },
            blocks: { tally in tally.roles.firstIndex(of: role).map { tally.negativeShare(fill: $0) } })
    }

    /// What a ledger found.
    static let owed = ShareSource(
        find: { estimate, _ in
            estimate.owed.map { Found(count: Double($0.count), fraction: $0.fraction, interval: $0.interval) }
        }, inference: { _ in nil }, blocks: { _ in nil })

    /// A share of entries that were counted whatever the fill. Before resampling its interval is that of the disjoint windows.
    static func counted(
        _ count: @escaping @Sendable (WindowCounts) -> Int, _ fraction: @escaping @Sendable (CellEstimate) -> Double?,
        _ inference: @escaping @Sendable (CellInference) -> FrequencyInference?,
        _ blocks: @escaping @Sendable (CellTally) -> BlockShare
    ) -> ShareSource {
        ShareSource(
            find: { estimate, confidence in
                let share = fraction(estimate)
                let interval = confidence.flatMap { confidence in
                    estimate.inference.flatMap(inference)?.interval
                        ?? FrequencyInterval.disjointWindows(
                            share: share ?? 0, entries: estimate.windows.entries, windows: estimate.disjointWindows,
                            confidence: confidence)
                }
                return Found(count: Double(count(estimate.windows)), fraction: share, interval: interval)
            }, inference: inference, blocks: blocks)
    }
}

extension Measure {
    /// Whether it counts what was seen, be it of cut windows alone.
    var isKnownWithoutEntries: Bool { subject == .evidence || self == .cutLiquidated || self == .cutNegative }
}

extension CellEstimate {
    /// The share that `measure` is; nil for other measures, when it was not measured and when nothing was held.
    ///
    /// - Parameter confidence: of its interval, strictly between 0 and 1.
    public func share(_ measure: Measure, confidence: Double) -> MeasuredShare? {
        guard windows.entries > 0, case .share(let source) = measure.source else { return nil }
        return source.find(self, confidence).map { found in
            MeasuredShare(
                count: found.count, entries: windows.watched, fraction: found.fraction ?? 0,
                interval: found.interval, windows: disjointWindows)
        }
    }

    /// What resampling says about a share; nil for other measures, and before it was done.
    public func inference(_ measure: Measure) -> FrequencyInference? {
        guard case .share(let source) = measure.source else { return nil }
        return inference.flatMap(source.inference)
    }

    /// The value of `measure` as tables give it: nil where there is none, such as the size of shortfalls where there are none, and for
    /// measures of a history or of a ledger.
    public func value(_ measure: Measure) -> Double? {
        switch measure.source {
        case .share(let source): source.find(self, nil)?.fraction
        case .shortfall(let exit, let size): exit(self)?.shortfall.map(size)
        case .heldCount(let count): count(self)
        case .figure(let value): value(self)
        case .ledger, .none: nil
        }
    }

    /// The value that a limit is held against: a cell with entries and without a shortfall has a shortfall of nothing. Of a cell without
    /// entries the counts of its evidence are known, and of its cut windows; no share, mean, quantile or time of the holding time is, as
    /// nobody was watched that long. Nil when nothing is known.
    public func knownValue(_ measure: Measure) -> Double? {
        // Nothing was looked at: the job failed, or its history is too short for a single entry.
        guard windows != WindowCounts() else { return nil }
        guard windows.entries > 0 else { return measure.isKnownWithoutEntries ? value(measure) : nil }
        guard case .shortfall(let exit, _) = measure.source else { return value(measure) }
        return value(measure) ?? (exit(self).map { $0.negative + $0.cutNegative == 0 } == true ? 0 : nil)
    }

    /// Entries that what happened inside the bars decides; nil where bounds were not asked for.
    public var undecided: Int? { bestExit != nil && worstExit != nil ? windows.undecided : nil }
}

extension CellTally {
    /// The block sums that `measure` is resampled from; nil for what is no resampled share, and where its fill rule was not evaluated.
    public func blocks(of measure: Measure) -> BlockShare? {
        guard case .share(let source) = measure.source else { return nil }
        return source.blocks(self)
    }
}
