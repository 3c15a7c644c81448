import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// A run whose study cannot be used: it leaves a word in the history and in the study's metrics, as every other run that fails.
struct UnreadStudy {
    /// The study file.
    let file: String
    let command: String
    let started: UTCInstant
    let console: Console

    /// Notes why the run ended, as far as the study tells where.
    ///
    /// - Parameter store: the history; nil for none.
    func note(_ failure: Failure, store: String?) {
        // What came by standard input is gone.
        let text = file == LoadedStudy.standardInput ? nil : try? LoadedStudy.text(of: file)
        let salvaged = text.map(SalvagedStudy.init(yaml:))
        let history = store.flatMap { try? RunHistory(path: $0) }
        defer { history?.close() }
        let name = salvaged?.name ?? SourceLocation.presentable(stem)
        let lost = LostRun(study: name, command: command, started: started, history: history, console: console)
        let isRecorded = lost.record(failure)
        guard let metricsFile = salvaged?.metricsFile else { return }
        let metrics = NightMetrics(
            study: name, started: started, ended: max(started, wallClock()), exitCode: Int(failure.code.rawValue),
            lastSuccess: history.flatMap { try? $0.runs(study: name).first { $0.status != .failed }?.started },
            isRecorded: isRecorded, report: nil)
        do throws(Failure) {
            try OwnFile.metrics.write(metrics.text, to: StudyHome(file: file).located(metricsFile))
        } catch {
            console.warn("metrics_file: \(error.plainMessage)")
        }
    }

    /// The file's name without folder and ending.
    private var stem: String {
        let name = file.split(separator: "/").last ?? ""
        return String(name.split(separator: ".").first ?? name)
    }
}
