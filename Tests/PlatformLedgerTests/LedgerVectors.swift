import CSVIngest
import Foundation
import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

/// The populations of an independent event loop on real files.
struct LedgerVector: Decodable {
    let file: String
    let columns: [String: Int]
    let time: String
    let skip: Int
    let classes: [Group]
    let spec: Spec
    let expect: Expected

    struct Group: Decodable {
        let side: String
        let leverage, weight: Double
    }

    struct Spec: Decodable {
        let horizon: Double
        let fill: String
        let latency: Int
        let fund, floor, feeLiquidation, fundShare, cap: Double?
        let surplus: Surplus?
        let adl, recourse: String?
        let socialised: Bool?
        let topUp: TopUp?
    }

    struct TopUp: Decodable {
        let below, to: Double
    }

    /// `fund`, `trader`, or the fund's part.
    enum Surplus: Decodable {
        case part(Double)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let part = try? container.decode(Double.self) {
                self = .part(part)
            } else {
                self = .part(try container.decode(String.self) == "fund" ? 1 : 0)
            }
        }
    }

    struct Sums: Decodable {
        let entries, liquidated, shortfall, owed: Int
        let shortfallQuote, fundQuote, adlQuote, socialisedQuote, platformQuote, owedQuote: Double
    }

    struct Expected: Decodable {
        let total: Sums
        let classes: [Sums]
        let fundEnd, fundLow, haircutQuote: Double
        let unpaidByFund, adlClosings: Int
    }

    static func all() throws -> [LedgerVector] {
        let shared = try #require(sharedFolder)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            [LedgerVector].self, from: Data(contentsOf: URL(fileURLWithPath: shared + "/vectors/ledger.json")))
    }

    func market() throws -> MarketHistory {
        let column = { (name: String) in ColumnReference.index(columns[name] ?? 0) }
        let source = BarSource(
            files: [try #require(sharedFolder) + "/data/" + file],
            columns: ColumnMapping(
                time: column("time"),
                prices: .bars(open: column("open"), high: column("high"), low: column("low"), close: column("close"))),
            time: time == "ms" ? .milliseconds : .seconds, header: skip > 0 ? .present : .absent)
        return MarketHistory(series: try ingestSeries(source).series)
    }

    func input(_ market: MarketHistory) throws -> PlatformInput {
        let population = Population(
            classes: try classes.map {
                TraderClass(
                    side: $0.side == "long" ? .long : .short, leverage: try #require(Leverage($0.leverage)),
                    weight: $0.weight)
            }, horizon: .seconds(Int64(spec.horizon)))
        let rules = try PlatformRules(
            fees: Fees(open: 0.0005, close: 0.0005, liquidation: spec.feeLiquidation ?? 0),
            slippage: Slippage(base: 0.0005), tiers: MaintenanceTiers(flatRate: 0.005),
            liquidation: LiquidationRules(fill: FillRule(rawValue: spec.fill) ?? .gap, latency: max(1, spec.latency)))
        return PlatformInput(
            assets: [
                LedgerAsset(name: file, market: market, population: population, rules: rules, maxGap: nil)
            ], population: population, rules: rules, safeguards: safeguards, seed: 1)
    }

    private var safeguards: SafeguardRules {
        var rules = SafeguardRules()
        rules.fund = FundRules(
            amount: spec.fund ?? 0, floor: spec.floor ?? 0,
            topUp: spec.topUp.map { FundRules.TopUp(below: $0.below, to: $0.to) })
        if case .part(let part)? = spec.surplus { rules.surplusToFund = part }
        rules.feeToFund = spec.fundShare ?? 1
        rules.deleveraging = spec.adl.flatMap(DeleveragingRule.init)
        rules.socialisedCap = spec.socialised == true ? spec.cap ?? 1 : nil
        rules.recourse = spec.recourse == "platform" ? .platform : .trader
        return rules
    }
}

@Suite struct LedgerVectorTests {
    @Test(.needsSharedData) func theFastLedgerGivesAllOfThem() throws {
        let vectors = try LedgerVector.all()
        #expect(vectors.count == 40)
        var markets: [String: MarketHistory] = [:]
        for (index, vector) in vectors.enumerated() {
            let market = try markets[vector.file] ?? vector.market()
            markets[vector.file] = market
            let tally = try vector.input(market).run()
            expect(vector, index, total: tally.total, classes: vector.classes.indices.map { tally.sums(group: $0) })
            let expected = vector.expect
            #expect(abs(Money.quote(tally.books.fund) - expected.fundEnd) <= 0.01, "\(index): fund at the end")
            #expect(abs(Money.quote(tally.lowestFund) - expected.fundLow) <= 0.01, "\(index): lowest fund")
            #expect(abs(Money.quote(tally.total.haircut) - expected.haircutQuote) <= 0.01, "\(index): haircut")
            #expect(abs(tally.total.deleveraged - expected.adlClosings) <= 1, "\(index): winners touched")
            #expect(abs(tally.unpaidShortfalls - expected.unpaidByFund) <= 1, "\(index): unpaid by the fund")
        }
    }

    /// The judge is slow: two populations of every kind of rule.
    @Test(.needsSharedData, arguments: [3, 9, 15, 28]) func theJudgeGivesThem(index: Int) throws {
        let vector = try LedgerVector.all()[index]
        let plain = PlainLedger(try vector.input(vector.market()))
        plain.run()
        #expect(plain.isBalanced)
        let classes = vector.classes.indices.map { plain.sums(group: $0) }
        expect(vector, index, total: LedgerTally.total(classes), classes: classes)
        #expect(abs(Money.quote(plain.accounts.fund) - vector.expect.fundEnd) <= 0.01)
        #expect(abs(LedgerTally.total(classes).deleveraged - vector.expect.adlClosings) <= 1)
    }

    private func expect(_ vector: LedgerVector, _ index: Int, total: LedgerSums, classes: [LedgerSums]) {
        let parts = zip(classes, vector.expect.classes).enumerated().map { ("class \($0)", $1.0, $1.1) }
        for (name, got, wanted) in parts + [("total", total, vector.expect.total)] {
            let counts = [
                (got.entries, wanted.entries), (got.liquidated, wanted.liquidated),
                (got.shortfalls, wanted.shortfall), (got.owing, wanted.owed),
            ]
            let amounts = [
                (got.shortfall, wanted.shortfallQuote), (got.fund, wanted.fundQuote),
                (got.deleveraging, wanted.adlQuote), (got.socialised, wanted.socialisedQuote),
                (got.platform, wanted.platformQuote), (got.owed, wanted.owedQuote),
            ]
            #expect(counts.allSatisfy { abs($0 - $1) <= 1 }, "\(index) \(name): \(counts)")
            #expect(
                amounts.allSatisfy { abs(Money.quote($0) - $1) <= 0.01 },
                "\(index) \(name): \(amounts.map { (Money.quote($0), $1) })")
            #expect(
                got.shortfall == got.fund + got.deleveraging + got.socialised + got.platform + got.owed,
                "\(index) \(name): every unit is somebody's")
        }
    }
}
