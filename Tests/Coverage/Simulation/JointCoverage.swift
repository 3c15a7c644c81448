import StressBasics
import StressStatistics
import Synchronization

/// How often intervals of differences and of mean shortfalls hold the truth, on the histories of ``CoverageStudy``.
public struct JointCoverage: Sendable {
    /// How prices move.
    public let process: ReturnProcess
    /// Longest holding time, days.
    public let horizonDays: Int
    /// Length of a history, days.
    public let days: Int
    /// What is estimated, with its truth.
    public private(set) var targets: [Target]

    /// An event of an entry: the log price moves against it by at least a distance.
    public struct Event: Hashable, Sendable {
        /// Whether a rise is against it.
        public let isShort: Bool
        /// The distance.
        public let distance: Double
    }

    /// One figure of a history.
    public struct Target: Sendable {
        /// In words.
        public let name: String
        /// In the long run.
        public let truth: Double
        let kind: Kind

        /// Whether it is a difference of two frequencies.
        public var isDifference: Bool { if case .difference = kind { true } else { false } }

        enum Kind: Sendable {
            case difference(Event, Event)
            case meanShortfall(Event)
            case shortfallPerEntry(Event)
            /// Of positions closed late from a trigger at a distance, see ``LateExits``.
            case lateMean(Double)
            case latePerEntry(Double)
        }
    }

    /// The intervals of one target in one history.
    public struct Intervals: Sendable {
        /// What reports show; nil where they say that there is none.
        let shown: Interval?
        /// What stood there before: of differences the quantiles of the resamples, of means a bootstrap-t.
        let before: Interval?
        /// Whether it is a form for few runs or few episodes.
        var isFallback = false
        /// Why nothing is shown.
        var refusal: MeanInference.Method?
    }

    /// The same truths judged on histories of another length.
    public init(_ study: JointCoverage, days: Int) {
        (process, horizonDays, targets) = (study.process, study.horizonDays, study.targets)
        self.days = days
    }

    /// A study whose truth is read off one history of `longRun` bars, with a seed of its own.
    public init(_ process: ReturnProcess, horizonDays: Int, days: Int, longRun: Int) {
        (self.process, self.horizonDays, self.days) = (process, horizonDays, days)
        let random = SeededGenerator(seed: 2024).stream("truth \(process.rawValue) \(horizonDays)")
        targets = JointCoverage.known.withLock { known in
            if let targets = known["\(process.rawValue) \(horizonDays) \(longRun)"] { return targets }
            let moves = Moves(process, bars: longRun, horizon: horizonDays * CoverageStudy.barsPerDay, random: random)
            let targets = JointCoverage.targets(moves)
            known["\(process.rawValue) \(horizonDays) \(longRun)"] = targets
            return targets
        }
    }

    /// The same of some of its targets alone.
    public func only(_ isWanted: (Target) -> Bool) -> JointCoverage {
        var copy = self
        copy.targets = targets.filter(isWanted)
        return copy
    }

    /// Truths that were read off a long run before.
    private static let known = Mutex<[String: [Target]]>([:])

    private static func targets(_ moves: Moves) -> [Target] {
        let sorted = moves.falls.sorted(by: >)
        func event(_ share: Double, isShort: Bool = false) -> Event {
            Event(isShort: isShort, distance: sorted[Int(share * Double(sorted.count))])
        }
        func difference(_ name: String, _ a: Event, _ b: Event) -> Target {
            Target(name: name, truth: moves.share(a) - moves.share(b), kind: .difference(a, b))
        }
        let pairs = [0.03, 0.01].flatMap { share in
            let words = "\(fixedText(share * 100, decimals: 0)) %"
            return [
                difference("long at \(words) − short", event(share), event(share, isShort: true)),
                difference("long at \(words) − at a third", event(share), event(share / 3)),
            ]
        }
        let means = [0.03, 0.01, 0.003].flatMap { share in
            let words = "at \(fixedText(share * 100, decimals: 1)) %"
            let event = event(share)
            return [
                Target(name: "mean shortfall \(words)", truth: moves.meanShortfall(event), kind: .meanShortfall(event)),
                Target(
                    name: "shortfall per entry \(words)", truth: moves.meanShortfall(event) * moves.share(event),
                    kind: .shortfallPerEntry(event)),
            ]
        }
        return pairs + means + late(moves, sorted)
    }

    /// The shortfalls of positions that a platform closes late, at triggers that so many entries meet.
    private static func late(_ moves: Moves, _ sorted: [Double]) -> [Target] {
        [0.1, 0.03, 0.01].flatMap { share in
            let distance = sorted[Int(share * Double(sorted.count))]
            let exits = moves.lateExits(distance)
            let (sum, weight) = (exits.shortfalls.reduce(0, +), exits.chances.reduce(0, +))
            let words = "of late exits, \(fixedText(share * 100, decimals: 0)) % liquidated"
            return [
                Target(name: "mean shortfall \(words)", truth: sum / weight, kind: .lateMean(distance)),
                Target(
                    name: "shortfall per entry \(words)", truth: sum / Double(exits.chances.count),
                    kind: .latePerEntry(distance)),
            ]
        }
    }

    /// The intervals of every target in the history of a seed; nil where there is nothing to estimate.
    public func intervals(seed: Int, resamples: Int) -> [Intervals?] {
        let perDay = CoverageStudy.barsPerDay
        let random = SeededGenerator(seed: UInt64(seed)).stream("trial \(process.rawValue) \(horizonDays)")
        let moves = Moves(
            process, bars: (days - horizonDays) * perDay, horizon: horizonDays * perDay, random: random)
        let judge = HistoryJudge(moves: moves, study: self, seed: seed, resamples: resamples)
        return targets.map(judge.intervals)
    }
}

/// The farthest moves of the log price within the holding time after every bar.
private struct Moves {
    let falls: [Double]
    let rises: [Double]
    /// Logarithms, a bar each.
    private let prices: [Double]
    /// Bars held.
    private let horizon: Int

    init(_ process: ReturnProcess, bars: Int, horizon: Int, random: SeededGenerator) {
        let prices = CoverageStudy.logPrices(process, bars: bars + horizon, random: random)
        (self.prices, self.horizon) = (prices, horizon)
        falls = windowFalls(prices, horizon: horizon)
        rises = windowFalls(prices.map { -$0 }, horizon: horizon)
    }

    /// What the prices remember, a day a block.
    var memory: MarketMemory { MarketMemory(logPrices: prices, barsPerBlock: CoverageStudy.barsPerDay) }

    /// What becomes of positions with a trigger at a distance.
    func lateExits(_ distance: Double) -> LateExits {
        LateExits(prices, distance: distance, entries: falls.count, horizon: horizon)
    }

    func moves(_ event: JointCoverage.Event) -> [Double] { event.isShort ? rises : falls }

    func share(_ event: JointCoverage.Event) -> Double {
        let moves = moves(event)
        return Double(moves.count { $0 >= event.distance }) / Double(moves.count)
    }

    func meanShortfall(_ event: JointCoverage.Event) -> Double {
        let beyond = moves(event).filter { $0 >= event.distance }
        return beyond.reduce(0) { $0 + $1 - event.distance } / Double(beyond.count)
    }
}

/// Judges one history as a run would.
private struct HistoryJudge {
    let moves: Moves
    let days: Int
    let study: JointCoverage
    let rules: ResamplingRules
    private let memory: MarketMemory
    /// What judges means; nil without entries.
    private var judge: HorizonPanel?

    init(moves: Moves, study: JointCoverage, seed: Int, resamples: Int) {
        (self.moves, self.study, days, memory) = (moves, study, study.days, moves.memory)
        rules = ResamplingRules(resamples: resamples, seed: UInt64(seed))
        judge = panel(JointCoverage.Event(isShort: false, distance: 0))
    }

    private func panel(_ events: JointCoverage.Event...) -> HorizonPanel? {
        HorizonPanel(
            columns: events.map { HistoryJudge.share(moves, $0, days: days) },
            horizonBlocks: Double(study.horizonDays), disjointWindows: (days - study.horizonDays) / study.horizonDays,
            rules: rules, name: study.process.rawValue, memory: memory)
    }

    private static func share(_ moves: Moves, _ event: JointCoverage.Event, days: Int) -> BlockShare {
        var share = BlockShare(events: Array(repeating: 0, count: days), entries: Array(repeating: 0, count: days))
        for (bar, move) in moves.moves(event).enumerated() {
            share.entries[bar / CoverageStudy.barsPerDay] += 1
            if move >= event.distance { share.events[bar / CoverageStudy.barsPerDay] += 1 }
        }
        return share
    }

    func intervals(_ target: JointCoverage.Target) -> JointCoverage.Intervals? {
        switch target.kind {
        case .difference(let first, let second): difference(first, second)
        case .meanShortfall(let event): mean(event, perEntry: false)
        case .shortfallPerEntry(let event): mean(event, perEntry: true)
        case .lateMean(let distance): late(distance, perEntry: false)
        case .latePerEntry(let distance): late(distance, perEntry: true)
        }
    }

    private func difference(_ first: JointCoverage.Event, _ second: JointCoverage.Event) -> JointCoverage.Intervals? {
        panel(first, second)?.difference(0, 1).map { found in
            JointCoverage.Intervals(
                shown: found.interval, before: found.percentile, isFallback: found.method != .bootstrapTJoint)
        }
    }

    /// Of positions that are closed late: chances are their weights.
    private func late(_ distance: Double, perEntry: Bool) -> JointCoverage.Intervals? {
        let event = JointCoverage.Event(isShort: false, distance: distance)
        let entries = HistoryJudge.share(moves, event, days: days).entries
        let exits = moves.lateExits(distance)
        return mean(
            event, sums: exits.shortfalls, weights: perEntry ? nil : exits.chances, entries: entries)
    }

    /// Of falls beyond a distance.
    private func mean(_ event: JointCoverage.Event, perEntry: Bool) -> JointCoverage.Intervals? {
        let share = HistoryJudge.share(moves, event, days: days)
        let beyond = moves.moves(event).map { max(0, $0 - event.distance) }
        let below = moves.moves(event).map { $0 >= event.distance ? 1.0 : 0 }
        return mean(event, sums: beyond, weights: perEntry ? nil : below, entries: share.entries)
    }

    /// - Parameter weights: of the mean, entry by entry; nil for that over all entries.
    private func mean(
        _ event: JointCoverage.Event, sums: [Double], weights: [Double]?, entries: [UInt32]
    ) -> JointCoverage.Intervals? {
        let ratio = BlockRatio(sums: daily(sums), weights: weights.map(daily) ?? entries.map(Double.init))
        guard let judge = judge,
            let found = judge.means(of: [ratio], entries: entries, eventShare: moves.share(event))[0]
        else { return nil }
        let isRefused = weights == nil && (judge.spells?.count ?? 0) < TurbulentSpells.fewest
        return JointCoverage.Intervals(
            shown: found.interval, before: isRefused ? nil : bootstrapT(ratio, entries: entries),
            refusal: found.interval == nil ? found.method : nil)
    }

    /// The bootstrap-t that intervals of means were until they had a closed form: nil for few runs, and where resamples without an error
    /// reach into the quantile. A resample without weight counts beyond both ends.
    private func bootstrapT(_ ratio: BlockRatio, entries: [UInt32]) -> Interval? {
        guard let judge, let held = HorizonPanel.heldBlocks([entries]), let mean = ratio.value,
            Double(held.count) / judge.plan.meanLength >= 15
        else { return nil }
        let column = BlockRatio(sums: Array(ratio.sums[held]), weights: Array(ratio.weights[held]))
        var resampled = judge.plan.ratios(of: [column][...])[0]
        let known = zip(resampled.shares, resampled.errors).filter { !$0.0.isNaN }
        let absent = resampled.shares.count - known.count
        let beyond = [-Double.infinity, .infinity].flatMap { Array(repeating: $0, count: absent) }
        (resampled.shares, resampled.errors) = (known.map(\.0) + beyond, known.map(\.1) + beyond.map { _ in 1 })
        let error = sampleVariance(known.map(\.0)).squareRoot()
        guard error > 0, let ends = studentisedEnds(mean, error: error, resampled, confidence: rules.confidence) else {
            return nil
        }
        return Interval(low: max(0, ends.low), high: ends.high)
    }

    private func daily(_ values: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: days)
        for (bar, value) in values.enumerated() { sums[bar / CoverageStudy.barsPerDay] += value }
        return sums
    }
}

extension JointCoverage {
    /// How often one kind of interval of a target held its truth.
    public struct Coverage: Sendable {
        /// Share of the intervals that held the truth.
        public let hits: Double
        /// Share of the histories that had an interval.
        public let share: Double
        /// Median width of the intervals.
        public let width: Double

        /// Nil where no history had one.
        init?(_ intervals: [Interval], truth: Double, trials: Int) {
            guard !intervals.isEmpty else { return nil }
            hits = Double(intervals.count { $0.low <= truth && truth <= $0.high }) / Double(intervals.count)
            share = Double(intervals.count) / Double(trials)
            width = intervals.map { $0.high - $0.low }.sorted()[intervals.count / 2]
        }
    }

    /// How often the intervals of one target held its truth.
    public struct Row: Sendable {
        /// What is estimated.
        public let target: Target
        /// What reports show.
        public let shown: Coverage?
        /// What stood there before: see ``Intervals``.
        public let before: Coverage?
        /// Share of the histories whose interval is a form for few runs or few episodes.
        public let fallbacks: Double
        /// Why how many histories have none.
        public let refusals: [MeanInference.Method: Int]
    }

    /// Judges `trials` histories, of seeds from the first on: a target a row.
    public func table(trials: Int, firstSeed: Int = 0, resamples: Int) -> [Row] {
        let all = (0..<trials).map { intervals(seed: firstSeed + $0, resamples: resamples) }
        return targets.indices.map { place in
            let (target, found) = (targets[place], all.compactMap { $0[place] })
            return Row(
                target: target,
                shown: Coverage(found.compactMap(\.shown), truth: target.truth, trials: trials),
                before: Coverage(found.compactMap(\.before), truth: target.truth, trials: trials),
                fallbacks: Double(found.count(where: \.isFallback)) / Double(trials),
                refusals: found.compactMap(\.refusal).reduce(into: [:]) { $0[$1, default: 0] += 1 })
        }
    }
}
