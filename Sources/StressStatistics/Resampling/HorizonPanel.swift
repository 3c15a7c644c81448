import StressBasics

/// How frequencies are resampled.
public struct ResamplingRules: Hashable, Sendable {
    /// Number of resamples, at least 100.
    public var resamples: Int
    /// Seed of all randomness.
    public var seed: UInt64
    /// Confidence of the intervals, strictly between 0 and 1.
    public var confidence: Double

    /// Rules; by default 2,000 resamples from seed 1 at 95 %.
    public init(resamples: Int = 2000, seed: UInt64 = 1, confidence: Double = 0.95) {
        self.resamples = resamples
        self.seed = seed
        self.confidence = confidence
    }
}

/// The frequencies of all cells of one price history and one horizon, resampled together.
///
/// One plan serves all columns, so every resample is a history in which all cells saw the same days. Columns can be judged
/// in any parts on any threads; each has the same bits however they are shared out.
public struct HorizonPanel: Sendable {
    /// The columns, without the blocks at both ends in which none has entries.
    public let shares: [BlockShare]
    /// The resamples.
    public let plan: ResamplePlan
    /// The most trials that could be called independent.
    public let disjointWindows: Int
    /// The rules.
    public let rules: ResamplingRules
    /// The blocks that were kept.
    private let held: Range<Int>

    /// Draws the resamples for `columns`; nil when none has entries.
    ///
    /// - Parameters:
    ///   - columns: of the same time blocks, oldest first.
    ///   - horizonBlocks: horizon over block, the shortest mean length of a run.
    ///   - disjointWindows: see ``disjointWindows``.
    ///   - name: names the history and horizon, so that each has a stream of its own whatever else is in the study.
    ///   - automaticLength: ``longestAutomaticLength(of:)`` of all columns, when it was computed in parts; else it is
    ///     computed here.
    ///
    /// O(blocks × resamples + columns × blocks^1.5).
    public init?(
        columns: [BlockShare], horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules, name: String,
        automaticLength: Double? = nil
    ) {
        guard let held = HorizonPanel.heldBlocks(columns.map(\.entries)) else { return nil }
        let shares = columns.map { BlockShare(counts: Array($0.counts[held]), entries: Array($0.entries[held])) }
        let automatic = automaticLength ?? HorizonPanel.longestAutomaticLength(of: shares[...])
        self.init(
            shares, held: held, horizonBlocks: horizonBlocks, disjointWindows: disjointWindows, rules: rules,
            name: name, automaticLength: automatic)
    }

    /// Draws the resamples for columns that come later: ``inferences(of:disjointWindows:)``.
    ///
    /// - Parameters:
    ///   - held: ``heldBlocks(_:)`` of all of them.
    ///   - automaticLength: ``longestAutomaticLength(of:)`` of all of them.
    public init(
        held: Range<Int>, horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules, name: String,
        automaticLength: Double
    ) {
        self.init(
            [], held: held, horizonBlocks: horizonBlocks, disjointWindows: disjointWindows, rules: rules, name: name,
            automaticLength: automaticLength)
    }

    private init(
        _ shares: [BlockShare], held: Range<Int>, horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules,
        name: String, automaticLength automatic: Double
    ) {
        self.shares = shares
        // Runs longer than the series would only repeat it.
        let length = min(max(1, horizonBlocks, automatic), Double(held.count))
        plan = ResamplePlan(
            blockCount: held.count, meanLength: length, resamples: rules.resamples,
            random: SeededGenerator(seed: rules.seed).stream("bootstrap \(name)"))
        self.disjointWindows = disjointWindows
        self.rules = rules
        self.held = held
    }

    /// The longest automatic block length of `columns`; 1 when none has any. The longest of several columns' parts is that
    /// of all. Rarer events seem to have shorter memories than the volatility behind them; the longest errs on the safe
    /// side, and the bootstrap-t interval bears longer runs well (`make coverage` shows both).
    public static func longestAutomaticLength(of columns: ArraySlice<BlockShare>) -> Double {
        columns.reduce(1) { longest, column in
            guard column.counts.contains(where: { $0 > 0 }) else { return longest }
            return max(longest, AutomaticBlockLength(column.residuals)?.stationary ?? 1)
        }
    }

    /// From the first block in which any of several cells has entries to the last; nil when none has.
    public static func heldBlocks(_ entries: some Sequence<[UInt32]>) -> Range<Int>? {
        let ends = entries.compactMap { counts in
            counts.firstIndex { $0 > 0 }.map { ($0, counts.lastIndex { $0 > 0 } ?? $0) }
        }
        guard let first = ends.map(\.0).min(), let last = ends.map(\.1).max() else { return nil }
        return first..<last + 1
    }

    /// What the resamples say about the columns of `range`, in order; nil for a column without entries.
    public func inferences(_ range: Range<Int>) -> [FrequencyInference?] { inferences(shares[range], windows: nil) }

    /// What the same resamples say about other columns of the same history, which have all its time blocks.
    ///
    /// - Parameter windows: a number of disjoint windows for each column, when they are not the panel's.
    ///
    /// O(columns × resamples × (runs + log resamples)); columns in which nothing or everything was counted cost nothing.
    public func inferences(of columns: [BlockShare], disjointWindows windows: [Int]? = nil) -> [FrequencyInference?] {
        let trimmed = columns.map { BlockShare(counts: Array($0.counts[held]), entries: Array($0.entries[held])) }
        return inferences(trimmed[...], windows: windows)
    }

    private func inferences(_ columns: ArraySlice<BlockShare>, windows: [Int]?) -> [FrequencyInference?] {
        // No resample of what never or always happened differs from it.
        let varying = columns.indices.filter { (columns[$0].frequency ?? 0).isStrictlyBetweenZeroAndOne }
        let ratios = plan.ratios(of: varying.map { columns[$0] }[...])
        var next = 0
        return columns.indices.map { index in
            let isVarying = next < varying.count && varying[next] == index
            let resampled = isVarying ? ratios[next] : ResampledRatio(shares: [], errors: [])
            if isVarying { next += 1 }
            return FrequencyInference(
                columns[index], resampled: resampled,
                disjointWindows: windows?[index - columns.startIndex] ?? disjointWindows, runs: runs(columns[index]),
                confidence: rules.confidence)
        }
    }

    /// How many runs of mean length hold entries of a column.
    private func runs(_ share: BlockShare) -> Double { runs(share.entries[...]) }

    private func runs(_ entries: ArraySlice<UInt32>) -> Double {
        Double(entries.count { $0 > 0 }) / plan.meanLength
    }

    /// What the resamples say about one other column.
    public func inference(_ column: BlockShare) -> FrequencyInference? { inferences(of: [column])[0] }

    /// Column `first` less column `second`; nil where one of them has no entries. O(blocks + resamples × runs).
    public func difference(_ first: Int, _ second: Int) -> DifferenceInference? {
        let columns = [shares[first], shares[second]]
        let resampled = plan.ratios(of: columns[...])
        let single = zip(columns, resampled).compactMap { self.single($0, $1) }
        guard single.count == 2 else { return nil }
        return DifferenceInference(
            (single[0], resampled[0]), (single[1], resampled[1]), paired: plan.differences(of: columns[0], columns[1]),
            runs: min(runs(columns[0]), runs(columns[1])), confidence: rules.confidence)
    }

    /// What the same resamples say about means of the same history; nil for one that is not above zero.
    ///
    /// - Parameters:
    ///   - columns: of all time blocks of the history.
    ///   - entries: held in each of them.
    ///
    /// O(columns × resamples × (runs + log resamples)).
    public func means(of columns: [BlockRatio], entries: [UInt32]) -> [MeanInference?] {
        let columns = columns.map { $0.held(held) }
        let known = columns.indices.filter { (columns[$0].value ?? 0) > 0 }
        let resampled = plan.ratios(of: known.map { columns[$0] }[...])
        let runs = runs(entries[held])
        var found = [MeanInference?](repeating: nil, count: columns.count)
        for (place, resampled) in zip(known, resampled) {
            found[place] = columns[place].value.map {
                MeanInference(mean: $0, resampled: resampled, runs: runs, confidence: rules.confidence)
            }
        }
        return found
    }

    private func single(_ share: BlockShare, _ resampled: ResampledRatio) -> FrequencyInference? {
        FrequencyInference(
            share, resampled: resampled, disjointWindows: disjointWindows, runs: runs(share),
            confidence: rules.confidence)
    }

    /// The band over a curve of columns; nil when one of them has no entries.
    public func band(_ columns: [Int]) -> SimultaneousBand? {
        let chosen = columns.map { shares[$0] }
        let resampled = plan.ratios(of: chosen[...])
        let single = zip(chosen, resampled).compactMap { share, resampled in
            self.single(share, resampled)
        }
        guard single.count == columns.count else { return nil }
        return SimultaneousBand(single, resampled: resampled, confidence: rules.confidence)
    }
}

extension Double {
    fileprivate var isStrictlyBetweenZeroAndOne: Bool { self > 0 && self < 1 }
}
