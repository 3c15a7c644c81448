import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StudyPlan

/// A study's positions in simulated futures of a history, by the engine that walks the history itself.
struct ResampleStage {
    let study: Study
    let rules: ResampleRules
    let kernel: KernelChoice
    let threads: Int
    let control: RunControl

    /// Bars of paths that are held at once.
    static let mostBarsAtOnce = 500_000
    /// Years that the paths of one part may take up one behind the other.
    private static let mostYears = 2000

    /// What became of a history.
    struct Found {
        /// In plan order.
        var results: [SimulatedResult] = []
        /// What is to be said about it; nil for nothing.
        var finding: Finding?
        /// Whether more bars were asked for than are made: the question is at fault, and no file.
        var isTooLarge = false
    }

    /// Results of one history; none, and why, where no futures can be made of it.
    func found(_ asset: String, _ market: MarketHistory) throws(RunCancelled) -> Found {
        let bars: RelativeBars
        do throws(RelativeBars.Refusal) {
            bars = try RelativeBars(
                market, maxGap: study.position.maxGap.resolved(barLength: market.barLength))
        } catch {
            return Found(finding: ResampleStage.finding(asset, error.words))
        }
        let futures = ResampledFutures(bars, rules: rules, name: asset, reserve: reserve(bars.barLength))
        let all = futures.barsPerPath.multipliedReportingOverflow(by: rules.paths)
        guard !all.overflow, all.partialValue <= ResampleRules.mostBars else {
            return Found(
                finding: ResampleStage.finding(
                    asset,
                    "\(rules.paths) futures of \(futures.barsPerPath) bars are more than \(ResampleRules.mostBars) bars",
                    hint: "ask for fewer paths, or for shorter futures"), isTooLarge: true)
        }
        let isUnfiltered = rules.method == .filtered && futures.filter == nil
        return Found(
            results: try results(asset, futures), finding: isUnfiltered ? ResampleStage.unfiltered(asset) : nil)
    }

    private func results(_ asset: String, _ futures: ResampledFutures) throws(RunCancelled) -> [SimulatedResult] {
        let own = narrowed(to: asset, futures)
        let cells = own.cells
        var counts = [SimulatedCounts](repeating: SimulatedCounts(), count: cells.count)
        var fills = [String](repeating: "", count: cells.count)
        let part = pathsAtOnce(futures)
        for first in stride(from: 0, to: rules.paths, by: part) {
            if control.isCancelled { throw RunCancelled() }
            let market = futures.market(paths: first..<min(first + part, rules.paths))
            let job = HistoryJob(study: own, asset: asset, market: market, kernel: kernel)
            let found = try job.run(threads: threads, control: control)
            for (place, result) in found.enumerated() {
                counts[place].add(SimulatedCounts(result.estimate(confidence: study.statistics.confidence)))
                fills[place] = result.rules.fillName
            }
        }
        return cells.indices.map { place in
            SimulatedResult(
                cell: cells[place].key, drawn: drawn(futures), fill: fills[place], counts: counts[place],
                confidence: study.statistics.confidence)
        }
    }

    private func drawn(_ futures: ResampledFutures) -> SimulatedResult.Drawn {
        SimulatedResult.Drawn(
            method: rules.method, law: futures.filter?.filter.law, bars: futures.bars.count,
            barLength: futures.bars.barLength, block: futures.block)
    }

    /// The study of one asset whose entries are the beginnings of paths.
    private func narrowed(to asset: String, _ futures: ResampledFutures) -> Study {
        var own = study
        own.inputs = study.inputs.filter { $0.asset == asset }
        own.grid.horizons = rules.lengths
        own.position.stride = futures.barsPerPath
        own.position.maxGap = .span(futures.maxGap)
        // One block: paths are no series.
        own.statistics.block = .days(365 * Int64(ResampleStage.mostYears) * 2)
        own.statistics.resamples = 0
        (own.limits, own.behaviours, own.baskets) = ([], [], [])
        return own
    }

    private func pathsAtOnce(_ futures: ResampledFutures) -> Int {
        let span = Double(futures.barsPerPath + 1) * Double(futures.bars.barLength.milliseconds)
        let years = Double(TimeSpan.days(365).milliseconds) * Double(ResampleStage.mostYears)
        let fitting = min(ResampleStage.mostBarsAtOnce / futures.barsPerPath, Int(years / span))
        return max(1, fitting)
    }

    /// Bars that the latest fill of any platform may look beyond a path's last holding time.
    private func reserve(_ barLength: TimeSpan) -> Int {
        let latest = study.platforms.map { platform in
            let rules = platform.rules.liquidation
            return max(rules.latency, Int(rules.delay.milliseconds / max(1, barLength.milliseconds)) + 1)
        }
        return (latest.max() ?? 1) + 1
    }

    /// What is said of a history that no volatility describes.
    private static func unfiltered(_ asset: String) -> Finding {
        Finding(
            check: "simulated_unfiltered", severity: .note,
            message:
                "no volatility describes \(asset): its closes hardly vary beside what bars reach, or stood still for long",
            action: "its futures are of bars as they were, and volatility_law is empty in simulated.csv")
    }

    /// What is said of a history without futures.
    static func finding(_ asset: String, _ why: String, hint: String = "") -> Finding {
        Finding(
            check: "simulated", severity: .error, message: "no futures are made of \(asset): \(why)",
            action: "it is not in simulated.csv", hint: hint)
    }
}

extension RelativeBars.Refusal {
    fileprivate var words: String {
        switch self {
        case .notPositive: "a price is zero or below, so that there are no returns"
        case .tooShort: "fewer than \(RelativeBars.fewest) bars follow another"
        }
    }
}

extension StressSession {
    /// Makes the futures that the study asks for. Histories are read again, one by one; those that could not be read have none.
    func addSimulated(to report: inout RunReport) throws {
        guard let rules = study.resample else { return }
        observer.observe(.simulating(paths: rules.paths))
        let stage = ResampleStage(
            study: study, rules: rules, kernel: settings.kernel, threads: settings.threads,
            control: observer.control)
        let reader = jobReader
        let failed = Set(report.failures.map(\.asset))
        for place in study.inputs.indices where !failed.contains(study.inputs[place].asset) {
            let asset = study.inputs[place].asset
            guard let own = report.assets.firstIndex(where: { $0.asset == asset }) else { continue }
            guard let read = reader.read(place, sharing: 1) else { throw RunCancelled() }
            let found = try stage.found(asset, try history(read, as: report.assets[own]).market)
            report.simulated += found.results
            if let finding = found.finding { report.assets[own].findings.append(finding) }
        }
    }
}
