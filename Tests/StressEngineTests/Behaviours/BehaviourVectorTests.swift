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

/// Cells under behaviours, computed by an independent bar-by-bar program on real files.
@Suite struct BehaviourVectorTests {
    private struct Vector: Decodable {
        let file: String
        let columns: [String: Int]
        let time: String
        let skip: Int
        let spec: Spec
        let expect: Expected
    }

    private struct Spec: Decodable {
        let side, fill: String
        let leverage, horizon: Double
        let stride, latency: Int
        let stopLoss, takeProfit, trailingStop, panicExit, filterGain, filterFall: Double?
        let filterBars, instalments, topUpTimes, topUpLatency: Int?
        let every, topUpAt, topUpAdd: Double?
    }

    private struct Expected: Decodable {
        let entries, filtered, excluded, rejected, liquidated, stopped, tookProfit, panicked, trailed: Int
        let negative, meanEquity, meanDeficit: Double
    }

    @Test(.needsSharedData) func everyCellAgrees() throws {
        let shared = try #require(sharedFolder)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode(
            [Vector].self, from: Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/behaviours.json")))
        var markets: [String: MarketHistory] = [:]
        for vector in vectors where markets[vector.file] == nil {
            markets[vector.file] = MarketHistory(series: try read(vector, folder: shared + "/data"))
        }
        let found = parallelMap(count: vectors.count, threads: 2) { [markets] index in
            markets[vectors[index].file].flatMap { try? problems(vectors[index], market: $0) } ?? ["did not run"]
        }
        #expect(vectors.count == 192)
        for (vector, problems) in zip(vectors, try #require(found)) {
            #expect(problems.isEmpty, "\(vector.file) \(vector.spec): \(problems.joined(separator: ", "))")
        }
    }

    private func read(_ vector: Vector, folder: String) throws -> BarSeries {
        let column = { (name: String) in ColumnReference.index(vector.columns[name] ?? 0) }
        let notation: [String: TimeNotation] = ["ms": .milliseconds, "s": .seconds, "isos": .iso8601]
        let source = BarSource(
            files: [folder + "/" + vector.file],
            columns: ColumnMapping(
                time: column("time"),
                prices: .bars(open: column("open"), high: column("high"), low: column("low"), close: column("close"))),
            time: try #require(notation[vector.time]), header: vector.skip > 0 ? .present : .absent)
        return try ingestSeries(source).series
    }

    private func problems(_ vector: Vector, market: MarketHistory) throws -> [String] {
        let expect = vector.expect
        let wanted = [
            expect.entries, expect.filtered, expect.excluded, expect.rejected, expect.liquidated, expect.stopped,
            expect.tookProfit, expect.panicked, expect.trailed,
        ]
        var problems: [String] = []
        for kernel in KernelChoice.allCases {
            let job = HistoryJob(study: try cell(vector.spec).study(), asset: "X", market: market, kernel: kernel)
            let tally = try job.tallies(
                of: [behaviour(vector.spec)], cell: 0, trees: job.behaviourTrees, threads: 1)[1]
            let (windows, exits) = (tally.cell.windowTotals, tally.cell.exitTotals(fill: 0))
            let got =
                [windows.entries, tally.filtered.total, windows.excluded, windows.rejected, windows.liquidated]
                + [.stopped, .tookProfit, .panicked, .trailed].map { tally.closings[$0] }
            if got != wanted { problems.append("\(kernel) counts \(got) instead of \(wanted)") }
            let negative = (exits.negative - exits.cutNegative).value
            if negative != expect.negative { problems.append("\(negative) below zero not \(expect.negative)") }
            var means = [(tally.meanEquity ?? 0, expect.meanEquity)]
            // The vectors' mean is of complete windows alone.
            if exits.cutNegative == .zero {
                means.append((negative > 0 ? exits.shortfall / negative : 0, expect.meanDeficit))
            }
            for (value, reference) in means
            where abs(value - reference) > 1e-9 * max(abs(reference), 1e-3) {
                problems.append("\(kernel) \(value) instead of \(reference)")
            }
        }
        return problems
    }

    private func cell(_ spec: Spec) -> TestCell {
        var cell = TestCell(side: spec.side == "long" ? .long : .short, leverage: spec.leverage)
        cell.horizon = .seconds(Int64(spec.horizon))
        cell.fees = (0.0005, 0.0005, 0)
        cell.slippage = 0.0005
        cell.fill = FillRule(rawValue: spec.fill) ?? .gap
        cell.latency = max(1, spec.latency)
        cell.stride = spec.stride
        return cell
    }

    private func behaviour(_ spec: Spec) -> Behaviour {
        var rules = Behaviour(name: "rules")
        rules.stopLoss = spec.stopLoss
        rules.exits = spec.takeProfit.map { [PlannedExit(distance: $0)] } ?? []
        (rules.trailingStop, rules.panicExit) = (spec.trailingStop, spec.panicExit)
        if let bars = spec.filterBars {
            rules.enterAfter =
                spec.filterGain.map { .gain($0, bars: bars) } ?? spec.filterFall.map { .fall($0, bars: bars) }
        }
        if let count = spec.instalments, let every = spec.every {
            rules.instalments = Instalments(count: count, every: TimeSpan(milliseconds: Int64(every * 1000)))
        }
        if let at = spec.topUpAt, let add = spec.topUpAdd, let times = spec.topUpTimes {
            rules.topUp = TopUp(at: at, add: add, times: times, latency: spec.topUpLatency ?? 1)
        }
        return rules
    }
}
