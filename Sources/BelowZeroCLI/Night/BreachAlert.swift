import StressBasics
import StressReport
import StudyPlan

/// Runs a study's `on_breach` command with the breaches as JSON on its standard input.
struct BreachAlert {
    let command: Operations.BreachCommand
    let files: InputFiles
    let talk: Talk
    let isCancelled: @Sendable () -> Bool

    /// The most breaches that are told; `breaches_count` has all.
    private static let mostBreaches = 1000

    /// Runs it; says how it ended, and never fails.
    func send(_ report: RunReport, folder: String) {
        let child = ChildProcess(words: words, timeout: command.timeout, isCancelled: isCancelled)
        let (ending, errorText) = child.run(input: jsonText(BreachJSON(report, folder: folder)) + "\n")
        if !errorText.isEmpty {
            let lines = errorText.split(separator: "\n").map(String.init)
            for line in lines {
                talk.tell("on_breach: \(line)", level: .info, people: "on_breach: \(TalkLog.escaped(line))")
            }
        }
        switch ending {
        case .exited(0): talk.tell("on_breach done", ["code": .stringConvertible(0)], people: nil)
        case .exited(let code): talk.warn("on_breach: \(program) ended with exit code \(code)")
        case .signalled(let number): talk.warn("on_breach: \(program) was ended by signal \(number)")
        case .timedOut: talk.warn("on_breach: \(program) took longer than \(command.timeout.text) and was ended")
        case .cancelled: talk.warn("on_breach: \(program) was ended because the run was")
        case .notStarted(let words): talk.warn("on_breach: cannot run \(program): \(words)")
        }
    }

    /// As the study names it: arguments may hold what is not for a log.
    private var program: String { SourceLocation.presentable(command.words[0]) }

    /// A program with a `/` is a file of the study's, as its price files are.
    private var words: [String] {
        let program = command.words[0]
        return [program.contains("/") ? pathLike(files.located(program)) : program] + command.words.dropFirst()
    }

    /// `x` in the study's own folder must not become a name to look for on the `PATH`.
    private func pathLike(_ path: String) -> String { path.contains("/") ? path : "./" + path }

    private struct BreachJSON: Encodable {
        let schemaVersion = 1
        let study, runId, folder, startedUtc, status, headline: String
        let exitCode: Int?
        let breachesCount: Int
        let breaches: [Breach]

        init(_ report: RunReport, folder: String) {
            let all = report.limits.filter(\.breached)
            (study, runId, self.folder) = (report.study.name, report.runID, folder)
            (startedUtc, status) = (report.circumstances.started.rfc3339, report.status.rawValue)
            (headline, exitCode) = (report.headlineText, report.circumstances.exitCode)
            breachesCount = all.count
            breaches = all.prefix(BreachAlert.mostBreaches).map(Breach.init)
        }
    }

    private struct Breach: Encodable {
        let asset: String
        let contract, side, platform: String?
        let leverageX, horizonH: Double?
        let measure, form, bound, unit: String
        let limit, value, low, high, baseline: Double?

        init(_ check: LimitCheck) {
            (asset, contract, side) = (check.asset, check.cell?.contract.rawValue, check.cell?.side.rawValue)
            (platform, leverageX) = (check.cell?.platform, check.cell?.leverage.value)
            (horizonH, measure) = (check.cell?.horizon.inHours, check.limit.measure.rawValue)
            (form, bound) = (check.limit.form.name, check.limit.bound.rawValue)
            (unit, limit, value) = (check.limit.measure.unit.rawValue, check.threshold, check.value)
            (low, high, baseline) = (check.interval?.low, check.interval?.high, check.baseline)
        }
    }
}
