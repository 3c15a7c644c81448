import ArgumentParser
import ShardRunner
import StressBasics
import StressPipeline

/// `belowzero shard`: one run on many machines.
struct ShardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shard",
        abstract: "Share one run between many machines, and merge what they did into one report.",
        discussion: """
            A plan says once and for all what is computed, from which bytes, by which build of the program. Each shard \
            computes its part of it, alone, and may be started twice or on two machines at once. The merge is the run itself: \
            its report has the bytes of a run on one machine.

            EXIT CODES of 'run', for whoever starts shards
              0 done; 75 try again; 64, 65, 66, 73 and 78 will not go better another time

            EXAMPLES
              belowzero shard plan study.yaml --shards 8 -o plan.json
              belowzero shard submit --plan plan.json --parts parts --time 30:00
              belowzero shard status --plan plan.json --parts parts
              belowzero shard merge --plan plan.json --parts parts --out report
            """,
        subcommands: [
            ShardPlanCommand.self, ShardRunCommand.self, ShardStatusCommand.self, ShardSubmitCommand.self,
            ShardMergeCommand.self,
        ])
}

/// The plan that a command works on, and where its parts are.
struct PlanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What 'shard plan' wrote.", valueName: "file"), completion: .file(extensions: ["json"]))
    var plan: String

    func validate() throws { try StandardOutput.refuse(plan, for: "--plan", because: "every machine reads it") }
}

/// Where files of the study are found on this machine.
struct ShardInputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Find the study's files below this folder by their bytes, whatever they are called. (default: where the study names them)",
            valueName: "folder"),
        completion: .directory)
    var inputs: String?

    func validate() throws { try StandardOutput.refuse(inputs, for: "--inputs", because: "it is a folder") }
}

/// Where parts are kept.
struct PartsOption: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the parts.", valueName: "folder"), completion: .directory)
    var parts: String

    func validate() throws { try StandardOutput.refuse(parts, for: "--parts", because: "it is a folder") }
}
