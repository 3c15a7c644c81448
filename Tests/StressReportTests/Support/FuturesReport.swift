import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// A report with simulated futures and both side calculations, invented.
func makeFuturesReport() throws -> RunReport {
    var report = try makeReport(leverages: [2, 20], horizons: [.days(7)]) { _ in makeEstimate() }
    var rules = ResampleRules()
    (rules.paths, rules.block, rules.lengths, rules.seed) = (1200, .hours(36), [.days(31), .days(366)], 43)
    report.study.resample = rules
    report.simulated = report.study.cells.flatMap { cell in
        rules.lengths.map { horizon in
            var key = cell.key
            key.horizon = horizon
            var counts = SimulatedCounts()
            (counts.opened, counts.liquidated) = (1200, Int(cell.leverage.value) * 17)
            counts.negative = cell.leverage.value * horizon.inHours / 3000
            (counts.worst, counts.equity, counts.shortfall) = (counts.negative * 3, 1080, counts.negative * 0.21)
            return SimulatedResult(
                cell: key,
                drawn: SimulatedResult.Drawn(
                    method: .filtered, law: .garch, bars: 61_367, barLength: .minutes(1), block: rules.block),
                fill: "delay", counts: counts, confidence: 0.95
            )
        }
    }
    var custody = CustodyRules(hazard: 0.0137)
    (custody.keys, custody.recovery, custody.source) = (0.0041, 0.31, "a <survey> & guess")
    var tax = TaxRules(incomeRate: 0.24)
    (tax.gains, tax.gainsRate, tax.loss) = ([4000], 0.15, 25_000)
    (report.study.custody, report.study.tax) = (custody, tax)
    var holdings: [CustodyHolding] = []
    if let cell = report.rows.first(where: { $0.cell.side == .long })?.cell.key {
        var spot = cell
        spot.contract = .spot
        holdings = [
            CustodyHolding(kind: .spot, cell: spot, entries: 61_201, price: 0.0123, custody: 0.00027, either: 0.0126),
            CustodyHolding(kind: .cold, cell: spot, entries: 61_201, price: 0.0123, custody: 0.00008, either: 0.0124),
            CustodyHolding(
                kind: .position, cell: cell, entries: 61_201, price: 0.234, custody: 0.00027, either: 0.2342),
        ]
    }
    report.sides = SideResults(
        custody: CustodyResult(
            lossProbability: 0.0853, expectedLoss: 0.0646, coldProbability: 0.0203, coldLoss: 0.0203,
            positions: report.rows.filter { $0.cell.side == .long }.map {
                CustodyPosition(cell: $0.cell, price: $0.cell.leverage.value / 47, custody: 0.00034)
            }, holdings: holdings),
        tax: [
            TaxYear(year: 1, offsetGains: 4000, offsetIncome: 3000, carried: 18_000, value: 1320),
            TaxYear(year: 2, offsetGains: 4000, offsetIncome: 3000, carried: 11_000, value: 1320),
        ])
    return report
}
