import ArgumentParser
import Foundation
import ShardRunner
import StressBasics
import StressEngine
import StressPipeline

/// `belowzero shard run`: does one shard.
struct ShardRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Compute one shard of a plan, and keep its parts.",
        discussion: """
            What is there already and agrees with the plan is not computed again; two that do the same shard at once do no harm. \
            Parts are written whole or not at all.

            EXIT CODES
              0 done, or there was nothing left to do
              64 no such shard; 65 the plan was changed, a file is not the one that was planned with, or cannot be used
              66, 73, 78 the plan's study or the folder of the parts cannot be used
              75 another build of the program, a file that is not there (yet), a full disk, too little memory or time: try again

            EXAMPLES
              belowzero shard run --plan plan.json --shard 3 --out parts
              parallel --retries 3 belowzero shard run --plan plan.json --out parts --shard ::: 0 1 2 3
            """)

    @OptionGroup var place: PlanOptions

    @Option(help: "The shard's number, from 0 on. (default: SLURM_ARRAY_TASK_ID)")
    var shard: Int?

    // The commands that read the parts call their folder --parts.
    @Option(
        name: [.customShort("o"), .customLong("out"), .customLong("parts")],
        help: ArgumentHelp("The folder of the parts.", valueName: "folder"))
    var out: String

    @OptionGroup var input: ShardInputOptions

    @Option(
        name: [.customShort("j"), .long],
        help: "Threads to use. Results do not depend on it. (default: SLURM_CPUS_PER_TASK, or all cores)")
    var threads: Int?

    @Option(help: ArgumentHelp("Memory that may be used: 500M, 2G. (default: most of what is free)", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("A history that takes longer fails: 30s, 10m, 2h.", valueName: "time"))
    var jobTimeout: String?

    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
        if let memory, MemorySize(memory) == nil { throw ValidationError("--memory must be a size such as 500M or 2G") }
        if let jobTimeout, (TimeSpan(jobTimeout)?.milliseconds ?? 0) <= 0 {
            throw ValidationError("--job-timeout must be a time such as 30s, 10m or 2h")
        }
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder")
    }

    func run() throws {
        try common.reporting(isRun: true) {
            let plan = try ShardPlan(file: place.plan, absence: .tryAgain)
            let shard = try number(in: plan)
            let console = common.console(isRun: true)
            let interruption = Interruption(
                isJSON: common.json, console: console,
                fate: "what was finished is kept in \(out), and the same command goes on from there")
            let settings = RunSettings(
                threads: usable(threads ?? ShardRunCommand.slurm("SLURM_CPUS_PER_TASK")), caches: cache.caches,
                timeout: jobTimeout.flatMap { TimeSpan($0) })
            var log = RunLog(console, interruption)
            log.tellsOnlyJob = true
            let work = ShardRun(
                plan, shard: shard, parts: ShardParts(plan, folder: out), inputs: input.inputs, settings: settings,
                memory: memory.flatMap(MemorySize.init), observer: log)
            let outcome = try interruption.during { try work.run() }
            try tell(outcome, shard: shard, of: plan, console)
            if let code = outcome.code { throw ExitCode(code.rawValue) }
        }
    }

    private func number(in plan: ShardPlan) throws -> Int {
        guard let number = shard ?? ShardRunCommand.slurm("SLURM_ARRAY_TASK_ID") else {
            throw Failure(
                .usage, "which shard? there is no --shard, and no SLURM_ARRAY_TASK_ID in the environment",
                hint: "give --shard 0 to \(plan.shards.count - 1)")
        }
        guard plan.shards.indices.contains(number) else {
            throw Failure(
                .usage, "the plan has no shard \(number)", hint: "give --shard 0 to \(plan.shards.count - 1)")
        }
        return number
    }

    private static func slurm(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// The most failures that are told one by one.
    private static let mostFailures = 20

    private func tell(_ outcome: ShardRun.Outcome, shard: Int, of plan: ShardPlan, _ console: Console) throws {
        for failure in outcome.untold.prefix(ShardRunCommand.mostFailures) {
            failure.messages.forEach(console.complain)
        }
        let more = outcome.untold.count - ShardRunCommand.mostFailures
        if more > 0 { console.complain("error: and \(more) more that cannot be done") }
        console.tell(
            "shard done",
            [
                "shard": .stringConvertible(shard), "computed": .stringConvertible(outcome.computed),
                "found": .stringConvertible(outcome.found), "failed": .stringConvertible(outcome.failures.count),
            ],
            people: "Shard \(shard) of \(plan.shards.count): \(outcome.computed) computed, \(outcome.found) found"
                + (outcome.failures.isEmpty ? "" : ", \(outcome.failures.count) failed"))
        if common.json { try Console.print(jsonText(ShardJSON(outcome, shard: shard))) }
    }
}

/// What `shard run --json` prints.
private struct ShardJSON: Encodable {
    let shard, computedCount, foundCount: Int
    let exitCode: Int32
    let findings: [FindingJSON]

    init(_ outcome: ShardRun.Outcome, shard: Int) {
        (self.shard, computedCount, foundCount) = (shard, outcome.computed, outcome.found)
        exitCode = outcome.code?.rawValue ?? 0
        findings = outcome.failures.flatMap(\.findings).map(FindingJSON.init)
    }
}
