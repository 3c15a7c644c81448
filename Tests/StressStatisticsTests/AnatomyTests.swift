#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import Testing

@testable import StressStatistics

private let hour: Int64 = 3_600_000

private func entry(
    _ bar: Int, exitAfter hours: Int64 = 5, negative: Bool = false, equity: Double? = nil, liquidated: Bool? = nil
) -> HeldEntry {
    HeldEntry(
        bar: Int32(bar), block: Int32(bar / 24), time: Int64(bar) * hour, exitTime: (Int64(bar) + hours) * hour,
        isLiquidated: liquidated ?? negative, isNegative: negative, equity: equity ?? (negative ? -0.5 : 1))
}

@Suite struct EpisodeTests {
    @Test func entriesThatFallTogetherAreOneEpisode() throws {
        // Three entries fall in the same hour, though made on different days; one a week later.
        let entries = [
            entry(0, exitAfter: 50, negative: true, equity: -0.2), entry(10),
            entry(30, exitAfter: 20, negative: true, equity: -0.9),
            entry(49, exitAfter: 1, negative: true, equity: -0.4),
            entry(200, exitAfter: 3, negative: true, equity: -0.1),
        ]
        let episodes = Episodes(entries, separation: .days(1))
        #expect(episodes.all.map(\.entries) == [3, 1])
        let first = episodes.all[0]
        #expect(first.first.milliseconds == 50 * hour && first.last.milliseconds == 50 * hour)
        #expect(first.firstEntry.milliseconds == 0 && first.lastEntry.milliseconds == 49 * hour)
        #expect(first.worstBar == 30 && first.worstShortfall == 0.9)
        #expect(abs(try #require(first.meanShortfall) - 0.5) < 1e-12)
        #expect(try #require(episodes.fewestHolding(0.7)) == (1, 0.75))
        #expect(try #require(episodes.fewestHolding(0.8)) == (2, 1))
        #expect(
            episodes.isInLargest(entries[2]) && !episodes.isInLargest(entries[4]) && !episodes.isInLargest(entries[1]))
    }

    @Test func aLawMakesDepthsAverages() {
        let certain = entry(0, negative: true, equity: -0.2)
        let half = HeldEntry(
            bar: 1, block: 0, time: hour, exitTime: 6 * hour, isLiquidated: true,
            negative: EventCount(units: EventCount.one.units / 2), shortfall: 0.2, equity: 0.1)
        #expect(!Episodes([certain], separation: .days(1)).haveLaws)
        let both = Episodes([certain, half], separation: .days(1))
        #expect(both.haveLaws && both.all[0].worstShortfall == 0.4 && both.all[0].entries == 1.5)
    }

    /// However the pause is chosen, every entry below zero is in one episode, and pauses within are no longer than it.
    @Test(arguments: 0..<40)
    func episodesPartitionTheEntries(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let entries = (0..<300).map { bar in
            entry(
                bar, exitAfter: Int64(1 + random.next() % 60), negative: random.uniform() < 0.1,
                equity: -random.uniform())
        }
        let separation = TimeSpan.hours(Int64(1 + random.next() % 40))
        let episodes = Episodes(entries, separation: separation)
        let negative = entries.filter(\.isNegative)
        #expect(episodes.total == Double(negative.count))
        for (before, after) in zip(episodes.all, episodes.all.dropFirst()) {
            #expect((after.first - before.last) > separation, "seed \(seed)")
        }
        for episode in episodes.all {
            let exits = negative.map(\.exitTime).filter {
                $0 >= episode.first.milliseconds && $0 <= episode.last.milliseconds
            }.sorted()
            #expect(Double(exits.count) == episode.entries && exits.count == episode.possible)
            #expect(zip(exits, exits.dropFirst()).allSatisfy { $1 - $0 <= separation.milliseconds })
        }
    }

    @Test func unboundedShortfallsHaveNoMean() {
        let episodes = Episodes([entry(1, negative: true, equity: -.infinity)], separation: .days(1))
        #expect(episodes.all[0].worstShortfall == .infinity && episodes.all[0].meanShortfall == nil)
        #expect(Episodes([], separation: .days(1)).fewestHolding(0.5) == nil)
    }
}

@Suite struct MarketConditionTests {
    /// The plain version: sort what was seen so far, at every bar.
    @Test(arguments: 0..<6)
    func thirdsAreRanksAmongThePast(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let times = (0..<160).map { Int64($0) * 24 * hour }
        var closes = [100.0]
        for day in 1..<160 {
            closes.append(closes[day - 1] * exp(0.1 * (random.uniform() - 0.5) * (day % 40 < 20 ? 1 : 3)))
        }
        let conditions = MarketConditions(times: times, closes: closes)
        var past: [Double] = []
        for day in 0..<160 {
            let first = max(0, day - 30)
            let returns = (first...day).compactMap { $0 > 0 ? log(closes[$0] / closes[$0 - 1]) : nil }
            guard returns.count >= 20 else {
                #expect(conditions.volatilityThird[day] == nil)
                continue
            }
            let mean = returns.reduce(0, +) / Double(returns.count)
            let value = (returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count)).squareRoot()
            let below = past.count { $0 < value }
            let expected = day >= 90 ? min(2, 3 * below / past.count) : nil
            #expect(conditions.volatilityThird[day].map(Int.init) == expected, "seed \(seed), day \(day)")
            past.append(value)
            let trend = day > 30 ? closes[day] >= closes[day - 31] : nil
            #expect(conditions.isRising[day] == trend)
        }
    }

    /// Nothing that comes later changes what was known: a longer history has the same beginning.
    @Test func conditionsKnowNoFuture() {
        var random = SeededGenerator(seed: 8)
        let times = (0..<3000).map { Int64($0) * hour }
        var closes = [50.0]
        for bar in 1..<3000 { closes.append(closes[bar - 1] * (1 + 0.02 * (random.uniform() - 0.5))) }
        let whole = MarketConditions(times: times, closes: closes)
        let part = MarketConditions(times: Array(times[..<2400]), closes: Array(closes[..<2400]))
        #expect(Array(whole.volatilityThird[..<2400]) == part.volatilityThird)
        #expect(Array(whole.isRising[..<2400]) == part.isRising)
        #expect(Set(whole.volatilityThird.compactMap { $0 }).isSubset(of: [0, 1, 2]))
    }
}

@Suite struct CellAnatomyTests {
    private func made(seed: UInt64, bars: Int = 24 * 400) -> (entries: [HeldEntry], anatomy: CellAnatomy) {
        var random = SeededGenerator(seed: seed)
        var left = 0
        var closes = [100.0]
        let entries = (0..<bars).map { bar -> HeldEntry in
            if left == 0, random.uniform() < 0.001 { left = 40 }
            left = max(0, left - 1)
            closes.append(closes[bar] * (1 + 0.01 * (random.uniform() - 0.5)))
            return entry(
                bar, exitAfter: 1 + Int64(random.next() % 168), negative: left > 0,
                liquidated: left > 0 || random.uniform() < 0.3)
        }
        let times = (0..<bars).map { Int64($0) * hour }
        let context = CellAnatomy.Context(
            horizon: .days(7), barLength: .hours(1), blocks: bars / 24, meanLength: 10,
            rules: ResamplingRules(resamples: 300))
        let conditions = MarketConditions(times: times, closes: Array(closes[..<bars]))
        return (entries, CellAnatomy(entries: entries, market: conditions, context: context))
    }

    /// Every way to sort the entries sorts all of them once.
    @Test(arguments: 0..<4)
    func partsSumToTheWhole(seed: UInt64) throws {
        let (entries, anatomy) = made(seed: seed)
        let negative = Double(entries.count { $0.isNegative })
        #expect(anatomy.entries == entries.count && anatomy.episodes.total == negative)
        #expect(anatomy.months.reduce(0) { $0 + $1.counts.entries } == entries.count)
        #expect(anatomy.months.reduce(0) { $0 + $1.counts.negative } == negative)
        #expect(anatomy.years.reduce(0) { $0 + $1.counts.entries } == entries.count)
        for condition in [EntryCondition.hour, .weekday, .half] {
            let groups = anatomy.conditions.filter { $0.condition == condition }
            #expect(groups.map(\.value) == condition.values)
            #expect(groups.reduce(0) { $0 + $1.counts.entries } == entries.count)
            #expect(groups.reduce(0) { $0 + $1.counts.negative } == negative)
        }
        let whole = try #require(anatomy.whole)
        #expect(whole.frequency == negative / Double(entries.count))
        let largest = try #require(anatomy.episodes.largestFirst.first).entries
        let without = (negative - largest) / (Double(entries.count) - largest)
        #expect(try #require(anatomy.withoutLargest).frequency == without)
    }

    @Test func liquidationCurvesRise() throws {
        let (entries, anatomy) = made(seed: 3)
        let curve = anatomy.liquidation
        #expect(curve.count > 8 && curve.count <= 18)
        #expect(curve.first?.elapsed == .hours(1) && curve.last?.elapsed == .days(7))
        for (before, after) in zip(curve, curve.dropFirst()) {
            #expect(before.elapsed < after.elapsed && before.liquidated <= after.liquidated)
        }
        #expect(try #require(curve.last).liquidated == entries.count { $0.isLiquidated })
    }

    // MARK: One pass against many

    /// Entries of all kinds, some of which were cut or stand for more than themselves.
    private func mixed(seed: UInt64, bars: Int) -> [HeldEntry] {
        var random = SeededGenerator(seed: seed).stream("mixed")
        return (0..<bars).compactMap { bar in
            guard random.uniform() < 0.9 else { return nil }
            let isNegative = random.uniform() < 0.05
            let exit = Int64(bar) + 1 + Int64(random.next() % 168)
            return HeldEntry(
                bar: Int32(bar), block: Int32(bar / 24), time: Int64(bar) * hour, exitTime: exit * hour,
                isLiquidated: isNegative || random.uniform() < 0.4,
                negative: isNegative ? EventCount(probability: 0.1 + 0.9 * random.uniform()) : .zero,
                shortfall: isNegative ? random.uniform() : 0, equity: random.uniform(),
                cutTime: random.uniform() < 0.3 ? (exit + Int64(random.next() % 3)) * hour : nil,
                weight: random.uniform() < 0.5 ? 1 + random.uniform() : 1)
        }
    }

    /// Entries kept as columns are those that were put in, by parts or at once, and are taken apart alike.
    @Test(arguments: 0..<4)
    func keptEntriesAreTheSame(seed: UInt64) {
        let bars = 24 * 100
        let entries = mixed(seed: seed, bars: bars)
        let times = (0..<Int64(bars) + 200).map { $0 * hour }
        let parts = [entries[..<700], entries[700..<700], entries[700...]].map { part in
            part.reduce(into: HeldEntries(times: times)) { kept, entry in
                kept.append(entry, exitBar: Int(entry.exitTime / hour), cutBar: entry.cutTime.map { Int($0 / hour) })
            }
        }
        var kept = HeldEntries.joined(parts)
        #expect(Array(kept) == entries, "seed \(seed)")
        let context = CellAnatomy.Context(
            horizon: .days(7), barLength: .hours(1), blocks: bars / 24, meanLength: 5,
            rules: ResamplingRules(resamples: 100))
        let market = MarketConditions(times: times, closes: times.map { _ in 1 })
        #expect(
            CellAnatomy(entries: kept, market: market, context: context)
                == CellAnatomy(entries: entries, market: market, context: context), "seed \(seed)")
        for place in [0, 700, kept.count - 1] { kept.weigh(place, 3) }
        #expect(kept.map(\.weight).enumerated().allSatisfy { [0, 700, kept.count - 1].contains($0) == ($1 == 3) })
        #expect(kept.map(\.equity) == entries.map(\.equity))
    }

    /// The plain version: a group as a history of its own, each event over how many of its entries were watched as long. Nil without a whole
    /// window.
    private func plain(_ entries: [HeldEntry], _ context: CellAnatomy.Context) -> FrequencyInference? {
        let watched = entries.map { entry in entry.cutTime.map { $0 - entry.time } ?? .max }
        func weight(_ entry: HeldEntry) -> Double {
            let after = entry.isAtHorizon ? Int64.max : entry.exitTime - entry.time
            return 1 / Double(watched.count { $0 >= after })
        }
        let share = min(1, entries.reduce(0) { $0 + ($1.isNegative ? $1.negative.value * weight($1) : 0) })
        let seen = entries.reduce(0) { $0 + $1.negative.value }
        let mean = seen > 0 ? share * Double(entries.count) / seen : 1
        return plain(entries, context, windowsOf: { $0.cutTime == nil }) { $0.negative.value * mean }
    }

    private func plain(
        _ entries: [HeldEntry], _ context: CellAnatomy.Context, windowsOf isCounted: (HeldEntry) -> Bool,
        events: (HeldEntry) -> Double
    ) -> FrequencyInference? {
        var share = BlockShare(
            events: Array(repeating: 0, count: context.blocks), entries: Array(repeating: 0, count: context.blocks))
        var (windows, free) = (0, Int64.min)
        for entry in entries {
            share.entries[Int(entry.block)] += 1
            share.events[Int(entry.block)] += events(entry)
            guard entry.time >= free, isCounted(entry) else { continue }
            windows += 1
            free = entry.time + context.horizon.milliseconds
        }
        return context.inference(share, disjointWindows: windows)
    }

    /// But for the order of adding.
    private func isClose(_ a: FrequencyInference?, _ b: FrequencyInference?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(1e-3, abs(a), abs(b)) }
        return isClose(a.frequency, b.frequency) && isClose(a.bounds.low, b.bounds.low)
            && isClose(a.bounds.high, b.bounds.high) && isClose(a.standardError, b.standardError)
    }

    /// Whether a share is one, and inside its interval.
    private func isShare(_ found: FrequencyInference?) -> Bool {
        guard let found else { return true }
        let (share, interval) = (found.frequency, found.interval)
        return 0 <= interval.low && interval.low <= share && share <= interval.high && interval.high <= 1
    }

    @Test(arguments: 0..<6)
    func onePassSaysWhatEachGroupDoes(seed: UInt64) {
        let bars = 24 * 200
        let entries = mixed(seed: seed, bars: bars)
        var random = SeededGenerator(seed: seed).stream("closes")
        let market = MarketConditions(
            times: (0..<bars).map { Int64($0) * hour }, closes: (0..<bars).map { _ in 90 + 20 * random.uniform() })
        let context = CellAnatomy.Context(
            horizon: .days(7), barLength: .hours(1), blocks: bars / 24, meanLength: 10,
            rules: ResamplingRules(resamples: 300))
        let anatomy = CellAnatomy(entries: entries, market: market, context: context)
        expectGroups(anatomy, entries, market, context, "seed \(seed)")
        for point in anatomy.liquidation {
            func isWithin(_ entry: HeldEntry) -> Bool {
                entry.isLiquidated && entry.exitTime - entry.time <= point.elapsed.milliseconds
            }
            #expect(point.liquidated == entries.count(where: isWithin))
            let wanted = plain(entries, context, windowsOf: { _ in true }) { isWithin($0) ? $0.weight : 0 }
            #expect(point.inference == wanted, "\(point.elapsed)")
        }
        #expect(anatomy.months.count == 7 && anatomy.conditions.count == 38)
    }

    /// Whatever a short history is, and however many of its windows are cut: every group is a history of its own entries, and every share
    /// of every table is one and lies in its interval.
    @Test(arguments: 0..<60)
    func groupsOfShortHistoriesAreHistories(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("short")
        let (bars, horizon) = (24 + Int(random.next() % 400), 2 + Int64(random.next() % 200))
        let entries = short(bars: bars, horizon: horizon, &random)
        let market = MarketConditions(
            times: (0..<bars).map { Int64($0) * hour }, closes: (0..<bars).map { _ in 90 + 20 * random.uniform() })
        let context = CellAnatomy.Context(
            horizon: .hours(horizon), barLength: .hours(1), blocks: bars / 24 + 1,
            meanLength: max(1, Double(horizon) / 24), rules: ResamplingRules(resamples: 300))
        let anatomy = CellAnatomy(entries: entries, market: market, context: context)
        expectGroups(anatomy, entries, market, context, "seed \(seed)")
        // The curve ends where nobody was watched any longer.
        let longest = entries.map { entry in entry.cutTime.map { $0 - entry.time } ?? horizon * hour }.max()
        #expect(anatomy.liquidation.last?.elapsed.milliseconds == longest, "seed \(seed)")
        let found = [anatomy.whole, anatomy.withoutLargest] + anatomy.conditions.map(\.inference)
        #expect((found + anatomy.liquidation.map(\.inference)).allSatisfy(isShare), "seed \(seed)")
        #expect(
            (anatomy.months.map(\.frequency) + anatomy.years.map(\.frequency)).allSatisfy { (0...1).contains($0 ?? 0) })
    }

    /// A history that ends, and breaks off once, in a market where most are liquidated.
    private func short(bars: Int, horizon: Int64, _ random: inout SeededGenerator) -> [HeldEntry] {
        let (broken, risk) = (Int64(random.next() % UInt64(bars)), random.uniform() * random.uniform())
        return (0..<Int64(bars - 1)).compactMap { bar in
            let end = bar < broken ? broken : Int64(bars) - 1
            guard end > bar else { return nil }
            let last = min(bar + horizon, end)
            let due = (bar + 1...last).first { _ in random.uniform() < risk }
            let isNegative = due != nil && random.uniform() < 0.8
            return HeldEntry(
                bar: Int32(bar), block: Int32(bar / 24), time: bar * hour, exitTime: (due ?? last) * hour,
                isLiquidated: due != nil,
                negative: isNegative ? EventCount(probability: 0.5 + 0.5 * random.uniform()) : .zero,
                shortfall: isNegative ? random.uniform() : 0, equity: random.uniform(),
                cutTime: bar + horizon > end ? end * hour : nil, isAtHorizon: due == nil,
                weight: due == nil ? 1 : 1 + 3 * random.uniform())
        }
    }

    private func expectGroups(
        _ anatomy: CellAnatomy, _ entries: [HeldEntry], _ market: MarketConditions, _ context: CellAnatomy.Context,
        _ name: Comment
    ) {
        #expect(isClose(anatomy.whole, plain(entries, context)), name)
        let rest = entries.filter { !anatomy.episodes.isInLargest($0) }
        let without = anatomy.episodes.all.isEmpty ? nil : plain(rest, context)
        #expect(isClose(anatomy.withoutLargest, without), name)
        expectCounts(anatomy.outsideLargest, rest, name)
        let middle = entries[0].time + (entries[entries.count - 1].time - entries[0].time) / 2
        for group in anatomy.conditions {
            let place = group.condition.values.firstIndex(of: group.value)
            let held = entries.filter { group.condition.group(of: $0, market: market, middle: middle) == place }
            #expect(isClose(group.inference, plain(held, context)), name)
            expectCounts(group.counts, held, name)
        }
        for month in anatomy.months {
            let held = entries.filter {
                let date = UTCInstant(milliseconds: $0.time).civil
                return date.year == month.year && date.month == month.month
            }
            expectCounts(month.counts, held, name)
            #expect(abs((month.frequency ?? -1) - (plain(held, context)?.frequency ?? -1)) < 1e-9, name)
        }
        for year in anatomy.years {
            let held = entries.filter { UTCInstant(milliseconds: $0.time).civil.year == year.year }
            expectCounts(year.counts, held, name)
            #expect(abs((year.frequency ?? -1) - (plain(held, context)?.frequency ?? -1)) < 1e-9, name)
        }
    }

    private func expectCounts(_ counts: EntryCounts, _ entries: [HeldEntry], _ name: Comment) {
        let whole = entries.filter { $0.cutTime == nil }
        #expect(counts.entries == whole.count && counts.watched == entries.count, name)
        #expect(counts.liquidated == whole.count { $0.isLiquidated }, name)
        #expect(counts.liquidated + counts.cutLiquidated == entries.count { $0.isLiquidated }, name)
        #expect(abs(counts.negative - whole.reduce(0) { $0 + $1.negative.value }) < 1e-9, name)
        #expect(abs(counts.negativeSeen - entries.reduce(0) { $0 + $1.negative.value }) < 1e-9, name)
    }

    @Test func hoursAndWeekdaysAreUTC() {
        // 2021-05-19 13:00 was a Wednesday.
        let time = CivilTime(year: 2021, month: 5, day: 19, hour: 13).instant!.milliseconds
        let one = HeldEntry(
            bar: 0, block: 0, time: time, exitTime: time, isLiquidated: false, isNegative: false, equity: 1)
        let conditions = MarketConditions(times: [time], closes: [1])
        #expect(EntryCondition.hour.group(of: one, market: conditions, middle: 0) == 13)
        #expect(EntryCondition.weekday.group(of: one, market: conditions, middle: 0) == 2)
        let old = HeldEntry(
            bar: 0, block: 0, time: -1, exitTime: 0, isLiquidated: false, isNegative: false, equity: 1)
        #expect(EntryCondition.hour.group(of: old, market: conditions, middle: 0) == 23)
        #expect(EntryCondition.weekday.group(of: old, market: conditions, middle: 0) == 2)
    }

    @Test func nothingHeldIsNothingSaid() {
        let context = CellAnatomy.Context(
            horizon: .days(7), barLength: .hours(1), blocks: 3, meanLength: 1, rules: ResamplingRules(resamples: 100))
        let none = CellAnatomy(entries: [], market: MarketConditions(times: [], closes: []), context: context)
        #expect(none.whole == nil && none.episodes.all.isEmpty && none.conditions.isEmpty && none.months.isEmpty)
    }
}
