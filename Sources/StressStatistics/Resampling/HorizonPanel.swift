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

    /// The same for closed forms alone: nothing is drawn.
    public var withoutResamples: ResamplingRules {
        var rules = self
        rules.resamples = 0
        return rules
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
    /// The turbulent spells of the history; nil where they were not looked for.
    public let spells: TurbulentSpells?
    /// The blocks that were kept.
    private let held: Range<Int>

    /// Draws the resamples for `columns`; nil when none has entries.
    ///
    /// - Parameters:
    ///   - columns: of the same time blocks, oldest first.
    ///   - horizonBlocks: horizon over block, the shortest mean length of a run.
    ///   - disjointWindows: see ``disjointWindows``.
    ///   - name: names the history and horizon, so that each has a stream of its own whatever else is in the study.
    ///   - memory: of the history.
    ///   - plans: where the resamples are found, if they are those that were drawn last.
    ///
    /// O(blocks × (resamples + columns)).
    public init?(
        columns: [BlockShare], horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules, name: String,
        memory: MarketMemory, plans: ResamplePlans = ResamplePlans()
    ) {
        guard let held = HorizonPanel.heldBlocks(columns.map(\.entries)) else { return nil }
        let shares = columns.map { $0.held(held) }
        self.init(
            shares, held: held, horizonBlocks: horizonBlocks, disjointWindows: disjointWindows, rules: rules,
            name: name, memory: memory, plans: plans)
    }

    /// Draws the resamples for columns that come later: ``differences(of:from:)``, ``means(of:entries:eventShare:)``.
    ///
    /// - Parameters:
    ///   - held: ``heldBlocks(_:)`` of all of them.
    ///   - memory: of the history.
    public init(
        held: Range<Int>, horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules, name: String,
        memory: MarketMemory
    ) {
        self.init(
            [], held: held, horizonBlocks: horizonBlocks, disjointWindows: disjointWindows, rules: rules, name: name,
            memory: memory, plans: ResamplePlans())
    }

    private init(
        _ shares: [BlockShare], held: Range<Int>, horizonBlocks: Double, disjointWindows: Int, rules: ResamplingRules,
        name: String, memory: MarketMemory, plans: ResamplePlans
    ) {
        self.shares = shares
        // Runs longer than the series would only repeat it.
        let length = min(max(horizonBlocks, memory.runBlocks), Double(held.count))
        plan = plans.plan(
            ResamplePlans.Draw(
                blockCount: held.count, meanLength: length, resamples: rules.resamples, seed: rules.seed,
                stream: "bootstrap \(name)"))
        self.disjointWindows = disjointWindows
        self.rules = rules
        spells = memory.spells
        self.held = held
    }

    /// From the first block in which any of several cells has entries to the last; nil when none has.
    public static func heldBlocks(_ entries: some Sequence<[UInt32]>) -> Range<Int>? {
        let ends = entries.compactMap { counts in
            counts.firstIndex { $0 > 0 }.map { ($0, counts.lastIndex { $0 > 0 } ?? $0) }
        }
        guard let first = ends.map(\.0).min(), let last = ends.map(\.1).max() else { return nil }
        return first..<last + 1
    }

    /// What the history says about one frequency; nil without entries. O(blocks).
    public func inference(_ share: BlockShare) -> FrequencyInference? {
        FrequencyInference(
            share, meanLength: plan.meanLength, disjointWindows: disjointWindows, confidence: rules.confidence)
    }

    /// The same, and what the frequency may be in one further year; nil without entries. O(blocks).
    ///
    /// - Parameter yearBlocks: blocks in a year.
    public func prediction(_ share: BlockShare, yearBlocks: Double) -> YearPrediction? {
        YearPrediction(
            share, meanLength: plan.meanLength, disjointWindows: disjointWindows, yearBlocks: yearBlocks,
            confidence: rules.confidence)
    }

    /// A column of all time blocks, without the blocks at both ends that were not kept. O(blocks).
    public func held(_ share: BlockShare) -> BlockShare { share.held(held) }

    /// The same of a ratio.
    func held(_ ratio: BlockRatio) -> BlockRatio { ratio.held(held) }

    /// Column `first` less column `second`; nil where one of them has no entries. O(blocks + resamples × runs).
    public func difference(_ first: Int, _ second: Int) -> DifferenceInference? { differences([(first, second)])[0] }

    /// Column `first` less column `second` of each pair; nil where one of the two has no entries.
    /// O(pairs × (blocks + resamples × runs)).
    public func differences(_ pairs: [(first: Int, second: Int)]) -> [DifferenceInference?] {
        differences(of: pairs.map { (shares[$0.first], shares[$0.second]) })
    }

    /// Each of several columns less another one; nil where one of the two has no entries. O(columns × (blocks + resamples × runs)).
    public func differences(of columns: [BlockShare], from base: BlockShare) -> [DifferenceInference?] {
        differences(of: columns.map { ($0, base) })
    }

    private func differences(of pairs: [(first: BlockShare, second: BlockShare)]) -> [DifferenceInference?] {
        let runs = { (share: BlockShare) in share.runs(ofMeanLength: plan.meanLength) }
        return zip(pairs, plan.differences(of: pairs)).map { pair, paired in
            guard let first = inference(pair.first), let second = inference(pair.second) else { return nil }
            return DifferenceInference(
                (first, paired.first), (second, paired.second), paired: paired.ratio,
                runs: min(runs(pair.second), runs(pair.first)), confidence: rules.confidence)
        }
    }

    /// What the history says about means of it; nil for one that is not above zero. O(columns × blocks).
    ///
    /// - Parameters:
    ///   - columns: of all time blocks of the history.
    ///   - entries: held in each of them.
    ///   - eventShare: share of the entries to which that happened which the means come from.
    public func means(of columns: [BlockRatio], entries: [UInt32], eventShare: Double) -> [MeanInference?] {
        let evidence = self.evidence(entries: entries, eventShare: eventShare)
        return ClusteredMeans(columns.map { ClusteredMeans.Asked($0, evidence) }, self).inferences
    }

    /// What the history has to say about means of what happens to a share of its entries.
    func evidence(entries: [UInt32], eventShare: Double) -> MeanInference.Evidence {
        MeanInference.Evidence(
            runs: Double(entries[held].count { $0 > 0 }) / plan.meanLength,
            windows: eventShare * Double(disjointWindows), spells: spells)
    }

    /// The band over a curve of columns; nil when one of them has no entries.
    public func band(_ columns: [Int]) -> SimultaneousBand? {
        let chosen = columns.map { shares[$0] }
        let resampled = plan.ratios(of: chosen[...])
        let single = chosen.compactMap { inference($0) }
        guard single.count == columns.count else { return nil }
        return SimultaneousBand(single, resampled: resampled, confidence: rules.confidence)
    }
}
