import ArgumentParser
import RunStore
import ShardRunner
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan

/// `belowzero shard merge`: makes the report of a plan's parts.
struct ShardMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Write the report of a plan whose shards are done.",
        discussion: """
            The same run as on one machine, which finds computed what the shards computed: the report has the same bytes, whatever \
            the number of shards and however often one ran, except the clock's own fields. Price files are read again only where a \
            history was divided or could not be used, and where a ledger or baskets hold several at once; they must have the bytes \
            of the plan.

            EXIT CODES
              0, 3, 4 as of 'run': the report stands
              65 the plan was changed, or a file that is read again has other bytes; 66 the plan is not there
              73, 74 the folder cannot be made, the disk is full or broken; 75 shards are missing, with which

            EXAMPLES
              belowzero shard merge --plan plan.json --parts parts --out report
            """)

    @OptionGroup var place: PlanOptions
    @OptionGroup var folder: PartsOption

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var out: String

    @OptionGroup var input: ShardInputOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try StandardOutput.refuse(out, for: "--out", because: "a merge writes a folder")
    }

    func run() throws {
        try common.reporting(isRun: true) {
            let plan = try ShardPlan(file: place.plan)
            let parts = ShardParts(plan, folder: folder.parts)
            let merge = try ShardMerge(plan, parts: parts, inputs: input.inputs, threads: work.threadCount)
            var run = StudyRun(
                study: merge.study, files: merge.files, out: out, command: plan.command, work: work, common: common,
                store: nil, patience: .seconds(0))
            run.pieces = { merge.pieces($0) }
            run.read = merge.read
            // A merge whose limits are breached has written its report, too.
            defer { parts.removeStale() }
            try run.run()
        }
    }
}
