import ArgumentParser
import StressBasics
import StressPipeline
import StudyPlan

/// What a trader of a sweep does beside holding: one set of rules from the options, and known ones by their names.
struct BehaviourOptions: ParsableArguments {
    @Option(help: optionHelp(Settings.Behaviours.stopLoss))
    var stopLoss: String?
    @Option(help: optionHelp(Settings.Behaviours.takeProfit))
    var takeProfit: String?
    @Option(help: optionHelp(Settings.Behaviours.trailingStop))
    var trailingStop: String?
    @Option(help: optionHelp(Settings.Behaviours.panicExit))
    var panicExit: String?
    @Option(
        help:
            "A behaviour by its name, such as 'panic seller', beside holding. May be repeated; a wrong name lists all.")
    var behaviour: [String] = []

    /// The behaviours asked for, those of the options first.
    ///
    /// - Parameter described: those that a study describes; their names go before the known ones.
    func behaviours(described: [Behaviour] = []) throws -> [Behaviour] {
        var own = Behaviour(name: rules.map { "\($0.dropFirst(2)) \($1)" }.joined(separator: ", "))
        own.stopLoss = try stopLoss.map { try optionValue(Settings.Behaviours.stopLoss, of: $0, option: "--stop-loss") }
        own.exits =
            try takeProfit.map {
                [
                    PlannedExit(
                        distance: try optionValue(Settings.Behaviours.takeProfit, of: $0, option: "--take-profit"))
                ]
            } ?? []
        own.trailingStop = try trailingStop.map {
            try optionValue(Settings.Behaviours.trailingStop, of: $0, option: "--trailing-stop")
        }
        own.panicExit = try panicExit.map {
            try optionValue(Settings.Behaviours.panicExit, of: $0, option: "--panic-exit")
        }
        return (rules.isEmpty ? [] : [own]) + (try behaviour.map { try named($0, described) })
    }

    /// The options that were given, with their values.
    private var rules: [(String, String)] {
        [
            ("--stop-loss", stopLoss), ("--take-profit", takeProfit), ("--trailing-stop", trailingStop),
            ("--panic-exit", panicExit),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    private func named(_ name: String, _ described: [Behaviour]) throws -> Behaviour {
        let all = described + Behaviour.known.map(\.behaviour)
        guard let found = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name)
            throw Failure(
                .usage, "no known behaviour is called '\(SourceLocation.presentable(name))'",
                hint: didYouMean(name, among: names, rest: "known: \(names.joined(separator: ", "))"))
        }
        return found
    }

    /// The options as words of the command that repeats the run.
    var words: [String] { rules.flatMap { [$0, $1] } + behaviour.flatMap { ["--behaviour", $0] } }
}
