import CSVIngest
import DurableFiles
import Foundation
import PriceSeries
import StressBasics
import StudyPlan

/// What the jobs of a study will take, from the sizes of their files and of the grid, and how they fit into the memory.
///
/// Every number is an estimate: bars are counted from a sample of each file, and the constants of ``Costs`` are measured.
struct WorkPlan {
    /// One price history with all its cells.
    struct Job: Sendable {
        /// Its place in the study.
        let place: Int
        /// Bytes of its files.
        let fileBytes: Int
        /// Bars that they hold, about.
        let bars: Int
        /// Bytes that its history takes while it waits to be computed.
        let held: Int
        /// Parts of its cells that are computed one after the other, so that they fit the memory.
        let parts: Int
        /// Bytes that reading or computing takes at most, its history included.
        let peak: Int
        /// Seconds on one thread.
        let seconds: Double
    }

    let study: Study
    let threads: Int
    /// In study order.
    let jobs: [Job]
    /// What the whole run may take.
    let budget: Int
    /// Whether the user set it.
    let isBudgetChosen: Bool
    private let costs: Costs

    /// Part of the free memory that a run takes unless told otherwise.
    private static let share = 0.8

    /// Looks at a sample of every file.
    init(_ study: Study, files: InputFiles, threads: Int, memory: MemorySize?, isTableOnly: Bool) {
        (self.study, self.threads) = (study, threads)
        let costs = Costs(study, threads: threads, isTableOnly: isTableOnly)
        self.costs = costs
        isBudgetChosen = memory != nil
        let budget = memory?.bytes ?? freeMemory().map { Int(Double($0) * WorkPlan.share) } ?? .max
        self.budget = budget
        let base = WorkPlan.base(study)
        jobs = study.inputs.indices.map { place in
            let size = HistorySize(study.inputs[place], files: files)
            return Job(place, size, costs, parts: costs.parts(size, within: budget - base))
        }
    }

    /// What is needed whatever is at work: the program itself, the results of all jobs, and at the end the outputs.
    var base: Int { WorkPlan.base(study) }

    private static func base(_ study: Study) -> Int { Costs.program + Costs.outputs(cells: study.cellCount) }

    /// A job whose bars are counted now that they are read, while histories of `waiting` bytes wait beside it.
    func counted(_ place: Int, _ market: MarketHistory, waiting: Int) -> Job {
        let size = HistorySize(market)
        return Job(place, size, costs, parts: costs.parts(size, within: budget - base - waiting))
    }

    /// Whether a job fits the budget when it is done alone.
    func holds(_ job: Job) -> Bool { job.peak <= budget - base }

    /// Bytes that a history takes while it waits.
    func held(_ market: MarketHistory) -> Int { costs.held(HistorySize(market)) }

    /// Whether the run has to look after its memory: a budget was promised, or is too small for all cells of a history at once.
    var isTight: Bool { isBudgetChosen || jobs.contains { $0.parts > 1 } }

    /// What the run takes when its jobs are done one by one.
    var smallestPeak: Int { base + (jobs.map(\.peak).max() ?? 0) }

    /// Places of the jobs in groups that are read together and then computed one by one; the largest come first, so that small
    /// ones share what room is left. A group takes as many as there are threads to read them.
    func groups(of places: [Int]) -> [[Int]] {
        var groups: [[Int]] = []
        var (held, peak) = (0, 0)
        for place in places.sorted(by: { (-jobs[$0].peak, $0) < (-jobs[$1].peak, $1) }) {
            let job = jobs[place]
            // While one of the group is computed, the others' histories wait.
            let together = base + held + max(peak, job.peak)
            if let last = groups.last, last.count < threads, together <= budget {
                groups[groups.count - 1].append(place)
            } else {
                groups.append([place])
                (held, peak) = (0, 0)
            }
            (held, peak) = (held + job.held, max(peak, job.peak))
        }
        return groups
    }

    /// Throws a ``Failure`` when the study cannot fit, before anything is read.
    func check() throws {
        guard smallestPeak > budget else { return }
        let largest = jobs.max { $0.peak < $1.peak }
        let isGrid = base > budget / 2
        let reduce =
            isGrid
            ? "fewer leverages, horizons or platforms"
            : "fewer cells, longer bars or a shorter history for \(largest.map { study.inputs[$0.place].asset } ?? "it")"
        let whose = isBudgetChosen ? "--memory allows" : "the machine and the limits of the process leave"
        throw Failure(
            .badStudy,
            "the study is too large: it needs about \(memoryText(smallestPeak)) of memory, and "
                + "\(memoryText(budget)) is what \(whose)",
            hint: "ask for \(reduce)" + (isBudgetChosen ? ", or raise --memory" : ", or set --memory to try it anyway"))
    }

    /// Seconds that the whole study takes, about.
    var seconds: Double {
        jobs.reduce(0) { $0 + $1.seconds } / Double(threads) + Costs.outputSeconds(cells: study.cellCount)
    }
}

extension WorkPlan.Job {
    fileprivate init(_ place: Int, _ size: HistorySize, _ costs: Costs, parts: Int) {
        self.init(
            place: place, fileBytes: size.bytes, bars: size.bars, held: costs.held(size), parts: parts,
            peak: costs.peak(size, parts: parts), seconds: costs.seconds(size, parts: parts))
    }
}

/// How long a price history is, as far as its files tell without reading them whole.
struct HistorySize {
    /// Bytes of all files.
    private(set) var bytes = 0
    /// Rows, about.
    private(set) var rows = 0
    /// Bars, about.
    private(set) var bars = 0
    /// Length of a bar, when the first file tells.
    private(set) var barLength: TimeSpan?

    /// A history that is read; its files need no more memory.
    init(_ market: MarketHistory) {
        (bars, barLength) = (market.series.count, market.barLength)
    }

    /// A row of prices takes about this much of a compressed file.
    private static let packedRowBytes = 16.0
    private static let sampleBytes = 1 << 16

    /// Looks at the first piece of the first file, and at the sizes of the others.
    init(_ input: StudyInput, files: InputFiles) {
        var rowBytes = HistorySize.packedRowBytes
        var barsPerRow = 1.0
        // The market's part of the rows.
        var share = 1.0
        if let first = input.source.files.first, let sample = HistorySize.sample(files.located(first)) {
            let lines = sample.count { $0 == 0x0A }
            rowBytes = Double(sample.count) / Double(max(1, lines))
            // Trades and quotes become bars, many to one.
            if let read = try? ingestSeries(bytes: sample, name: first, source: input.source) {
                barLength = read.series.barLength
                let others = read.findings.first { $0.check == "other_symbols" }?.count ?? 0
                barsPerRow = min(1, Double(read.series.count) / Double(max(1, read.rowCount)))
                share = Double(read.rowCount) / Double(max(1, read.rowCount + others))
            }
        }
        for name in input.source.files { bytes += HistorySize.size(files.located(name)) }
        rows = Int(Double(bytes) / max(8, rowBytes) * share)
        bars = Int((Double(rows) * barsPerRow).rounded(.up))
        let side = input.sideFiles.reduce(0) { $0 + HistorySize.size(files.located($1)) }
        bytes += side
        rows += Int(Double(side) / max(8, rowBytes))
    }

    /// Size of a regular file; 0 for anything else.
    private static func size(_ path: String) -> Int {
        guard let facts = FileFacts(path, followsLinks: true), facts.kind == .file else { return 0 }
        return facts.bytes
    }

    /// The first whole lines of a plain text file; nil for anything else. Opening a pipe would wait for its writer.
    private static func sample(_ path: String) -> [UInt8]? {
        guard size(path) > 0, let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let start = try? handle.read(upToCount: sampleBytes) else { return nil }
        let isPacked = [[0x1F, 0x8B], [0x28, 0xB5], [0x50, 0x4B]].contains { start.starts(with: $0) }
        guard !isPacked, let end = start.lastIndex(of: 0x0A) else { return nil }
        return Array(start[...end])
    }
}
