import PriceSeries
import StressBasics
import StudyPlan

/// What the jobs of a study will take, from the sizes of their files and of the grid, and how they fit into the memory.
///
/// Every number is an estimate: bars are counted from a sample of each file, and the constants of ``Costs`` are measured.
public struct WorkPlan: Sendable {
    /// One price history with all its cells.
    public struct Job: Sendable {
        /// Its place in the study.
        public let place: Int
        /// Bytes of its files.
        public let fileBytes: Int
        /// Bars that they hold, about.
        public let bars: Int
        /// Parts of its cells that are computed one after the other, so that they fit the memory.
        public let parts: Int
        /// Bytes that reading or computing takes at most, its history included.
        public let peak: Int
        /// Bytes that its part of the ledger takes while the population lives; 0 for a study without one.
        public let ledger: Int
        /// Bytes that it takes while baskets are walked; 0 where it is in none.
        public let baskets: Int
        /// Seconds on one thread.
        public let seconds: Double
        /// Those of them in which its entries are tried, which can be shared by stretches of the history.
        public let walkingSeconds: Double
        /// Those of them in which its files are read.
        public let readingSeconds: Double
        /// The most stretches of the history that can be computed apart.
        public let pieces: Int
    }

    /// The study.
    public let study: Study
    /// That compute at the same time.
    public let threads: Int
    /// In study order.
    public let jobs: [Job]
    /// What the whole run may take.
    public let budget: Int
    /// Seconds that baskets take on one thread.
    private let basketSeconds: Double
    /// Whether the user set it.
    public let isBudgetChosen: Bool
    private let costs: Costs

    /// Part of the free memory that a run takes unless told otherwise.
    private static let share = 0.8

    /// Looks at a sample of every file.
    ///
    /// - Parameters:
    ///   - memory: what the run may take; nil for most of what is free.
    ///   - isTableOnly: whether the table of results alone is wanted.
    ///   - places: the jobs whose files are looked at; nil for all. Nothing is known of the others.
    ///   - writesReport: whether the run holds the results of all jobs and writes them; else only those of its places.
    public init(
        _ study: Study, files: InputFiles, threads: Int, memory: MemorySize?, isTableOnly: Bool,
        only places: Set<Int>? = nil, writesReport: Bool = true
    ) {
        (self.study, self.threads) = (study, threads)
        let costs = Costs(study, threads: threads, isTableOnly: isTableOnly)
        self.costs = costs
        isBudgetChosen = memory != nil
        let budget = memory?.bytes ?? freeMemory().map { Int(Double($0) * WorkPlan.share) } ?? .max
        self.budget = budget
        let jobCells = study.cellCount / max(1, study.inputs.count)
        let base =
            Costs.program + Costs.outputs(cells: writesReport ? study.cellCount : jobCells * (places?.count ?? 1))
        self.base = base
        let found = parallelMap(count: study.inputs.count, threads: threads) { place in
            places?.contains(place) ?? true ? HistorySize(study.inputs[place], files: files) : HistorySize()
        }
        guard let sizes = found else { preconditionFailure("every place has a size") }
        jobs = sizes.enumerated().map { place, size in
            Job(study, place, size, costs, parts: costs.parts(size, within: budget - base))
        }
        basketSeconds = study.baskets.isEmpty ? 0 : sizes.map(costs.basketSeconds).max() ?? 0
    }

    /// What is needed whatever is at work: the program itself, the results of all jobs, and at the end the outputs.
    public let base: Int

    /// A job whose bars are counted now that they are read, while others take `beside` bytes.
    func counted(_ place: Int, _ market: MarketHistory, beside: Int) -> Job {
        let size = HistorySize(market)
        return Job(study, place, size, costs, parts: costs.parts(size, within: budget - base - beside))
    }

    /// Whether a job fits the budget when it is done alone.
    func holds(_ job: Job) -> Bool { job.peak <= budget - base }

    /// What the run takes when its jobs are done one by one, and then what needs several histories at once.
    public var smallestPeak: Int { max(base + (jobs.map(\.peak).max() ?? 0), togetherPeak) }

    /// What the run takes while the population lives through all histories at once, or baskets are walked.
    public var togetherPeak: Int { base + max(ledger, jobs.reduce(0) { $0 + $1.baskets }) }

    /// Whether the population may live through all histories while jobs are still at work.
    var holdsLedgerBesideJobs: Bool {
        let most = groups(of: Array(jobs.indices)).map(peak).max() ?? base
        return most <= budget - ledger
    }

    private var ledger: Int { jobs.reduce(0) { $0 + $1.ledger } }

    /// Jobs that are done one after the other, some at once.
    public struct Group: Sendable {
        /// Places of the jobs, the largest first.
        public let jobs: [Int]
        /// How many are at work at the same time.
        public let atOnce: Int
    }

    /// Places of the jobs in groups, the largest first. Those that need the memory for themselves are alone; as soon as as many fit as
    /// there are threads, or jobs, all others follow in one group.
    public func groups(of places: [Int]) -> [Group] {
        var rest = places.sorted { (-jobs[$0].peak, $0) < (-jobs[$1].peak, $1) }[...]
        var groups: [Group] = []
        while !rest.isEmpty {
            let fitting = atOnce(Array(rest.prefix(threads)))
            let count = fitting == min(threads, rest.count) ? rest.count : fitting
            groups.append(Group(jobs: Array(rest.prefix(count)), atOnce: fitting))
            rest = rest.dropFirst(count)
        }
        return groups
    }

    /// How many of the first jobs fit the memory together; at least one.
    private func atOnce(_ places: [Int]) -> Int {
        let sums = places.reduce(into: [base]) { $0.append($0[$0.count - 1] + jobs[$1].peak) }
        return max(1, sums.dropFirst().count { $0 <= budget })
    }

    /// What a group takes at most.
    public func peak(_ group: Group) -> Int { base + group.jobs.prefix(group.atOnce).reduce(0) { $0 + jobs[$1].peak } }

    /// What the others of a group take at most while a job is at work.
    func taken(in group: Group, beside job: Int) -> Int {
        group.jobs.lazy.filter { $0 != job }.prefix(group.atOnce - 1).reduce(0) { $0 + jobs[$1].peak }
    }

    /// Throws a ``Failure`` when the study cannot fit, before anything is read.
    public func check() throws {
        guard smallestPeak > budget else { return }
        let largest = jobs.max { $0.peak < $1.peak }
        let isGrid = base > budget / 2
        let isLedger = ledger > (jobs.map(\.peak).max() ?? 0)
        let reduce =
            isGrid
            ? "fewer leverages, horizons or platforms"
            : isLedger
                ? "fewer price histories, fewer classes of the population or a shorter horizon of the ledger"
                : "fewer cells, longer bars or a shorter history for \(largest.map { study.inputs[$0.place].asset } ?? "it")"
        let whose = isBudgetChosen ? "--memory allows" : "the machine and the limits of the process leave"
        throw Failure(
            .badStudy,
            "the study is too large: it needs about \(memoryText(smallestPeak)) of memory, and "
                + "\(memoryText(budget)) is what \(whose)",
            hint: "ask for \(reduce)" + (isBudgetChosen ? ", or raise --memory" : ", or set --memory to try it anyway"))
    }

    /// Seconds that the whole study takes, about.
    public var seconds: Double {
        (jobs.reduce(0) { $0 + $1.seconds } + basketSeconds) / Double(threads)
            + Costs.outputSeconds(cells: study.cellCount)
    }
}

extension WorkPlan.Job {
    fileprivate init(_ study: Study, _ place: Int, _ size: HistorySize, _ costs: Costs, parts: Int) {
        self.init(
            place: place, fileBytes: size.bytes, bars: size.bars, parts: parts,
            peak: costs.peak(size, parts: parts), ledger: costs.ledger(size),
            baskets: costs.baskets(size, asset: study.inputs[place].asset), seconds: costs.seconds(size, parts: parts),
            walkingSeconds: costs.walkingSeconds(size, parts: parts), readingSeconds: costs.readingSeconds(size),
            pieces: costs.pieces(size))
    }
}
