import StressBasics
import Testing

@testable import PriceArchive

/// The rules of the fetch that need no server.
@Suite struct ArchiveRuleTests {
    @Test func pathsAreThoseOfTheArchive() throws {
        let month = try #require(ArchiveMonth("2024-05"))
        let spot = try #require(ArchiveSeries(market: .spot, kind: .klines, symbol: "BTCUSDT", interval: "1m"))
        #expect(spot.path(.month(month)) == "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-05.zip")
        #expect(spot.path(.day(month, 7)) == "data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-05-07.zip")
        let mark = try #require(
            ArchiveSeries(market: .quoteFutures, kind: .markPriceKlines, symbol: "LTCUSDT", interval: "1h"))
        #expect(mark.path(.month(month)) == "data/futures/um/monthly/markPriceKlines/LTCUSDT/1h/LTCUSDT-1h-2024-05.zip")
        let funding = try #require(
            ArchiveSeries(market: .coinFutures, kind: .fundingRate, symbol: "BTCUSD_PERP", interval: "1m"))
        #expect(
            funding.path(.month(month))
                == "data/futures/cm/monthly/fundingRate/BTCUSD_PERP/BTCUSD_PERP-fundingRate-2024-05.zip")
        #expect(funding.folder == "futures-cm/fundingRate/BTCUSD_PERP")
    }

    @Test(arguments: [
        "", "..", "../X", "a", "BTC/USDT", "BTC USDT", "BTC.USDT", "BTC\u{0}", "ÄÖ", String(repeating: "A", count: 41),
    ])
    func symbolsThatCouldLeaveTheFolderAreRefused(symbol: String) {
        #expect(ArchiveSeries(market: .spot, kind: .klines, symbol: symbol, interval: "1m") == nil)
    }

    @Test func whatTheArchiveDoesNotHaveIsRefused() {
        #expect(ArchiveSeries(market: .spot, kind: .fundingRate, symbol: "BTCUSDT", interval: "1m") == nil)
        #expect(ArchiveSeries(market: .spot, kind: .klines, symbol: "BTCUSDT", interval: "7m") == nil)
        #expect(ArchiveMonth("2024-13") == nil && ArchiveMonth("24-01") == nil && ArchiveMonth("2024-1") == nil)
    }

    /// Every wait lies between half and all of the doubled one, never above the bound, and depends on nothing but the seed.
    @Test func waitsDoubleWithinTheirBounds() {
        var policy = FetchPolicy()
        policy.attempts = 12
        var (one, two) = (Backoff(policy: policy, label: "a"), Backoff(policy: policy, label: "a"))
        for failure in 0..<11 {
            let wait = one.wait(retryAfter: nil)
            let whole = min(1000.0 * Double(1 << failure), 60_000)
            #expect(wait.map { (whole / 2...whole).contains(Double($0.milliseconds)) } == true)
            #expect(wait == two.wait(retryAfter: nil))
        }
        #expect(one.wait(retryAfter: nil) == nil, "the twelfth failure is the last")
        one.came(to: 1, from: 0)
        #expect(one.wait(retryAfter: .seconds(100)) == .seconds(100))
        #expect(one.wait(retryAfter: .minutes(6)) == nil, "no server makes us wait for ever")
    }

    @Test func retryAfterIsSecondsOrADate() {
        let now = CivilTime(year: 1994, month: 11, day: 6, hour: 8, minute: 49, second: 30).instant!
        #expect(retryAfter("120", now: now) == .seconds(120))
        #expect(retryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(7))
        #expect(retryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == .seconds(0))
        #expect(retryAfter("99999999999999999999999", now: now) == .seconds(1_000_000_000))
        for text in ["", "-5", "soon", "Sun, 40 Nov 1994 08:49:37 GMT", "1e9"] {
            #expect(retryAfter(text, now: now) == nil)
        }
    }

    @Test func checksumsAreOfTheirFile() {
        let hex = String(repeating: "ab", count: 32)
        #expect(checksum(in: "\(hex)  X.zip\n", of: "X.zip")?.hex == hex)
        #expect(checksum(in: "\(hex.uppercased()) *X.zip\r\n", of: "X.zip")?.hex == hex)
        for text in [
            "", hex, "\(hex)  Y.zip", "\(hex.dropLast())  X.zip", "\(hex)  X.zip more", "g\(hex.dropFirst())  X.zip",
        ] {
            #expect(checksum(in: text, of: "X.zip") == nil)
        }
    }

    @Test func plansCoverEveryDayOnce() throws {
        var random = SeededGenerator(seed: 7)
        let series = try #require(ArchiveSeries(market: .spot, kind: .klines, symbol: "A", interval: "1m"))
        for _ in 0..<200 {
            let start = try #require(
                ArchiveMonth(year: 2020 + Int(random.next() % 5), month: 1 + Int(random.next() % 12)))
            let months = start...start.advanced(by: Int(random.next() % 30))
            let now = CivilTime(year: 2022, month: 1, day: 1).instant! + .hours(Int64(random.next() % 20_000))
            let plan = FetchPlan(months: months, now: now).first(series)
            let days = plan.flatMap { period in
                if case .month(let month) = period { month.days.map(\.text) } else { [period.text] }
            }
            let wanted = months.flatMap(\.days).filter { $0.end <= now }.map(\.text)
            #expect(days == wanted)
        }
    }
}
