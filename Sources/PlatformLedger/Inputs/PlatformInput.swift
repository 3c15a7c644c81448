import MarginModel
import StressEngine
import StudyPlan

/// A platform with all who trade on it.
public struct PlatformInput: Sendable {
    /// Its assets, in the study's order; one fund serves all.
    public let assets: [LedgerAsset]
    /// Who trades.
    public let population: Population
    /// What it does with positions.
    public let rules: PlatformRules
    /// Who pays.
    public var safeguards: SafeguardRules
    /// For draws of fills.
    public let seed: UInt64

    /// A platform of the given parts; the assets were laid out for the same population and rules.
    public init(
        assets: [LedgerAsset], population: Population, rules: PlatformRules, safeguards: SafeguardRules, seed: UInt64
    ) {
        (self.assets, self.population, self.rules) = (assets, population, rules)
        (self.safeguards, self.seed) = (safeguards, seed)
    }

    /// Lets everybody live through the prices. Has the same bits whatever else runs. O(positions log open + bars × classes +
    /// winners that are closed log open).
    public func run(control: RunControl = RunControl()) throws(RunCancelled) -> LedgerTally {
        try run(into: NoSink(), control: control).tally
    }

    /// The same, watched.
    public func run<Sink: LedgerSink>(
        into sink: Sink, control: RunControl = RunControl()
    ) throws(RunCancelled) -> (tally: LedgerTally, sink: Sink) {
        var run = LedgerRun(self, sink: sink)
        try run.walk(control)
        return (run.tally, run.sink)
    }
}
