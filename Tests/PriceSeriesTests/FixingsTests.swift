import PriceSeries
import StressBasics
import Testing

@Suite struct FixingsTests {
    private let hour: Int64 = 3_600_000

    private func series(_ hours: [Int64], _ prices: [Double]) throws -> BarSeries {
        try BarSeries(time: hours.map { $0 * hour }, price: prices)
    }

    /// The plain way: at each fixing, the newest bar that has closed within the day before it.
    @Test(arguments: 0..<40)
    func theLastKnownPrice(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var hours: [Int64] = []
        var at = Int64(random.next() % 30) - 40
        for _ in 0..<80 {
            at += 1 + Int64(random.next() % 3) + (random.next() % 20 == 0 ? 50 : 0)
            hours.append(at)
        }
        let series = try series(hours, hours.map { Double($0) + 1000 })
        let fixing = Int(random.next() % 24)
        let found = series.fixings(hour: fixing, barLength: .hours(1))
        var expected: [Int64: Double] = [:]
        for day in -10..<60 {
            let time = Int64(day) * 24 + Int64(fixing)
            guard time <= hours[hours.count - 1] + 1 else { continue }
            let known = hours.indices.filter { hours[$0] + 1 <= time && hours[$0] + 1 > time - 24 }
            if let last = known.last { expected[time * hour] = series.close[last] }
        }
        #expect(found.time == expected.keys.sorted(), "seed \(seed)")
        #expect(found.price == expected.keys.sorted().map { expected[$0]! })
    }

    @Test func dailyBarsStandAtTheirClose() throws {
        let found = try series([0, 24, 48], [1, 2, 3]).fixings(hour: 0, barLength: .days(1))
        #expect(found == Fixings(time: [24, 48, 72].map { $0 * hour }, price: [1, 2, 3]))
        let noon = try series([0, 24, 48], [1, 2, 3]).fixings(hour: 12, barLength: .days(1))
        #expect(noon == Fixings(time: [36, 60].map { $0 * hour }, price: [1, 2]), "noon of the last day has not been")
    }
}
