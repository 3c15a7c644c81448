import StressBasics
import Testing

@testable import PriceSeries

/// What a history was, by day and month, against bars that are compared one by one.
@Suite struct FingerprintTests {
    private struct Bar: Equatable {
        var time: Int64
        var prices: [Double]
    }

    private func bars(_ random: inout SeededGenerator, step: Int64, count: Int, start: Int64) -> [Bar] {
        (0..<count).compactMap { place in
            // A tenth is missing.
            guard random.uniform() > 0.1 else { return nil }
            let base = 100 * (1 + 0.2 * random.uniform())
            return Bar(time: start + Int64(place) * step, prices: [base, base * 1.02, base * 0.97, base * 1.01])
        }
    }

    private func series(_ bars: [Bar]) throws -> BarSeries {
        try BarSeries(
            time: bars.map(\.time), open: bars.map { $0.prices[0] }, high: bars.map { $0.prices[1] },
            low: bars.map { $0.prices[2] }, close: bars.map { $0.prices[3] })
    }

    private func restated(_ was: [Bar], _ now: [Bar], step: Int64) throws -> [String] {
        let span = TimeSpan(milliseconds: step)
        let (before, after) = (try series(was), try series(now))
        let kept = try #require(before.fingerprint(barLength: span).map(\.text).flatMap(HistoryFingerprint.init(text:)))
        let own = try #require(after.fingerprint(barLength: span))
        return own.restated(
            since: kept, sameFirst: was.first?.time == now.first?.time, sameLast: was.last?.time == now.last?.time)
    }

    /// The days that both histories hold from midnight to midnight and that have other bars.
    private func plainDays(_ was: [Bar], _ now: [Bar], step: Int64) -> Set<String> {
        let day: Int64 = 86_400_000
        func date(_ number: Int64) -> String { UTCInstant(milliseconds: number * day).civil.dateText }
        func number(_ time: Int64) -> Int64 { Int64((Double(time) / Double(day)).rounded(.down)) }
        let numbers = Set((was + now).map { number($0.time) })
        return Set(
            numbers.filter { number in
                [was, now].allSatisfy { bars in
                    let (first, last) = (bars.first?.time ?? 0, bars.last?.time ?? 0)
                    return first - number * day < step && last + step >= (number + 1) * day
                } && was.filter { $0.time / day == number } != now.filter { $0.time / day == number }
            }.map(date))
    }

    @Test(arguments: UInt64(1)...60)
    func whatIsRestatedIsFound(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("fingerprints")
        let step: Int64 = [3_600_000, 14_400_000, 86_400_000][Int(random.uniform() * 3)]
        let start =
            1_600_000_000_000 / 86_400_000 * 86_400_000 + Int64(random.uniform() * 24) * (step < 86_400_000 ? step : 0)
        let all = bars(&random, step: step, count: Int(150 * 86_400_000 / step), start: start)
        // Up to two days more at the end, up to two months fewer at the beginning, up to three bars with other prices.
        let grown = Int(random.uniform() * 2.99) * Int(86_400_000 / step)
        let rolled = random.uniform() < 0.5 ? 0 : Int(random.uniform() * 60) * Int(86_400_000 / step)
        let was = Array(all.dropLast(grown))
        var now = Array(all.dropFirst(rolled))
        for _ in 0..<Int(random.uniform() * 4) {
            now[Int(random.uniform() * Double(now.count))].prices[3] *= 1.0001
        }
        let (found, expected) = (try restated(was, now, step: step), plainDays(was, now, step: step))
        let firstMonth = try #require(now.first).time
        let cut = UTCInstant(milliseconds: firstMonth).civil.dateText.prefix(7)
        for period in found {
            // Days that only one of the two holds whole are compared where both begin or end alike.
            #expect(
                expected.contains { $0.hasPrefix(period) } || rolled == 0 || grown == 0, "\(period) of seed \(seed)")
        }
        // A month that the later history no longer holds whole has lost its days to the month of the earlier one.
        for day in expected where rolled == 0 || !day.hasPrefix(cut) {
            #expect(found.contains { day.hasPrefix($0) }, "\(day) of seed \(seed)")
        }
        if was == now { #expect(found.isEmpty) }
    }

    @Test func nothingIsSaidOfBarsThatAreAsTheyWere() throws {
        var random = SeededGenerator(seed: 9).stream("fingerprints")
        let all = bars(&random, step: 3_600_000, count: 24 * 200, start: 1_577_836_800_000)
        for days in 0..<70 {
            let now = Array(all.dropFirst(days * 3))
            #expect(try restated(Array(all.dropLast(days * 20)), now, step: 3_600_000) == [], "\(days) days on")
        }
    }

    /// A bar that was there with another price, one that is gone, and one that fills a hole.
    @Test func everyKindOfRestatementIsNamed() throws {
        let hour: Int64 = 3_600_000
        let start: Int64 = 1_704_067_200_000  // 2024-01-01
        func bar(_ place: Int64, _ close: Double) -> Bar {
            Bar(time: start + place * hour, prices: [100, 101, 99, close])
        }
        let places: [Int64] = (0..<2400).filter { $0 != 30 }
        let was = places.map { bar($0, 100 + Double($0 % 7) / 10) }
        let more = (2400..<2424).map { bar($0, 100) }
        var other = was
        other[24 * 95].prices[3] = 100.05
        #expect(try restated(was, other + more, step: hour) == ["2024-04-05"])
        other = was
        other.remove(at: 24 * 80)
        #expect(try restated(was, other + more, step: hour) == ["2024-03-21"])
        other = was
        other.insert(bar(30, 100), at: 30)
        #expect(try restated(was, other + more, step: hour) == ["2024-01"])
        // The newest day was not over; what came later is new.
        let cut = Array((was + more).dropLast(7))
        #expect(try restated(cut, was + more, step: hour) == [])
        var last = cut
        last[last.count - 1].prices[3] = 99.5
        #expect(try restated(cut, last, step: hour) == ["2024-04-10"], "both end there")
    }

    @Test func itsTextIsShortAndReadsBack() throws {
        var random = SeededGenerator(seed: 4).stream("fingerprints")
        let own = try series(bars(&random, step: 3_600_000, count: 24 * 365 * 3, start: 1_577_836_800_000))
        let text = try #require(own.fingerprint(barLength: .hours(1))).text
        #expect(text.utf8.count < 2500)
        #expect(HistoryFingerprint(text: text)?.text == text)
        for hostile in [
            "", "2024-01-01", "x y", text + " ", text + " 2024-05:xyz", text.replacing(":", with: ";"),
            "2024-01-05 2024-01-01", String(repeating: "2024-01-01 ", count: 20_000),
            "2024-01-01 2024-02-01 2024-1:0123456789",
        ] { #expect(HistoryFingerprint(text: hostile) == nil) }
    }

    /// A fingerprint that could not be read back would make all of the run unreadable.
    @Test func historiesOfCenturiesHaveNone() throws {
        let day: Int64 = 86_400_000
        let first: Int64 = -60_000_000_000_000  // in the year 68
        let long = (0..<9000).map { Bar(time: first + $0 * 31 * day, prices: [100, 101, 99, 100]) }
        #expect(try series(long).fingerprint(barLength: .days(31)) == nil)
        let lastDay: Int64 = 253_402_214_400_000  // 9999-12-31
        let late = (0..<10).map { Bar(time: lastDay - (9 - $0) * day, prices: [100, 101, 99, 100]) }
        #expect(try series(late).fingerprint(barLength: .days(1)) == nil)
        #expect(try series(Array(late.dropLast(2))).fingerprint(barLength: .days(1)) != nil)
    }
}
