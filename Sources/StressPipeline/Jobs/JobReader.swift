import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// Reads the files of jobs, several at once.
struct JobReader: Sendable {
    let study: Study
    let files: InputFiles
    let caches: RunCaches
    let threads: Int
    let timeout: TimeSpan?
    let control: RunControl

    /// An input that was read or not, and the time that was spent on it.
    struct Read: Sendable {
        let input: Result<AssetInput, AssetInput.Errors>
        let spent: Duration
        let isLate: Bool

        /// The history, when it could be read.
        var market: MarketHistory? { try? input.get().market }
    }

    /// Reads one of `count` jobs that are read at once; nil when the run was interrupted.
    func read(_ job: Int, sharing count: Int) -> Read? {
        let clock = ContinuousClock()
        let begin = clock.now
        let deadline = timeout.map { begin.advanced(by: .milliseconds($0.milliseconds)) }
        let isLate: @Sendable () -> Bool = { deadline.map { clock.now > $0 } ?? false }
        let reader = HistoryReader(files: files, threads: threads, sharing: count, caches: caches) { [control] in
            control.isCancelled || isLate()
        }
        let input = reader.history(study.inputs[job], study: study)
        if control.isCancelled { return nil }
        return Read(input: input, spent: begin.duration(to: clock.now), isLate: isLate())
    }
}
