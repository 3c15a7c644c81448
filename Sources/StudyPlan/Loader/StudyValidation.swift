import StressBasics

extension Study {
    /// The most cells a study may have.
    public static let mostCells = 1_000_000

    /// Checks what no single value can tell: unique names, grid size, and that limits and headline name cells that exist.
    ///
    /// - Parameters:
    ///   - file: where the study comes from, for messages.
    ///   - isStored: whether a run was made of it, of an earlier version perhaps: what decided nothing in it is no error then, or its results
    ///     could not be read.
    ///   - place: where a part of it stands, such as `limits[2]`, as far as that is known.
    public func validate(
        file: String, isStored: Bool = false, place: (String) -> (line: Int, column: Int)? = { _ in nil }
    ) throws(StudyError) {
        var problems = assetProblems + contractProblems + ledgerProblems(isStored: isStored) + basketProblems
        problems += cellCount > Study.mostCells ? [sizeProblem] : selectorProblems()
        guard problems.isEmpty else {
            throw StudyError(
                problems.map { problem in
                    let mark = problem.path.isEmpty ? nil : place(problem.path)
                    return Finding(
                        check: problem.check, severity: .error, message: problem.message,
                        location: SourceLocation(file: file, line: mark?.line, column: mark?.column),
                        hint: problem.hint)
                })
        }
    }

    private var assetProblems: [Problem] {
        inputs.enumerated().filter { index, input in inputs[..<index].contains { $0.asset == input.asset } }.map {
            Problem(
                check: "duplicate_asset", message: "the asset '\($1.asset)' stands twice in data",
                hint: "give each price history its own name", path: "data[\($0)]")
        }
    }

    private var basketProblems: [Problem] {
        basketObjections.map { Problem(check: "bad_basket", message: $0.message, hint: $0.hint, path: $0.path) }
    }

    private var sizeProblem: Problem {
        let (count, most) = (groupedText(cellCount, separator: " "), groupedText(Study.mostCells, separator: " "))
        return Problem(
            check: "too_many_cells", message: "the grid has \(count) cells (max \(most))",
            hint: "use fewer steps, such as leverage: [1, 2, 5, 10, 20, 50, 100, 125]", path: "grid")
    }

    /// Rules that a contract needs or cannot have.
    private var contractProblems: [Problem] {
        platforms.flatMap { platform in
            [borrowProblem(platform)].compactMap { $0 } + linearProblems(platform)
        }
    }

    private func borrowProblem(_ platform: NamedPlatform) -> Problem? {
        guard grid.contracts.contains(.margin), platform.rules.borrow == .none else { return nil }
        return Problem(
            check: "missing_key",
            message: "platform '\(platform.name)' has no 'borrow', which margin contracts need",
            hint: "add borrow: {rate: 0.1, margin_level: 1.1}")
    }

    /// What a platform has that is for linear contracts, beside others.
    private func linearProblems(_ platform: NamedPlatform) -> [Problem] {
        let others = grid.contracts.filter { $0 != .linear }.map(\.rawValue).joined(separator: ", ")
        guard !others.isEmpty else { return [] }
        func problem(_ subject: String) -> Problem {
            Problem(
                check: "bad_value",
                message: "platform '\(platform.name)': \(subject) for linear contracts, not \(others)",
                hint: "run the other contracts as a study of their own")
        }
        var problems = platform.rules.liquidation.isPartial ? [problem("partial liquidation is")] : []
        if case .schedule = platform.tierFile { problems.append(problem("margins per contract are")) }
        return problems
    }

    private func ledgerProblems(isStored: Bool) -> [Problem] {
        ledgerObjections(isStored: isStored).map {
            Problem(check: "bad_value", message: $0.message, hint: $0.hint, path: $0.path)
        }
    }

    private func selectorProblems() -> [Problem] {
        let headline = unknownParts(of: headline).map {
            Problem(check: "no_such_cell", message: "headline: \($0.message)", hint: $0.hint, path: "headline")
        }
        return headline + limits.enumerated().flatMap { limitProblems($1, path: "limits[\($0)]") }
    }

    private func limitProblems(_ limit: StudyLimit, path: String) -> [Problem] {
        let unknown = unknownParts(of: limit)
        guard unknown.isEmpty else {
            return unknown.map {
                Problem(check: "no_such_cell", message: "\(path): \($0.message)", hint: $0.hint, path: path)
            }
        }
        // What an asset of a divided file can decide is known once the file is looked at.
        guard !mayBecomeKnown(limit.cells) else { return [] }
        return objection(to: limit).map {
            [Problem(check: "idle_limit", message: "\(path): \($0.message)", hint: $0.hint, path: path)]
        } ?? []
    }
}

/// What no single value can tell.
private struct Problem {
    let check: String
    let message: String
    let hint: String
    /// The part of the study that it speaks of; empty for all of it.
    var path = ""
}
