import StressPipeline
import StudyPlan

/// What is wrong with what a study's run starts and writes beside its results, as far as that can be told before.
struct OperationObjections {
    /// What is wrong with the study's commands, as whole messages.
    private let commands: [String]
    /// What the run would warn of because of a file that it is to write.
    private let warnings: [String]

    init(_ study: Study, _ home: StudyHome) {
        commands = study.alerts(home).compactMap { alert in
            alert.objection.map { "error: \(alert.key): \($0)" }
        }
        warnings =
            study.operations.metricsFile.flatMap { OwnFile.metrics.objection(to: home.located($0)) }
            .map { ["metrics_file: \($0.plainMessage)"] } ?? []
    }

    func tell(_ console: Console) {
        commands.forEach(console.complain)
        warnings.forEach(console.warn)
    }

    /// A command that cannot be run counts as a missing input; nil when all can.
    var verdict: Failure.Code? { commands.isEmpty ? nil : .noInput }
}
