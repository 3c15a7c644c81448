import StressBasics

extension Study {
    /// The most cells a study may have.
    public static let mostCells = 1_000_000

    /// Checks what no single value can tell: unique names, grid size, and that limits and headline name cells that exist.
    ///
    /// - Parameter file: where the study comes from, for messages.
    public func validate(file: String) throws(StudyError) {
        var messages: [(check: String, message: String, hint: String)] = []
        for (index, input) in inputs.enumerated() where inputs[..<index].contains(where: { $0.asset == input.asset }) {
            messages.append(
                (
                    "duplicate_asset", "the asset '\(input.asset)' stands twice in data",
                    "give each price history its own name"
                ))
        }
        messages += contractProblems
        if cellCount > Study.mostCells {
            let hint = "use fewer steps, such as leverage: [1, 2, 5, 10, 20, 50, 100, 125]"
            messages.append(
                (
                    "too_many_cells",
                    "the grid has \(groupedText(cellCount, separator: " ")) cells (max \(groupedText(Study.mostCells, separator: " ")))",
                    hint
                ))
        } else {
            messages += selectorProblems()
        }
        guard messages.isEmpty else {
            throw StudyError(
                messages.map {
                    Finding(
                        check: $0.check, severity: .error, message: $0.message, location: SourceLocation(file: file),
                        hint: $0.hint)
                })
        }
    }

    /// Rules that a contract needs or cannot have.
    private var contractProblems: [(check: String, message: String, hint: String)] {
        var messages: [(check: String, message: String, hint: String)] = []
        for platform in platforms {
            if grid.contracts.contains(.margin), platform.rules.borrow == .none {
                messages.append(
                    (
                        "missing_key", "platform '\(platform.name)' has no 'borrow', which margin contracts need",
                        "add borrow: {rate: 0.1, margin_level: 1.1}"
                    ))
            }
            let others = grid.contracts.filter { $0 != .linear }.map(\.rawValue).joined(separator: ", ")
            guard !others.isEmpty else { continue }
            if platform.rules.liquidation.isPartial {
                messages.append(
                    (
                        "bad_value",
                        "platform '\(platform.name)': partial liquidation is for linear contracts, not \(others)",
                        "run the other contracts as a study of their own"
                    ))
            }
            if case .schedule = platform.tierFile {
                messages.append(
                    (
                        "bad_value",
                        "platform '\(platform.name)': margins per contract are for linear contracts, not \(others)",
                        "run the other contracts as a study of their own"
                    ))
            }
        }
        return messages
    }

    private func selectorProblems() -> [(check: String, message: String, hint: String)] {
        let cells = cells
        var messages: [(check: String, message: String, hint: String)] = []
        if !cells.contains(where: headline.matches) {
            messages.append(("no_such_cell", "the headline names a cell that the grid does not have", cellHint))
        }
        for (index, limit) in limits.enumerated() {
            if !cells.contains(where: limit.cells.matches) {
                messages.append(("no_such_cell", "limits[\(index)] names no cell of the grid", cellHint))
            } else if let objection = objection(to: limit) {
                messages.append(("idle_limit", "limits[\(index)]: \(objection.message)", objection.hint))
            }
        }
        return messages
    }

    private var cellHint: String {
        let leverages = grid.leverages.prefix(12).map(\.plainText).joined(separator: ", ")
        let horizons = grid.horizons.prefix(12).map(\.text).joined(separator: ", ")
        return "the grid has leverage \(leverages) and horizon \(horizons)"
    }
}
