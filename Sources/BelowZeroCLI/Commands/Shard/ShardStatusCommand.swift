import ArgumentParser
import ShardRunner
import StressBasics
import StressPipeline

/// `belowzero shard status`: what of a plan is done.
struct ShardStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say which shards of a plan are missing, from the disk alone.",
        discussion: """
            Reads every part and checks it. Nobody else is asked: jobs that a scheduler lost are missing here.

            EXIT CODES
              0 every shard is done; 75 some are missing
              65 the plan was changed; 66 there is no plan, or what is named as the folder of the parts is none

            EXAMPLE
              belowzero shard status --plan plan.json --parts parts
            """)

    @OptionGroup var place: PlanOptions
    @OptionGroup var folder: PartsOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let plan = try ShardPlan(file: place.plan)
            let parts = ShardParts(plan, folder: folder.parts)
            try parts.expectFolder()
            let status = ShardStatus(plan, parts: parts, threads: allCores)
            try common.json ? Console.print(jsonText(StatusJSON(status, plan))) : tell(status)
            if !status.missing.isEmpty { throw ExitCode(Failure.Code.tryAgain.rawValue) }
        }
    }

    /// The most units that get a line of their own.
    private static let mostLines = 20

    private func tell(_ status: ShardStatus) throws {
        let told = status.open.filter { $0.state != .missing }
        for unit in told.prefix(ShardStatusCommand.mostLines) {
            try Console.print("shard \(unit.shard): \(unit.words): \(unit.state.words)")
        }
        if told.count > ShardStatusCommand.mostLines {
            try Console.print("and \(told.count - ShardStatusCommand.mostLines) more that are not missing but not done")
        }
        let done = status.shards - status.missing.count
        try Console.print("\(status.words(done)) done")
        if !status.missing.isEmpty { try Console.print("missing: \(arraySpec(status.missing))") }
    }
}

extension ShardParts.State {
    /// What to say of it.
    fileprivate var words: String {
        switch self {
        case .done: "done"
        case .failed(let why): "cannot be done: \(SourceLocation.presentable(why))"
        case .missing: "missing"
        case .damaged: "its part is damaged and counts as missing"
        case .foreign: "its part is of another plan and counts as missing"
        case .unreadable(let why): "its part cannot be read and counts as missing: \(why)"
        }
    }

    fileprivate var name: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .missing: "missing"
        case .damaged: "damaged"
        case .foreign: "foreign"
        case .unreadable: "unreadable"
        }
    }
}

/// What `shard status --json` prints.
private struct StatusJSON: Encodable {
    struct Unit: Encodable {
        let shard: Int
        let unit, state: String
    }

    let planSha256: String
    let shardsCount, doneCount, failedCount: Int
    /// An array spec; empty when nothing is missing.
    let missing: String
    /// What is neither done nor simply missing.
    let notable: [Unit]

    init(_ status: ShardStatus, _ plan: ShardPlan) {
        planSha256 = plan.digest.hex
        (shardsCount, doneCount) = (status.shards, status.shards - status.missing.count)
        (failedCount, missing) = (status.failed.count, arraySpec(status.missing))
        notable = status.open.filter { $0.state != .missing }.map {
            Unit(shard: $0.shard, unit: $0.words, state: $0.state.name)
        }
    }
}
