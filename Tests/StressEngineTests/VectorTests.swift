import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
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
        let interest, marginLevel: Double?
    }

    private struct Expected: Decodable {
        let entries, rejected, excluded, liquidated, negative, touched: Int
        let meanDeficit, maxDeficit, meanEquity: Double
    }

    @Test func everyCellAgrees() throws {
        guard let shared = sharedFolder else { return noteSharedIsAbsent("vectors") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode(
            [Vector].self, from: Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/vectors.json")))
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
        #expect(vectors.count == 504)
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
        let wanted = [
            expect.entries, expect.rejected, expect.excluded, expect.liquidated, expect.negative, expect.touched,
        ]
        let got = [
            counts.entries, counts.rejected, counts.excluded, counts.liquidated, exits.negative, counts.unprotected,
        ]
        var problems = wanted == got ? [] : ["counts \(got) instead of \(wanted)"]
        let means = [
            (exits.negative > 0 ? exits.shortfall / Double(exits.negative) : 0, expect.meanDeficit),
            (exits.largestShortfall, expect.maxDeficit),
            (counts.entries > 0 ? exits.equity / Double(counts.entries) : 0, expect.meanEquity),
        ]
        for (value, reference) in means where abs(value - reference) > 1e-9 * max(abs(reference), 1e-3) {
            problems.append("\(value) instead of \(reference)")
        }
        expectAgreement(try cell(vector.spec).run(market), result, vector.file)
        return problems
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
        cell.fill = spec.latency > 0 ? .next : FillRule(rawValue: spec.fill) ?? .gap
        cell.latency = max(1, spec.latency)
        cell.maxGap = spec.maxGap > 0 ? .span(.seconds(Int64(spec.maxGap))) : .off
        cell.stride = spec.stride
        return cell
    }
}
