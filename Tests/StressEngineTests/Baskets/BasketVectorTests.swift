import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Baskets computed by an independent program on real files.
@Suite struct BasketVectorTests {
    private struct Vector: Decodable {
        let legs: [Leg]
        let collateral: Leg?
        let spec: Spec
        let expect: Expected
    }

    private struct Leg: Decodable {
        let file: String
        let columns: [String: Int]
        let time: String
        let skip: Int
        let side: String?
        let share: Double?
    }

    private struct Spec: Decodable {
        let leverage, horizon, maxGap: Double
        let stride: Int
        let fill: String
        let mode, path, close: String?
        let latency: Int?
        let haircut, rebalance: Double?
        let mmr: [Double]?
    }

    private struct Expected: Decodable {
        let entries, excluded, rejected, liquidated: Int
        let negative, meanEquity, meanDeficit, legsClosed: Double
    }

    @Test(.needsSharedData) func everyCellAgrees() throws {
        let shared = try #require(sharedFolder)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode(
            [Vector].self, from: Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/baskets.json")))
        var markets: [String: MarketHistory] = [:]
        for leg in vectors.flatMap({ $0.legs + ($0.collateral.map { [$0] } ?? []) }) where markets[leg.file] == nil {
            markets[leg.file] = MarketHistory(series: try read(leg, folder: shared + "/data"))
        }
        let found = parallelMap(count: vectors.count, threads: 2) { [markets] index in
            (try? problems(vectors[index], markets)) ?? ["did not run"]
        }
        #expect(vectors.count == 76)
        for (vector, problems) in zip(vectors, try #require(found)) {
            let legs = vector.legs.map { "\($0.file) \($0.side ?? "") \($0.share ?? 1)" }
            #expect(problems.isEmpty, "\(legs) \(vector.spec): \(problems.joined(separator: ", "))")
        }
    }

    private func read(_ leg: Leg, folder: String) throws -> BarSeries {
        let column = { (name: String) in ColumnReference.index(leg.columns[name] ?? 0) }
        let notation: [String: TimeNotation] = ["ms": .milliseconds, "s": .seconds]
        let source = BarSource(
            files: [folder + "/" + leg.file],
            columns: ColumnMapping(
                time: column("time"),
                prices: .bars(open: column("open"), high: column("high"), low: column("low"), close: column("close"))),
            time: try #require(notation[leg.time]), header: leg.skip > 0 ? .present : .absent)
        return try ingestSeries(source).series
    }

    private func problems(_ vector: Vector, _ markets: [String: MarketHistory]) throws -> [String] {
        let (expect, basket) = (vector.expect, try basket(vector))
        let all = (vector.legs + (vector.collateral.map { [$0] } ?? [])).compactMap { markets[$0.file] }
        let study = try study(vector.spec)
        let cell = BasketCell(
            leverage: study.grid.leverages[0], horizon: study.grid.horizons[0], platform: study.platforms[0].name)
        var problems: [String] = []
        for kernel in KernelChoice.allCases {
            let job = try #require(BasketJob(study: study, basket: basket, markets: all, kernel: kernel))
            let variant = BasketVariant(mode: basket.modes[0], path: basket.path)
            let tally = try job.tallies(of: cell, [variant], threads: 1)[0]
            let estimate = BasketEstimate(tally, excludedBefore: job.excludedBefore)
            let got = [estimate.entries, estimate.excluded, estimate.rejected, estimate.liquidated]
            let wanted = [expect.entries, expect.excluded, expect.rejected, expect.liquidated]
            if got != wanted { problems.append("\(kernel) counts \(got) instead of \(wanted)") }
            if estimate.negative != expect.negative {
                problems.append("\(estimate.negative) below zero not \(expect.negative)")
            }
            let slack = vector.spec.fill == "delay" ? 1e-6 : 1e-9
            let means = [
                ("equity", estimate.equity ?? 0, expect.meanEquity),
                ("owed", try owed(job, cell, variant), expect.meanDeficit),
                ("legs", estimate.legsClosed ?? 0, expect.legsClosed),
            ]
            for (name, value, reference) in means
            where abs(value - reference) > slack * max(abs(reference), 1e-3) + 5e-13 {
                problems.append("\(kernel) \(name) \(value) instead of \(reference)")
            }
        }
        return problems
    }

    /// Mean shortfall over the entries of complete windows that are below zero.
    private func owed(_ job: BasketJob, _ cell: BasketCell, _ variant: BasketVariant) throws -> Double {
        let windows = job.windows(cell.horizon)
        let walks = job.walks(cell, variant, windows)
        var (sum, count) = (0.0, 0.0)
        for entry in windows.lastBar.indices {
            guard let (last, isCut) = windows.watched(entry), !isCut else { continue }
            let exit = job.outcome(entry, last: last, isCut: false, cell, walks).exit
            let negative = exit.negative(tolerance: CellRules.tolerance * cell.leverage.value).value
            guard negative > 0 else { continue }
            (sum, count) = (sum + exit.shortfall, count + negative)
        }
        return count > 0 ? sum / count : 0
    }

    private func basket(_ vector: Vector) throws -> Basket {
        let spec = vector.spec
        var basket = Basket(
            name: "b",
            legs: vector.legs.enumerated().map { place, leg in
                BasketLeg(
                    asset: "\(place)", side: leg.side == "short" ? .short : .long, share: leg.share ?? 1,
                    rate: spec.mmr?[place])
            })
        basket.modes = [try #require(AccountMode(rawValue: spec.mode ?? "cross"))]
        basket.path = try #require(BarPath(rawValue: spec.path ?? "sides"))
        basket.closing = try #require(AccountClosing(rawValue: spec.close ?? "all"))
        basket.rebalance = spec.rebalance.map { TimeSpan(milliseconds: Int64($0 * 1000)) }
        basket.collateral = vector.collateral.map { _ in BasketCollateral(asset: "c", haircut: spec.haircut ?? 0) }
        return basket
    }

    private func study(_ spec: Spec) throws -> Study {
        var cell = TestCell(leverage: spec.leverage)
        cell.horizon = .seconds(Int64(spec.horizon))
        cell.fees = (0.0005, 0.0005, 0)
        cell.slippage = 0.0005
        cell.fill = try #require(FillRule(rawValue: spec.fill))
        cell.latency = spec.latency ?? 1
        cell.stride = spec.stride
        cell.maxGap = spec.maxGap > 0 ? .span(.seconds(Int64(spec.maxGap))) : .off
        return try cell.study()
    }
}
