import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// What one job of a study costs in memory and time, by the length of its history.
///
/// The constants are fitted to measured runs and rounded up; `Operations.md` says how well they hold.
struct Costs: Sendable {
    private let cells: Double
    private let horizons: Double
    private let spans: [TimeSpan]
    private let sides: Double
    private let mostParts: Double
    private let resamples: Double
    private let block: Double
    private let threads: Double
    private let fills: Double
    private let hasFunding: Bool
    private let hasDetails: Bool
    private let limited: Double
    private let population: Population?
    /// Platforms and queues that are followed at the same time.
    private let ledgers: Double
    /// Sets of rules that traders go by beside holding.
    private let behaviours: Double
    /// Assets of baskets.
    private let basketed: Set<String>
    /// Accounts that are walked at an entry, over all baskets, cells and paths.
    private let accounts: Double

    init(_ study: Study, threads: Int, isTableOnly: Bool) {
        cells = Double(study.cellCount) / Double(max(1, study.inputs.count))
        horizons = Double(study.grid.horizons.count)
        spans = study.grid.horizons
        sides = Double(study.grid.sides.count)
        mostParts = Double(max(1, study.mostParts))
        resamples = Double(study.statistics.resamples)
        block = Double(study.statistics.block.milliseconds)
        self.threads = Double(threads)
        fills = study.platforms.contains { $0.rules.liquidation.hasBounds } ? 4 : 3
        hasFunding = study.inputs.contains { $0.funding != nil || $0.mark != nil }
        hasDetails = !isTableOnly && study.statistics.resamples > 0
        population = isTableOnly ? nil : study.ledgerPopulation
        ledgers = Double(min(threads, study.platforms.count * (1 + DeleveragingRule.allCases.count)))
        let areFollowed = !isTableOnly || study.limits.contains { $0.behaviour != nil }
        behaviours = !areFollowed ? 0 : Double(study.behaviours.flatMap(\.orders).count)
        basketed = isTableOnly ? [] : Set(study.baskets.flatMap(\.assets))
        accounts =
            isTableOnly ? 0 : Double(study.baskets.reduce(0) { $0 + $1.accountsPerEntry } * study.basketCells.count)
        limited = Double(study.inputs.map { LimitFigures(study, asset: $0.asset).cells.count }.max() ?? 0)
    }

    // MARK: Memory

    /// The program with its libraries, and what reading and writing take for themselves.
    static let program = 64 << 20

    /// Results of all cells, and the outputs while they are made.
    static func outputs(cells: Int) -> Int { (8 << 20) + cells * 6000 }

    /// Six columns of eight bytes, and as much again for funding and marks.
    func held(_ size: HistorySize) -> Int { size.bars * (hasFunding ? 96 : 56) }

    /// The most of reading and computing, when the cells are computed in so many parts.
    func peak(_ size: HistorySize, parts: Int = 1) -> Int {
        let bars = Double(size.bars)
        let reading = 45 * Double(size.rows) + 8_000_000 * threads
        // All leverages of the headline's horizon are kept to be compared, and what limits name, whatever part they are in.
        let compared = parts > 1 && hasDetails ? min(self.cells, self.cells / max(1, horizons) + limited) : 0
        let cells = self.cells * (mostParts / Double(parts)).rounded(.up) / mostParts + compared
        // Windows of every horizon, of a part once more, the kernels' columns, entries taken apart, moves against them.
        let perBar = 4 * horizons * (parts > 1 ? 2 : 1) + 48 + (hasDetails ? 260 : 0) + (behaviours > 0 ? 110 : 0)
        // Counts and shortfalls of every cell by time block, twice while parts are joined, and sums by chunk.
        let blocks = blocks(size)
        let chunks = Double(HistoryJob.chunkCount(bars: size.bars, barLength: barLength(size), block: blockLength))
        let perCell = blocks * (16 + 16 * fills) * 2 + (chunks + 1) * 104 * fills * 2
        // By time since entry: in many small pieces, counted as if none of their room were given back between parts.
        let scattered = self.cells * (110 * fills * moments(size) + 40_000)
        let resampling = threads * resamples * 400
        // Counts and sums of cells under behaviours by time block, once more while chunks are joined.
        let followed =
            behaviours > 0
            ? 100 * min(blocks * self.cells * (behaviours + 1), Double(BehaviourDetails.blocksAtOnce)) : 0
        // Half as much again: what one thread's heap has freed is of no use to another's.
        return held(size)
            + Int(max(reading, 1.5 * (perBar * bars + perCell * cells + scattered + resampling + followed)))
    }

    /// What the ledger takes of a history while the population lives: the history, how far its prices reach, the positions that are open
    /// at once, and the sums of each class by day.
    func ledger(_ size: HistorySize) -> Int {
        guard let population else { return 0 }
        let bar = Double((size.barLength ?? .seconds(3600)).milliseconds)
        let (bars, classes) = (Double(size.bars), Double(population.classes.count))
        let open = min(bars, Double(population.horizon.milliseconds) / bar + 1) / Double(max(1, population.stride))
        let days = min(bars, bars * bar / 86_400_000 + 1)
        let following = 48 * bars + classes * (open * 160 + days * 240)
        return held(size) + Int(ledgers * following)
    }

    /// What baskets take of a history while they are walked: it, what is laid along their moments, extremes and windows; 0 for one that is in
    /// none.
    func baskets(_ size: HistorySize, asset: String) -> Int {
        basketed.contains(asset) ? 2 * held(size) + size.bars * 60 : 0
    }

    /// Seconds on one thread that the baskets of a history's length take.
    func basketSeconds(_ size: HistorySize) -> Double {
        min(Double(size.bars) * accounts, Double(BasketStage.mostWalks)) * 20e-6
    }

    /// The fewest parts with which a job stays below `room` bytes; where no number of parts does, the one that comes nearest.
    func parts(_ size: HistorySize, within room: Int) -> Int {
        let all = 1...max(1, Int(mostParts))
        return all.first { peak(size, parts: $0) <= room } ?? all.min { peak(size, parts: $0) < peak(size, parts: $1) }
            ?? 1
    }

    /// The most runs of a history that can be computed apart.
    func pieces(_ size: HistorySize) -> Int {
        HistoryJob.keptRunCount(bars: size.bars, barLength: barLength(size), block: blockLength)
    }

    /// An hour where it is not known.
    private func barLength(_ size: HistorySize) -> TimeSpan { size.barLength ?? .seconds(3600) }

    private var blockLength: TimeSpan { TimeSpan(milliseconds: Int64(block)) }

    /// Time blocks of a history; of sixteen years, which is longer than any, when its bars' length is not known.
    private func blocks(_ size: HistorySize) -> Double {
        let span = size.barLength.map { Double(size.bars) * Double($0.milliseconds) * 1.2 }
        return min(Double(size.bars), (span ?? 16 * 365.25 * 86_400_000) / block + 2)
    }

    /// Moments since the entry at which a cell's events happen, on the mean of all horizons. Of a long hold not every bar sees one.
    private func moments(_ size: HistorySize) -> Double {
        let bar = Double((size.barLength ?? .seconds(3600)).milliseconds)
        let bars = spans.map { Double($0.milliseconds) / bar + 1 }
        return bars.reduce(0) { $0 + min($1, 2000 + $1 / 4) } / max(1, horizons)
    }

    // MARK: Time

    /// Seconds on one thread of the machine that `Reports/Benchmarks` was made on.
    func seconds(_ size: HistorySize, parts: Int) -> Double {
        let bars = Double(size.bars)
        let blocks = min(10_000, blocks(size))
        // Intervals in closed form, three passes over the blocks for each figure of a fill.
        let judging = cells * blocks * fills * 100e-9
        let details = hasDetails ? sides / 2 * (bars * 6e-6 + resamples * blocks * 60e-9) : 0
        let walks = behaviours > 0 ? min(bars * (behaviours + 1) * cells, Double(BehaviourDetails.mostWalks)) : 0
        return 0.01 + readingSeconds(size) + walkingSeconds(size, parts: parts)
            + Costs.pace * (judging + details + walks * 4e-7)
    }

    /// Those of them in which files are read.
    func readingSeconds(_ size: HistorySize) -> Double { Costs.pace * Double(size.bytes) / 150e6 }

    /// Those of them in which the sweep passes over the bars.
    func walkingSeconds(_ size: HistorySize, parts: Int) -> Double {
        // In parts, every tally is computed twice.
        Costs.pace * Double(size.bars) * (cells * 6e-9 + 200e-9 * horizons * Double(parts))
    }

    /// Making and writing the outputs.
    static func outputSeconds(cells: Int) -> Double { pace * (0.1 + Double(cells) * 40e-6) }

    /// Processor time of whole runs over that of their parts measured alone: `Operations.md` says of which runs.
    private static let pace = 2.4
}
