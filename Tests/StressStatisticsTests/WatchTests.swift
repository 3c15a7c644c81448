import Foundation
import StressBasics
import Testing

@testable import StressStatistics

/// How long entries were watched and when events came, against plain lists of both.
@Suite struct WatchTests {
    /// Runs rise, fall, overlap and jump, as they do over histories with gaps.
    @Test(arguments: 0..<40)
    func runsAreTheCounts(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("runs")
        func below(_ limit: Int) -> Int { Int(random.uniform() * Double(limit)) }
        var (plain, parts) = ([Int: Int](), [WatchTimes(), WatchTimes(), WatchTimes()])
        for _ in 0..<12 {
            let (start, length, part, isFalling) = (below(400), 1 + below(60), below(3), random.uniform() < 0.5)
            for step in 0..<length {
                let bars = isFalling ? start + length - step : start + step
                let count = random.uniform() < 0.1 ? 2 : 1
                plain[bars, default: 0] += count
                parts[part].add(bars: bars, count: count)
            }
        }
        let entries = plain.values.reduce(100, +)
        let merged = parts.reduce(into: WatchTimes()) { $0.merge($1) }
        let backwards = parts.reversed().reduce(into: WatchTimes()) { $0.merge($1) }
        #expect(merged == backwards && merged.total == entries - 100, "seed \(seed)")
        #expect(zip(merged.runs, merged.runs.dropFirst()).allSatisfy { $0.last < $1.first }, "seed \(seed)")
        let exposure = Exposure(entries: entries, cut: merged)
        for bars in 0..<480 {
            let gone = plain.reduce(0) { $0 + ($1.key < bars ? $1.value : 0) }
            #expect(exposure.weight(bars: bars) == 1 / Double(entries - gone), "seed \(seed), \(bars) bars")
        }
    }

    /// Where one entry after the other is cut, events between nodes weigh as their own times would have them weigh.
    @Test(arguments: 0..<20)
    func nodesKeepWhatEventsWeigh(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("nodes")
        let horizon = 43_200
        var cut = WatchTimes()
        for bars in 0..<horizon { cut.add(bars: bars) }
        let exposure = Exposure(entries: 200_000, cut: cut)
        var (events, share, shortfall) = (TimedEvents(), 0.0, 0.0)
        for _ in 0..<2_000 {
            let (bars, owed) = (Int(random.uniform() * Double(horizon)), random.uniform() * 3)
            let count = EventCount(probability: random.uniform())
            events.add(bars: bars, events: count, shortfall: owed)
            share += count.value / Double(200_000 - bars)
            shortfall += owed / Double(200_000 - bars)
        }
        #expect(abs(exposure.rawShare(events) / share - 1) < 1e-6, "seed \(seed)")
        #expect(abs(exposure.shortfall(events) / shortfall - 1) < 1e-6, "seed \(seed)")
    }

    /// The quantile of times against a list in order, each weighed by who was watched as long; without a cut against the plain list.
    @Test(arguments: 0..<40)
    func quantilesWeighByWhoWasWatched(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("time quantiles")
        func below(_ limit: Int) -> Int { Int(random.uniform() * Double(limit)) }
        // Up to 127 bars every number has a bin of its own.
        let (entries, horizon) = (400, 100)
        let watched = (0..<entries).map { _ in seed % 4 > 0 && random.uniform() < 0.6 ? below(horizon) : .max }
        var (cut, times) = (WatchTimes(), DurationHistogram(unit: .minutes(1)))
        for bars in watched where bars < .max { cut.add(bars: bars) }
        let events = watched.filter { _ in random.uniform() < 0.5 }
            .map { below(min(horizon, $0 == .max ? horizon : $0 + 1)) }.sorted()
        for bars in events { times.add(bars: bars) }
        let weights = events.map { bars in 1 / Double(watched.filter { $0 >= bars }.count) }
        let exposure = Exposure(entries: entries, cut: cut)
        for q in [0.01, 0.25, 0.5, 0.9, 0.99, 1] {
            let wanted = q * weights.reduce(0, +) - 1e-9
            var sum = 0.0
            let plain = events.indices.first { place in
                sum += weights[place]
                return sum >= wanted
            }
            #expect(exposure.quantile(q, of: times) == plain.map { .minutes(Int64(events[$0])) }, "seed \(seed), \(q)")
            if seed % 4 == 0 { #expect(exposure.quantile(q, of: times) == times.quantile(q), "seed \(seed), \(q)") }
        }
        #expect(exposure.quantile(0.5, of: DurationHistogram(unit: .minutes(1))) == nil)
    }

    /// Four are liquidated after 1, 1, 1 and 9 bars; of ten that were watched 9 bars one was, of a hundred that were watched 1 bar three: three
    /// hundredths come early and ten late.
    @Test func lateTimesOfFewWatchedWeighMore() {
        var (cut, times) = (WatchTimes(), DurationHistogram(unit: .minutes(1)))
        cut.add(bars: 5, count: 90)
        for bars in [1, 1, 1, 9] { times.add(bars: bars) }
        #expect(times.quantile(0.5) == .minutes(1))
        #expect(Exposure(entries: 100, cut: cut).quantile(0.5, of: times) == .minutes(9))
    }

    /// Against sums of 128 bits by node: few and many, small and larger than 64 bits hold, from the first bar on and from later.
    @Test(arguments: 0..<40)
    func sumsAreThoseOfWholeNumbers(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("whole")
        let size = pow(10, 12 * random.uniform() - 4)
        let first = Int(random.uniform() * 3_000)
        var parts = [TimedEvents(roomFrom: first), TimedEvents(roomFrom: first), TimedEvents()]
        var (plain, atHorizon) = ([Int: TimedEvents.Sum](), TimedEvents.Sum())
        for _ in 0..<600 {
            let bars = random.uniform() < 0.1 ? nil : max(0, first - 3) + Int(random.uniform() * 4_000)
            let (events, owed) = (EventCount(probability: random.uniform()), size * (random.uniform() - 0.1))
            parts[Int(random.next() % 3)].add(bars: bars, events: events, shortfall: owed)
            var one = TimedEvents()
            one.add(bars: bars, events: events, shortfall: owed)
            for (node, sum) in one.nodes.enumerated() { plain[node, default: TimedEvents.Sum()] += sum }
            atHorizon += one.atHorizon
        }
        var whole = TimedEvents()
        for part in parts { whole.merge(part) }
        #expect(whole.atHorizon == atHorizon, "seed \(seed)")
        for (node, sum) in whole.nodes.enumerated() {
            #expect(sum == plain[node] ?? TimedEvents.Sum(), "seed \(seed), node \(node)")
        }
        #expect(whole == TimedEvents(nodes: whole.nodes, atHorizon: whole.atHorizon), "seed \(seed)")
        #expect(plain.allSatisfy { $0.key < whole.nodeCount || $0.value == TimedEvents.Sum() }, "seed \(seed)")
    }

    /// A record from elsewhere may hold whatever fits.
    @Test func anyNumberIsKept() {
        let ends: [Int128] = [.max, .min, .max - 1, Int128(Int64.max) + 1, Int128(Int64.min) - 1, -1]
        let nodes = ends.map { TimedEvents.Sum(events: .one, shortfall: $0) }
        #expect(TimedEvents(nodes: nodes, atHorizon: TimedEvents.Sum()).nodes == nodes)
    }

    /// Every order of adding and merging gives the same bits, and nothing is lost.
    @Test func eventsAddUpInAnyOrder() {
        var random = SeededGenerator(seed: 7).stream("order")
        let drawn = (0..<500).map { _ in
            (Int(random.uniform() * 100_000), EventCount(probability: random.uniform()), 1e4 * random.uniform())
        }
        func sum(_ list: [(Int, EventCount, Double)]) -> TimedEvents {
            list.reduce(into: TimedEvents()) { $0.add(bars: $1.0, events: $1.1, shortfall: $1.2) }
        }
        var halves = sum(Array(drawn[250...]))
        halves.merge(sum(Array(drawn[..<250])))
        #expect(sum(drawn) == sum(drawn.reversed()) && sum(drawn) == halves)
        #expect(halves.total == drawn.reduce(EventCount.zero) { $0 + $1.1 })
        for node in [0, 1, 511, 512, 513, 767, 768, 5_000] {
            let bars = TimedEvents.bars(ofNode: node)
            var one = TimedEvents()
            one.add(bars: bars, events: .one, shortfall: nil)
            #expect(one.nodes.firstIndex { $0.events == .one } == node)
        }
    }
}
