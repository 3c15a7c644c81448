import MarginModel
import Scenarios
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// The report with the side calculations that its study asks for.
    ///
    /// - Throws: a ``Failure`` where figures of the study are none that can be computed with, which a checked study has none of.
    func addingSides() throws -> RunReport {
        guard study.custody != nil || study.tax != nil else { return self }
        var copy = self
        do throws(RuleError) {
            copy.sides = SideResults(custody: try study.custody.map(custody), tax: try study.tax.map(taxYears) ?? [])
        } catch {
            throw Failure(.badStudy, error.message)
        }
        return copy
    }

    // MARK: Custody

    private func custody(_ rules: CustodyRules) throws(RuleError) -> CustodyResult {
        let whole = try Custody(
            years: rules.years, hazard: rules.hazard, keyHazard: rules.keys, share: rules.share,
            recovery: rules.recovery)
        // The same part of the capital, in the other place.
        let cold = try Custody(years: rules.years, hazard: 0, keyHazard: rules.keys, share: rules.share)
        var positions: [CustodyPosition] = []
        for row in headlineColumn {
            guard let price = row.estimate.marginTaken else { continue }
            let span = row.cell.horizon.inHours / (24 * 365)
            let own = try Custody(years: min(100, span), hazard: rules.hazard, keyHazard: rules.keys)
            positions.append(CustodyPosition(cell: row.cell, price: price, custody: own.lossProbability))
        }
        return CustodyResult(
            lossProbability: whole.lossProbability, expectedLoss: whole.expectedLoss,
            coldProbability: cold.lossProbability, coldLoss: cold.expectedLoss, positions: positions)
    }

    private var headlineColumn: [ResultRow] {
        guard let cell = study.headlineCell else { return [] }
        let like = CellSelector(like: cell.key, but: [.leverage])
        return rows.filter { like.matches($0.cell) }.sorted { $0.cell.leverage < $1.cell.leverage }
    }

    // MARK: Tax

    private func taxYears(_ rules: TaxRules) throws(RuleError) -> [TaxYear] {
        guard let loss = rules.loss ?? study.headlineMargin else { return [] }
        let tax = try TaxLoss(
            loss: loss, gains: rules.gains, incomeRate: rules.incomeRate, gainsRate: rules.gainsRate, limit: rules.limit
        )
        return tax.schedule.map {
            TaxYear(
                year: $0.year, offsetGains: $0.offsetGains, offsetIncome: $0.offsetIncome, carried: $0.carried,
                value: $0.value)
        }
    }
}

extension CellEstimate {
    /// Share of entries whose margin the price took: liquidated, or where nobody liquidates below zero at the end; nil without entries.
    fileprivate var marginTaken: Double? {
        guard windows.entries > 0 else { return nil }
        return max(liquidatedFrequency ?? 0, exit.frequency ?? 0)
    }
}
