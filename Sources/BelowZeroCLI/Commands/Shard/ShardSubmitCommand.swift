import ArgumentParser
import Foundation
import ShardRunner
import StressBasics
import StressPipeline

/// `belowzero shard submit`: hands shards to Slurm.
struct ShardSubmitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Start the shards of a plan as an array of Slurm jobs.",
        discussion: """
            Writes a script for sbatch, which is looked for on the PATH. Each shard writes what it has to say to \
            shard-NUMBER.log among the parts, and goes back into the queue three times at most when it was killed or ended with 75.

            EXAMPLES
              belowzero shard submit --plan plan.json --parts parts --dry-run
              belowzero shard submit --plan plan.json --parts parts --partition short --time 30:00
              belowzero shard submit --plan plan.json --parts parts --missing
            """)

    @OptionGroup var place: PlanOptions
    @OptionGroup var folder: PartsOption
    @OptionGroup var input: ShardInputOptions

    @Option(help: "The partition. (default: the cluster's)")
    var partition: String?

    @Option(
        help: ArgumentHelp(
            "The longest that a shard may take, as Slurm writes it: 30:00, 1-12:00:00.", valueName: "time"))
    var time: String?

    @Option(help: ArgumentHelp("The program on the nodes. (default: where this one is)", valueName: "file"))
    var program: String?

    @Flag(help: "Only the shards that 'shard status' says are missing.")
    var missing = false

    @Flag(help: "Print the script, start nothing.")
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let partition, !SlurmScript.isPartition(partition) {
            throw ValidationError("--partition must be letters, digits, and any of _ . - ,")
        }
        if let time, !SlurmScript.isTime(time) {
            throw ValidationError("--time must be a time as Slurm takes it: 30, 30:00 or 1-12:00:00")
        }
        try StandardOutput.refuse(program, for: "--program", because: "every node starts it")
    }

    func run() throws {
        try common.reporting {
            let plan = try ShardPlan(file: place.plan)
            try plan.expectOwnProgram()
            let parts = ShardParts(plan, folder: folder.parts)
            try parts.expectFolder()
            let chosen =
                missing
                ? ShardStatus(plan, parts: parts, threads: allCores).missing : Array(plan.shards.indices)
            guard !chosen.isEmpty else { return try tellNothingIsMissing() }
            let script = SlurmScript(
                array: arraySpec(chosen), program: program ?? programPath.path, plan: absolute(place.plan),
                parts: absolute(folder.parts), inputs: input.inputs.map(absolute), partition: partition, time: time,
                estimate: plan.estimate)
            if dryRun { return try tell(script) }
            // The logs of the shards go there before any part does.
            try parts.prepare()
            parts.removeStale()
            try submit(script)
        }
    }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private func tellNothingIsMissing() throws {
        if common.json { return try Console.print(jsonText(SubmittedJSON(array: ""))) }
        common.console.say("Nothing is missing; merge with 'belowzero shard merge'")
    }

    private func tell(_ script: SlurmScript) throws {
        guard common.json else { return try Console.print(script.text) }
        try Console.print(jsonText(SubmittedJSON(array: script.array, script: script.text)))
    }

    private func submit(_ script: SlurmScript) throws {
        // What sbatch prints is the job's number, on standard output, which is not read.
        let sbatch = ChildProcess(
            words: ["/bin/sh", "-c", "exec sbatch >&2"], timeout: .seconds(120), isCancelled: { false })
        let (ending, text) = sbatch.run(input: script.text)
        let words = visibleText(text.trimmingCharacters(in: .whitespacesAndNewlines))
        switch ending {
        case .exited(0):
            if common.json { return try Console.print(jsonText(SubmittedJSON(array: script.array, sbatch: words))) }
            try Console.print("\(words)\nShards \(script.array)")
            common.console.say(
                "Next: belowzero shard status --plan \(shellQuoted(place.plan)) --parts \(shellQuoted(folder.parts))")
        case .exited(127):
            throw Failure(
                .noInput, "there is no sbatch on the PATH",
                hint: "submit where Slurm is installed; --dry-run prints the script")
        case .exited, .signalled, .timedOut, .cancelled, .notStarted:
            throw Failure(
                .tryAgain, "sbatch did not take the shards: \(words.isEmpty ? "it said nothing" : words)",
                hint: "--dry-run prints the script; 'shard submit --missing' may be repeated without harm")
        }
    }
}

/// What `shard submit --json` prints.
private struct SubmittedJSON: Encodable {
    /// The shards, as an array spec; empty when nothing is missing.
    let array: String
    /// What `sbatch` said; absent when it was not asked.
    var sbatch: String?
    /// The script of a dry run.
    var script: String?
}
