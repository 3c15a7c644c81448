import ArgumentParser
import ShardRunner
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero shard plan`: divides a run.
struct ShardPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Divide a study's run into shards, and write the plan.",
        discussion: """
            Reads every file once for its digest. A history is one piece of work, and a long one several stretches of time; \
            pieces are dealt out so that shards take about the same time, by the estimate that 'run --dry-run' prints. The same \
            study, files and program give the same plan. A plan is never changed; make another instead.

            EXIT CODES
              0 written
              64 the command is wrong; 78 the study is; 65, 66 one of its files cannot be used, or is not there
              73 the plan's place is taken, or its folder takes nothing; 74 the disk is full or broken

            EXAMPLES
              belowzero shard plan study.yaml --shards 8 -o plan.json
              belowzero shard plan study.yaml --minutes 20 --cores 4 -o plan.json
            """)

    @Argument(help: "The study file.", completion: .file(extensions: ["yaml", "yml"]))
    var study: String

    @Option(help: "How many shards; fewer where there is not that much to divide.")
    var shards: Int?

    @Option(help: "How many minutes a shard is to take, about.")
    var minutes: Double?

    @Option(help: "Cores that a shard has.")
    var cores = 1

    @Option(name: .shortAndLong, help: ArgumentHelp("The plan to write.", valueName: "file"))
    var out: String

    @OptionGroup var reading: StudyFileOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (shards == nil) != (minutes == nil) else { throw ValidationError("give --shards or --minutes") }
        if let shards, !(1...ShardPlan.mostShards).contains(shards) {
            throw ValidationError("--shards must be 1 to \(ShardPlan.mostShards)")
        }
        if let minutes, !(minutes >= 0.01 && minutes <= 100_000) {
            throw ValidationError("--minutes must be 0.01 to 100000")
        }
        if !(1...1024).contains(cores) { throw ValidationError("--cores must be 1 to 1024") }
        try StandardOutput.refuse(out, for: "--out", because: "a plan is a file that every machine reads")
        try StandardOutput.expectName(reading.prices, for: "--prices")
        try StandardOutput.refuse(study, for: "STUDY", because: "the plan names its folder")
    }

    func run() throws {
        try common.reporting {
            let loaded = try reading.loaded(study)
            let chosen = try reading.withPolicies(loaded.study)
            loaded.notes.forEach { common.console.say(Failure.text($0)) }
            let planner = ShardPlanner(
                chosen, files: loaded.files, command: reading.command(study), sizing: ShardSizing(cores: cores),
                threads: allCores)
            let goal = shards.map(ShardSizing.Goal.shards) ?? .seconds((minutes ?? 1) * 60)
            let plan = try planner.plan(goal).write(to: out)
            try tell(plan)
        }
    }

    private func tell(_ plan: ShardPlan) throws {
        if common.json { return try Console.print(jsonText(PlannedJSON(plan, file: out))) }
        let divided = plan.histories.count { $0.pieces > 1 }
        let count = plan.shards.count
        let histories = plan.histories.count == 1 ? "1 history" : "\(plan.histories.count) histories"
        let stretches = divided > 0 ? ", \(divided) of them in several stretches of time" : ""
        let time = significantText(max(0.01, plan.estimate.seconds / 60), digits: 2)
        try Console.print(
            """
            Wrote \(SourceLocation.presentablePath(out)): \(histories)\(stretches), in \(count == 1 ? "1 shard" : "\(count) shards")
            Each shard takes about \(time) min and \(memoryText(plan.estimate.memory)) on \(cores == 1 ? "1 core" : "\(cores) cores"), an estimate
            Next: belowzero shard submit --plan \(shellQuoted(out)) --parts parts --dry-run
            """)
        if let shards, shards > count { common.console.say("note: there is not more to divide than \(count) shards") }
        if count > 1000 {
            common.console.warn("Slurm takes 1000 shards in one array unless MaxArraySize is raised; ask for fewer")
        }
    }
}

/// What `shard plan --json` prints.
private struct PlannedJSON: Encodable {
    let plan, planSha256: String
    let shardsCount, historiesCount, dividedCount, coresCount, memoryBytes: Int
    let durationS: Double

    init(_ plan: ShardPlan, file: String) {
        (self.plan, planSha256, shardsCount) = (file, plan.digest.hex, plan.shards.count)
        (historiesCount, dividedCount) = (plan.histories.count, plan.histories.count { $0.pieces > 1 })
        (coresCount, memoryBytes, durationS) = (plan.estimate.cores, plan.estimate.memory, plan.estimate.seconds)
    }
}
