import ArgumentParser
import StressBasics
import StressPipeline
import StudyPlan

/// What a command line says of a study file that is run, in place of what the file says.
struct StudyFileOptions: ParsableArguments {
    @Option(
        help:
            "Folder that the study's price, funding and mark files are relative to. (default: the study file's folder)")
    var prices: String?

    @Flag(help: "Evaluate the best and the worst fill beside the chosen one, on every platform.")
    var bounds = false

    @Option(
        help: "CHECK=ACTION: what to do with what a check of the prices finds: keep, drop or fail. May be repeated.")
    var policy: [String] = []

    /// Reads a study file. What is done with findings is left to ``withPolicies(_:)``.
    func loaded(_ study: String) throws -> LoadedStudy {
        do {
            return try LoadedStudy(file: study, prices: prices, bounds: bounds, threads: allCores)
        } catch let failure as Failure where failure.code == .badStudy && PriceFileName.ending(of: study) != nil {
            let name = SourceLocation.presentablePath(study)
            throw Failure(
                .badStudy, "\(name) is called like a price file, and no study is in it",
                hint:
                    "sweep it with 'belowzero sweep \(shellQuoted(name))', or write a study that names it: belowzero init"
            )
        }
    }

    /// A study whose prices are all judged as the command line says.
    func withPolicies(_ study: Study) throws -> Study {
        var chosen = study
        for (check, action) in try parsePolicies(policy) {
            for index in chosen.inputs.indices { chosen.inputs[index].source.policies[check] = action }
        }
        return chosen
    }

    /// The command that makes a run of a study file again.
    func command(_ study: String) -> String {
        var words = ["belowzero", "run", study]
        if let prices { words += ["--prices", prices] }
        if bounds { words.append("--bounds") }
        for choice in policy { words += ["--policy", choice] }
        return words.map(shellQuoted).joined(separator: " ")
    }
}
