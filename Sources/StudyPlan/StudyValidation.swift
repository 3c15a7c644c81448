import StressBasics

extension Study {
    /// The most cells a study may have.
    public static let mostCells = 100_000

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

    private func selectorProblems() -> [(check: String, message: String, hint: String)] {
        let cells = cells
        var messages: [(check: String, message: String, hint: String)] = []
        if !cells.contains(where: headline.matches) {
            messages.append(("no_such_cell", "the headline names a cell that the grid does not have", cellHint))
        }
        for (index, limit) in limits.enumerated() where !cells.contains(where: limit.cells.matches) {
            messages.append(("no_such_cell", "limits[\(index)] names no cell of the grid", cellHint))
        }
        return messages
    }

    private var cellHint: String {
        let leverages = grid.leverages.prefix(12).map(\.plainText).joined(separator: ", ")
        let horizons = grid.horizons.prefix(12).map(\.text).joined(separator: ", ")
        return "the grid has leverage \(leverages) and horizon \(horizons)"
    }
}
