import StressBasics
import StressPipeline

/// The script that starts shards as an array of jobs with Slurm's `sbatch`.
///
/// Names of files and studies come from strangers. No name stands in a line that Slurm reads, and in those that the shell reads each
/// is one quoted word.
public struct SlurmScript: Sendable {
    /// Shards to start, as an array spec.
    public let array: String
    /// The program on the nodes.
    public let program: String
    /// The plan, as the nodes see it.
    public let plan: String
    /// The folder of the parts, as the nodes see it.
    public let parts: String
    /// A folder in which files are found by their bytes; nil for the places that the study names.
    public let inputs: String?
    /// Name of the partition; nil for the cluster's own choice.
    public let partition: String?
    /// The longest that a shard may take, as Slurm writes it; nil for the cluster's own choice.
    public let time: String?
    /// What a shard needs.
    public let estimate: ShardPlan.Estimate

    /// A script of the given parts. `partition` and `time` hold nothing but what ``isPartition(_:)`` and ``isTime(_:)`` let pass.
    public init(
        array: String, program: String, plan: String, parts: String, inputs: String?, partition: String?,
        time: String?, estimate: ShardPlan.Estimate
    ) {
        (self.array, self.program, self.plan, self.parts, self.inputs) = (array, program, plan, parts, inputs)
        (self.partition, self.time, self.estimate) = (partition, time, estimate)
    }

    /// Whether a text is a name of a partition, or several with commas.
    public static func isPartition(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-,".contains($0)) }
    }

    /// Whether a text is a time as Slurm takes it: `30`, `30:00`, `1-12:00:00`.
    public static func isTime(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 20 && text.contains { $0.isNumber }
            && text.allSatisfy { $0.isASCII && ($0.isNumber || ":-".contains($0)) }
    }

    /// How often a shard is put back into the queue by itself.
    static let mostRestarts = 3

    /// The whole script.
    public var text: String {
        let megabytes = max(1, (estimate.memory + (1 << 20) - 1) >> 20)
        let directives =
            [
                "--job-name=belowzero", "--array=\(array)", "--cpus-per-task=\(estimate.cores)", "--mem=\(megabytes)M",
                "--output=/dev/null", "--requeue",
            ] + [partition.map { "--partition=\($0)" }, time.map { "--time=\($0)" }].compactMap { $0 }
        let words =
            [program, "shard", "run", "--plan", plan, "--out", parts] + (inputs.map { ["--inputs", $0] } ?? [])
        let command = words.map(shellQuoted).joined(separator: " ")
        return """
            #!/bin/bash
            \(directives.map { "#SBATCH " + $0 }.joined(separator: "\n"))
            log=\(shellQuoted(parts))/shard-$SLURM_ARRAY_TASK_ID.log
            touch "$log" && exec >> "$log" 2>&1
            \(command) --threads "${SLURM_CPUS_PER_TASK:-1}"
            code=$?
            # What may go well another time, and what was killed, goes back into the queue; what is wrong for good does not.
            if [ $code -eq 75 ] || [ $code -gt 128 ]; then
                [ "${SLURM_RESTART_COUNT:-0}" -lt \(SlurmScript.mostRestarts) ] && scontrol requeue "$SLURM_JOB_ID"
            fi
            exit $code

            """
    }
}
