import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// The shared funding, margin and tier files, against what the data README and an independent computation say of them.
@Suite(.enabled(if: VendorFiles.areHere, "vendor files not found")) struct AuxiliaryVendorTests {
    private func funding(_ file: String, shift: TimeSpan = .hours(0)) throws -> IngestedFunding {
        try ingestFunding(FundingSource(file: VendorFiles.path(file), shift: shift))
    }

    @Test(arguments: [
        (
            "funding-multi/BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv", 4_383, 590, -0.003, 0.003, 0
        ),
        (
            "funding-multi/BTC-USDT_dydx_2022-01-01_2024-01-01_funding_history.csv.gz", 17_520, 6_234,
            -0.0003007372, 0.0005937327, 0
        ),
        (
            "funding-multi/ETH-USDT_bybit_2021-01-01_2024-01-01_funding_history.csv", 3_285, 499, -0.0034595,
            0.00375, 0
        ),
        ("bitmex/funding_data.csv", 4_866, 1_561, -0.006821, 0.01125, 21),
    ])
    func fundingFiles(_ file: String, _ rows: Int, _ negative: Int, _ low: Double, _ high: Double, _ gaps: Int) throws {
        let read = try funding(file)
        #expect(read.schedule.time.count == rows && read.files[0].rowCount == rows)
        #expect(read.schedule.rate.min() == low && read.schedule.rate.max() == high)
        func count(_ check: String) -> Int? { read.findings.first { $0.check == check }?.count }
        #expect(count("funding_rates") == negative && count("funding_gaps") == gaps)
        #expect(count("dropped_rows") == 0 && count("funding_duplicates") == 0 && count("extreme_rates") == 0)
    }

    @Test func shiftBringsBinanceToItsHours() throws {
        let file = "funding-multi/BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv"
        func hours(_ read: IngestedFunding) -> Set<Int64> { Set(read.schedule.time.map { $0 / 3_600_000 % 24 }) }
        #expect(hours(try funding(file)) == [3, 11, 19])
        let shifted = try funding(file, shift: .hours(-3))
        #expect(hours(shifted) == [0, 8, 16] && shifted.schedule.time.allSatisfy { $0 % 28_800_000 == 0 })
        #expect(UTCInstant(milliseconds: shifted.schedule.time[0]).minuteText == "2020-01-01 00:00")
    }

    @Test func bitmexStampsAreNotItsIntervals() throws {
        let schedule = try funding("bitmex/funding_data.csv").schedule
        #expect(UTCInstant(milliseconds: schedule.time[0]).minuteText == "2016-05-14 12:00")
        #expect(UTCInstant(milliseconds: schedule.time[4865]).minuteText == "2020-11-05 04:00")
        #expect(schedule.rate[0] == 6.9e-4 || schedule.rate[0] == 6.900000000000001e-4)
    }

    @Test func futuresMargins() throws {
        let read = try ingestMarginHistory(
            file: VendorFiles.path("leverage-tiers/cme_btc_futures_margin.csv"), contractSize: 5)
        let entries = read.schedule.entries
        #expect(entries.count == 163 && read.schedule.contractSize == 5)
        #expect(entries[0].from.minuteText == "2017-12-18 00:00" && entries[0].initial == 45_172)
        #expect(entries[0].maintenance == 41_065)
        #expect(entries[162].from.minuteText == "2022-02-11 00:00" && entries[162].initial == 7_471)
        #expect(entries[162].maintenance == 6_791)
        #expect(read.findings.allSatisfy { $0.severity == .pass }, "\(read.findings)")
    }

    private static let older = "leverage-tiers/binance_leverage_tiers_2022-05-21.json.gz"
    private static let newer = "leverage-tiers/binance_leverage_tiers_2024-10-24.json.gz"

    /// Every symbol loads: a separate Python computation of holes, rates, limits and amounts finds no flaw either.
    @Test(arguments: [(older, 158, 1_037, 156), (newer, 349, 2_805, 348)])
    func everySymbol(_ file: String, _ symbols: Int, _ brackets: Int, _ capped: Int) throws {
        let path = VendorFiles.path(file)
        let names = try ingestTierSymbols(file: path)
        var (refused, rows, caps): ([String], Int, Int) = ([], 0, 0)
        for name in names {
            do {
                let read = try ingestTiers(file: path, symbol: name)
                #expect(read.symbol == name)
                rows += read.tiers.tiers.count
                caps += read.findings.first { $0.check == "capped_table" }?.count ?? 0
                #expect(read.findings.allSatisfy { $0.check == "capped_table" || $0.severity == .pass })
            } catch { refused.append(error.rendered()) }
        }
        print("\(file): \(names.count) symbols, \(refused.count) refused")
        #expect(names.count == symbols && refused.isEmpty, "\(refused)")
        #expect(rows == brackets && caps == capped)
    }

    /// Binance's twelve brackets of BTCUSDT as of October 2024.
    @Test(arguments: ["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT"])
    func publishedBrackets(_ symbol: String) throws {
        let read = try ingestTiers(file: VendorFiles.path(AuxiliaryVendorTests.newer), symbol: symbol)
        let tiers = read.tiers.tiers
        #expect(read.symbol == "BTC/USDT:USDT" && tiers.count == 12)
        #expect(
            tiers.dropLast().map(\.notionalCap) == [
                50e3, 600e3, 3e6, 12e6, 70e6, 100e6, 230e6, 480e6, 600e6, 800e6, 1.2e9,
            ])
        #expect(tiers.map(\.rate) == [0.004, 0.005, 0.0065, 0.01, 0.02, 0.025, 0.05, 0.1, 0.125, 0.15, 0.25, 0.5])
        #expect(
            tiers.map(\.amount) == [
                0, 50, 950, 11_450, 131_450, 481_450, 2_981_450, 14_481_450, 26_481_450, 41_481_450, 121_481_450,
                421_481_450,
            ])
        #expect(tiers.first?.maxLeverage == 125 && tiers.last?.maxLeverage == 1)
        let capped = try #require(read.findings.first { $0.check == "capped_table" })
        #expect(capped.message.contains("1800000000"))
    }
}
