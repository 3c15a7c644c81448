import MarginModel
import StressBasics
import StressStatistics

extension Study {
    /// Whether the ledger holds the positions of a cell: those of one of its classes, held as long.
    public func isInLedger(_ cell: CellKey) -> Bool {
        guard cell.isStandard, let population = ledger?.population, population.horizon == cell.horizon else {
            return false
        }
        return population.classes.contains { $0.side == cell.side && $0.leverage == cell.leverage }
    }

    /// Why a limit on what is owed decides nothing in the cells it names; nil where it decides, and for other measures.
    func ledgerObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
        guard limit.measure == .owed || limit.measure.ledgerFigure != nil else { return nil }
        guard let population = ledger?.population else {
            return (
                "\(limit.measure.rawValue) is what a ledger finds, and the study asks for none",
                "name who trades: ledger: {population: \(PopulationPreset.all[0].name)}"
            )
        }
        guard limit.measure == .owed else { return debtObjection(to: limit) }
        let held = owedCells(of: limit)
        guard held.contains(false), limit.onNoValue == .fail || !held.contains(true) else { return nil }
        let missing = missingAxes(of: limit, population)
        let what =
            missing.isEmpty
            ? "names others" : "is on others, too: it names no \(missing.map(\.key).joined(separator: " and no "))"
        let how =
            missing.isEmpty
            ? "name the side, leverage and horizon of a class"
            : "add \(missing.map { "\($0.key): \($0.value)" }.joined(separator: ", "))"
        return (
            "the ledger holds linear positions of its population's classes for \(population.horizon.text), and the limit \(what)",
            "\(how), or say what no value means: on_no_value: ignore"
        )
    }

    /// What a limit that names nothing but what the ledger holds would have to name besides, each with its value in the first class that
    /// fits; empty where it names what no class has.
    private func missingAxes(of limit: StudyLimit, _ population: Population) -> [(key: String, value: String)] {
        let cells = limit.cells
        let fitting = population.classes.filter {
            (cells.side ?? $0.side) == $0.side && (cells.leverage ?? $0.leverage) == $0.leverage
        }
        guard let first = fitting.first, (cells.contract ?? .linear) == .linear,
            (cells.horizon ?? population.horizon) == population.horizon
        else { return [] }
        let isOne = isOneOf(fitting, limit)
        var found: [(key: String, value: String)] = []
        if cells.contract == nil, grid.contracts != [.linear] { found.append(("contract", "linear")) }
        if cells.side == nil, !isOne.side { found.append(("side", first.side.rawValue)) }
        if cells.leverage == nil, !isOne.leverage { found.append(("leverage", numberText(first.leverage.value))) }
        if cells.horizon == nil, grid.horizons != [population.horizon] {
            found.append(("horizon", population.horizon.text))
        }
        return found
    }

    /// Whether every side that a limit is on is one of some class, and every leverage; neither where each is and their pairs are not.
    private func isOneOf(_ classes: [TraderClass], _ limit: StudyLimit) -> (side: Bool, leverage: Bool) {
        let sides = limit.cells.side.map { [$0] } ?? grid.sides
        let leverages = limit.cells.leverage.map { [$0] } ?? grid.leverages
        let side = sides.allSatisfy { side in classes.contains { $0.side == side } }
        let leverage = leverages.allSatisfy { leverage in classes.contains { $0.leverage == leverage } }
        let pairs = sides.allSatisfy { side in
            leverages.allSatisfy { leverage in classes.contains { $0.side == side && $0.leverage == leverage } }
        }
        return side && leverage && !pairs ? (false, false) : (side, leverage)
    }

    /// Why nobody can owe, or bear, what a limit speaks of.
    private func debtObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
        let chosen = platforms.filter { limit.cells.platform == nil || limit.cells.platform == $0.name }
        let rules = chosen.map(safeguards)
        func objection(_ isIdle: Bool, _ words: String) -> (message: String, hint: String)? {
            isIdle ? ("\(limit.measure.rawValue) is always 0 \(words)", "name another platform or measure") : nil
        }
        switch limit.measure.ledgerFigure {
        case .owing, .owed, .owedOfMargin:
            return objection(rules.allSatisfy { $0.recourse == .platform }, "where the platform bears what is left")
        case .borne: return objection(rules.allSatisfy { $0.recourse == .trader }, "where traders owe what is left")
        case .haircut: return objection(rules.allSatisfy { $0.deleveraging == nil }, "without a queue of winners")
        case .socialised: return objection(rules.allSatisfy { $0.socialisedCap == nil }, "without socialised loss")
        default: return nil
        }
    }

    /// Whether the ledger holds each of the cells that a limit names, without repeats over histories and platforms.
    private func owedCells(of limit: StudyLimit) -> Set<Bool> {
        var anywhere = limit.cells
        (anywhere.asset, anywhere.platform) = (nil, nil)
        var one = self
        (one.inputs, one.platforms) = (Array(inputs.prefix(1)), Array(platforms.prefix(1)))
        return Set(one.cells.filter(anywhere.matches).map { isInLedger($0.key) })
    }
}
