/// What a history says about the shares and shortfalls of one cell.
public struct CellConclusions {
    /// Below zero under each fill rule; nil where nothing is estimated.
    public let negative: [FrequencyInference?]
    /// Liquidated.
    public let liquidated: FrequencyInference?
    /// Below zero at some bar, had nobody liquidated.
    public let unprotected: FrequencyInference?
    /// The share below zero under the cell's own fill rule in one further year.
    public let nextYear: Interval?
    /// How far below zero, fill rule by fill rule.
    public let severity: [SeverityInference?]
}

extension HorizonPanel {
    /// How many cells are best judged at once: their columns fill the lanes, and are at hand until they are judged.
    public static let cellsTogether = 8

    /// All that is said about some cells, with the bits of ``prediction(_:yearBlocks:)``, ``inference(_:)`` and
    /// ``severity(_:mergedBy:)`` of their columns one by one, which are made and judged side by side.
    ///
    /// - Parameters:
    ///   - tallies: of the same history and horizon.
    ///   - blocks: how many of their time blocks are resampled as one.
    ///   - yearBlocks: blocks in a year.
    ///
    /// O(cells × fill rules × blocks).
    public func conclusions(_ tallies: [CellTally], mergedBy blocks: Int, yearBlocks: Double) -> [CellConclusions] {
        let columns = tallies.map(TallyColumns.init)
        let cells = columns.map { CellShares($0, mergedBy: blocks, self) }
        var forms = RunForms.of(cells.flatMap { $0.residuals.map(\.residuals) }, meanLength: plan.meanLength)[...]
        return zip(cells, severities(columns, mergedBy: blocks)).map { cell, severity in
            defer { forms = forms.dropFirst(cell.residuals.count) }
            return cell.conclusions(Array(forms.prefix(cell.residuals.count)), severity, self, yearBlocks: yearBlocks)
        }
    }
}

/// The shares of one cell, which have their entries in common.
private struct CellShares {
    /// Below zero under each fill rule, liquidated, unprotected; none without entries or windows.
    let residuals: [ShareResiduals]
    private let fills: Int
    /// Blocks from the first with entries to the last.
    private let blocks: Int
    /// Runs of mean length that hold entries.
    private let runs: Double

    init(_ columns: TallyColumns, mergedBy merged: Int, _ panel: HorizonPanel) {
        let all = columns.shares.map { $0.merged(by: merged) }
        let shares = CellShares.trimmed(all)
        let isSame = merged <= 1 && shares[0].entries.count == all[0].entries.count
        let counts = isSame ? columns.counts : columnSums(shares.map(\.events))
        let total = shares[0].total
        residuals = zip(shares, counts).compactMap { share, count in
            panel.disjointWindows > 0 ? ShareResiduals(share, count: count, total: total) : nil
        }
        (fills, blocks) = (columns.tally.roles.count, shares[0].entries.count)
        runs = shares[0].runs(ofMeanLength: panel.plan.meanLength)
    }

    private static func trimmed(_ shares: [BlockShare]) -> [BlockShare] {
        guard let range = shares[0].trimmedBlocks else { return shares }
        let entries = Array(shares[0].entries[range])
        return shares.map { BlockShare(events: Array($0.events[range]), entries: entries) }
    }

    func conclusions(
        _ forms: [RunForms], _ severity: [SeverityInference?], _ panel: HorizonPanel, yearBlocks: Double
    ) -> CellConclusions {
        let confidence = panel.rules.confidence
        let widening = ClusteredEvidence.widening(confidence: confidence, runs: runs)
        let evidence = zip(residuals, forms).map {
            ClusteredEvidence($0, forms: $1, disjointWindows: panel.disjointWindows, runs: runs)
        }
        let found = evidence.map { FrequencyInference($0, confidence: confidence, widening: widening) }
        let year = zip(evidence, found).prefix(1).map {
            YearPrediction(
                $0, longRun: $1, blocks: blocks, yearBlocks: yearBlocks, confidence: confidence, widening: widening)
        }
        return CellConclusions(
            negative: (0..<fills).map { found.isEmpty ? nil : found[$0] },
            liquidated: found.isEmpty ? nil : found[fills], unprotected: found.last, nextYear: year.first?.interval,
            severity: severity)
    }
}
