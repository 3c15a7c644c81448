import MarginModel
import StressBasics
import StressStatistics

extension Study {
    /// Whether the ledger holds the positions of a cell: those of one of its classes, held as long.
    public func isInLedger(contract: ContractKind, side: Side, leverage: Leverage, horizon: TimeSpan) -> Bool {
        guard contract == .linear, let population = ledger?.population, population.horizon == horizon else {
            return false
        }
        return population.classes.contains { $0.side == side && $0.leverage == leverage }
    }

    /// Why a limit on what is owed decides nothing in the cells it names; nil where it decides, and for other measures.
    func ledgerObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
        guard limit.measure == .owed else { return nil }
        guard let population = ledger?.population else {
            return (
                "owed_frac is what a ledger finds, and the study asks for none",
                "name who trades: ledger: {population: \(PopulationPreset.all[0].name)}"
            )
        }
        let held = owedCells(of: limit)
        guard held.contains(false), limit.onNoValue == .fail || !held.contains(true) else { return nil }
        return (
            "the ledger holds linear positions of its population's classes for \(population.horizon.text), and the limit names others",
            "name the side, leverage and horizon of a class, or say what no value means: on_no_value: ignore"
        )
    }

    /// Whether the ledger holds each of the cells that a limit names, without repeats over histories and platforms.
    private func owedCells(of limit: StudyLimit) -> Set<Bool> {
        let cells = limit.cells
        func chosen<Value>(_ values: [Value], _ wanted: Value?) -> [Value] { wanted.map { [$0] } ?? values }
        var held = Set<Bool>()
        for contract in chosen(grid.contracts, cells.contract) {
            for side in chosen(grid.sides, cells.side) {
                for leverage in chosen(grid.leverages, cells.leverage) {
                    for horizon in chosen(grid.horizons, cells.horizon) {
                        held.insert(
                            isInLedger(contract: contract, side: side, leverage: leverage, horizon: horizon))
                    }
                }
            }
        }
        return held
    }
}
