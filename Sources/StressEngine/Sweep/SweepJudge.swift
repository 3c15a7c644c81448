import MarginModel
import PriceSeries
import StressStatistics
import StudyPlan

/// The plain kernels of a grid, one for each leverage, for the entries that a sweep leaves to them.
///
/// The contract is bound in closures, where the compiler knows it; a sweep itself is the same for all contracts.
struct SweepJudge {
    /// What an entry meets with a leverage up to a last bar, by the plain walk.
    let path: (_ leverage: Int, _ entry: Int, _ last: Int) -> EntryPath
    /// How it ends under a fill rule.
    let exit: (_ leverage: Int, EntryPath, _ entry: Int, _ last: Int, ResolvedFill) -> EntryExit

    init<Position: KernelPosition>(
        _: Position.Type, _ grid: SweepGrid, market: MarketHistory, windows: EntryWindows
    ) {
        let kernels = grid.rules.map { PlainKernel<Position>(market: market, rules: $0, windows: windows) }
        path = { kernels[$0].path(entry: $1, last: $2) }
        exit = { kernels[$0].exit($1, entry: $2, last: $3, fill: $4) }
    }
}
