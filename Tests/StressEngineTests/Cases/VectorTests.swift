import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressStatistics
import StudyPlan
import TestSupport
import Testing

/// Cells computed by an independent bar-by-bar program on real files.
@Suite struct VectorTests {
    private struct Vector: Decodable {
        let file: String
        let columns: [String: Int]
        let time: String
        let skip: Int
        let funding: Funding?
        let bars: Int
        let spec: Spec
        let expect: Expected

        /// Vectors that share prices and funding share a history.
        var marketName: String { file + (funding?.file ?? "") }
    }

    private struct Funding: Decodable {
        let file: String
        let columns: [String: Int]
        let time: String
        let skip: Int
    }

    private struct Spec: Decodable {
        let contract, side, fill, trigger: String
        let horizon, notional, feeOpen, feeClose, feeLiquidation, slippage, maxGap, leverage: Double
        let latency, stride: Int
        let liquidation: Bool
        let tiers: [[Double?]]
        let interest, marginLevel, delay, overshoot: Double?
    }

    private struct Expected: Decodable {
        let entries, rejected, excluded, liquidated, touched: Int
        let cut, cutLiquidated: Int?
        let cutNegative, shareNegative, shareLiquidated, shareUnprotected, shareMeanDeficit: Double?
        let negative, meanDeficit, maxDeficit, meanEquity: Double
    }

    @Test(.needsSharedData, arguments: [("vectors", 504), ("delay", 130), ("cut", 84)])
    func everyCellAgrees(file: String, count: Int) throws {
        let shared = try #require(sharedFolder)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode(
            [Vector].self, from: Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/\(file).json")))
        var markets: [String: MarketHistory] = [:]
        for vector in vectors where markets[vector.marketName] == nil {
            let series = try read(vector, folder: shared + "/data")
            #expect(series.count == vector.bars, "\(vector.file)")
            markets[vector.marketName] = MarketHistory(
                series: series, funding: try vector.funding.map { try readFunding($0, folder: shared + "/data") })
        }
        let outcomes = parallelMap(count: vectors.count, threads: 2) { [markets] index in
            markets[vectors[index].marketName].flatMap { try? differences(vectors[index], market: $0) }
        }
        let found = try #require(outcomes)
        #expect(vectors.count == count)
        for (vector, differences) in zip(vectors, found) {
            #expect(differences.isEmpty, "\(vector.file) \(vector.spec): \(differences.joined(separator: ", "))")
        }
    }

    private func readFunding(_ funding: Funding, folder: String) throws -> FundingSchedule {
        let column = { (name: String) in ColumnReference.index(funding.columns[name] ?? 0) }
        let source = FundingSource(
            file: folder + "/" + funding.file, time: column("time"), rate: column("rate"), notation: .iso8601,
            header: funding.skip > 0 ? .present : .absent)
        return try ingestFunding(source).schedule
    }

    private func read(_ vector: Vector, folder: String) throws -> BarSeries {
        let column = { (name: String) in ColumnReference.index(vector.columns[name] ?? 0) }
        let notation: [String: TimeNotation] = [
            "ms": .milliseconds, "s": .seconds, "iso": .iso8601, "isos": .iso8601, "dmy": .pattern("%d/%m/%Y"),
        ]
        let source = BarSource(
            files: [folder + "/" + vector.file],
            columns: ColumnMapping(
                time: column("time"),
                prices: .bars(open: column("open"), high: column("high"), low: column("low"), close: column("close"))),
            time: try #require(notation[vector.time]), header: vector.skip > 0 ? .present : .absent)
        return try ingestSeries(source).series
    }

    private func differences(_ vector: Vector, market: MarketHistory) throws -> [String] {
        let result = try cell(vector.spec).run(market, kernel: .plain)
        let (counts, exits) = (result.tally.windowTotals, result.tally.exitTotals(fill: 0))
        let expect = vector.expect
        let wanted = [expect.entries, expect.rejected, expect.excluded, expect.liquidated, expect.touched]
        let got = [counts.entries, counts.rejected, counts.excluded, counts.liquidated, counts.unprotected]
        var problems = wanted == got ? [] : ["counts \(got) instead of \(wanted)"]
        if isSettledByBars(vector.spec, market) { return problems + (try nextBarProblems(vector.spec, market, result)) }
        let isLawful = vector.spec.fill == "delay"
        let negative = (exits.negative - exits.cutNegative).value
        problems += cutProblems(expect, result.tally)
        if abs(negative - expect.negative) > (isLawful ? 1e-6 * max(1, expect.negative) : 0) {
            problems.append("\(negative) below zero instead of \(expect.negative)")
        }
        var means = [
            (counts.entries > 0 ? exits.equity / Double(counts.entries) : 0, expect.meanEquity)
        ]
        if counts.cut == 0 { means.append((negative > 0 ? exits.shortfall / negative : 0, expect.meanDeficit)) }
        // The largest shortfall that a law leaves possible is not in the vectors.
        if !isLawful, counts.cut == 0 { means.append((exits.largestShortfall, expect.maxDeficit)) }
        for (value, reference) in means
        where abs(value - reference) > (isLawful ? 1e-6 : 1e-9) * max(abs(reference), 1e-3) {
            problems.append("\(value) instead of \(reference)")
        }
        expectAgreement(try cell(vector.spec).run(market), result, vector.file)
        return problems
    }

    /// Whether bars are so short that their own opens tell what a price was after the delay.
    private func isSettledByBars(_ spec: Spec, _ market: MarketHistory) -> Bool {
        spec.fill == "delay" && market.barLength.milliseconds <= Int64(2000 * (spec.delay ?? 30))
    }

    /// There the definition says that the fill is `next`, and everything must be as with it, bit by bit.
    ///
    /// The vectors of such cells cannot be met: their program takes the later open, cut to the range of the *trigger's* bar, and then
    /// lets the law move on from it inside that bar, whose minute is over by then. Their counts before any fill hold.
    private func nextBarProblems(_ spec: Spec, _ market: MarketHistory, _ result: CellResult) throws -> [String] {
        var next = cell(spec)
        next.fill = .next
        next.latency = 1 + Int(Int64(1000 * (spec.delay ?? 30)) / market.barLength.milliseconds)
        let fast = try cell(spec).run(market)
        expectAgreement(fast, result, "bars tell")
        return try next.run(market, kernel: .plain).tally == result.tally ? [] : ["not the fill of the next bars"]
    }

    /// What is seen of cut windows, and the shares that weigh each event by who was watched that long. (The definition's sums may pass
    /// 1 where most windows are cut; what a run prints does not.)
    private func cutProblems(_ expect: Expected, _ tally: CellTally) -> [String] {
        guard let cut = expect.cut else { return [] }
        let (counts, times) = (tally.windowTotals, tally.negativeTimes[0])
        let share = tally.exposure.rawShare(times)
        let figures: [(String, Double, Double?, Double)] = [
            ("cut", Double(counts.cut), Double(cut), 0),
            ("cut liquidated", Double(counts.cutLiquidated), expect.cutLiquidated.map(Double.init), 0),
            ("cut below zero", tally.exitTotals(fill: 0).cutNegative.value, expect.cutNegative, 1e-6),
            ("share below zero", share, expect.shareNegative, 1e-6),
            ("mean shortfall", share > 0 ? tally.exposure.shortfall(times) / share : 0, expect.shareMeanDeficit, 1e-6),
            ("liquidated", tally.exposure.rawShare(tally.timesToLiquidation), expect.shareLiquidated, 1e-3),
            ("unprotected", tally.exposure.rawShare(tally.timesToUnprotected), expect.shareUnprotected, 1e-3),
        ]
        return figures.compactMap { name, value, reference, tolerance in
            guard let reference, abs(value - reference) > tolerance * max(reference, 1e-3) else { return nil }
            return "\(name) \(value) instead of \(reference)"
        }
    }

    private func cell(_ spec: Spec) -> TestCell {
        var cell = TestCell(
            contract: ContractKind(rawValue: spec.contract) ?? .spot, side: spec.side == "long" ? .long : .short,
            leverage: spec.leverage)
        cell.borrow = (spec.interest ?? 0, spec.marginLevel ?? 1)
        cell.horizon = .seconds(Int64(spec.horizon))
        cell.notional = spec.notional
        cell.fees = (spec.feeOpen, spec.feeClose, spec.feeLiquidation)
        cell.slippage = spec.slippage
        cell.tiers = spec.tiers.map {
            MaintenanceTier(notionalCap: $0[0] ?? .infinity, rate: $0[1] ?? 0, amount: $0[2] ?? 0)
        }
        cell.liquidation = spec.liquidation
        cell.trigger = spec.trigger == "close" ? .close : .extreme
        // In the vectors a latency above 0 means the `next` fill, whatever the fill says.
        cell.fill = spec.fill != "delay" && spec.latency > 0 ? .next : FillRule(rawValue: spec.fill) ?? .gap
        cell.latency = max(1, spec.latency)
        cell.delay = spec.delay.map { .seconds(Int64($0)) } ?? LiquidationRules.defaultDelay
        cell.overshoot = spec.overshoot ?? LiquidationRules.defaultOvershoot
        cell.maxGap = spec.maxGap > 0 ? .span(.seconds(Int64(spec.maxGap))) : .off
        cell.stride = spec.stride
        return cell
    }
}
