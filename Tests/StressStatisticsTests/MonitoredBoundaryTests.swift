import CoverageSimulation
import StressBasics
import TestSupport
import Testing

@testable import StressStatistics

/// The boundary of limits that are looked at every night.
@Suite struct MonitoredBoundaryTests {
    /// 2.099 and 2.232 are the roots that scipy's brentq finds of the same equation; integrating the transition density night by night gave
    /// 0.0387 and 0.0462 as the exact chances of 365 looks.
    @Test(arguments: [(5.0, 0.05, 2.099), (2, 0.05, 2.232), (10, 0.05, 2.063), (3, 0.0025, 3.245)])
    func boundariesAreThoseOfTheEquation(years: Double, falseAlarm: Double, wanted: Double) {
        let found = MonitoredBoundary(falseAlarm: falseAlarm, days: years * 365, firstDays: 7)
        #expect(abs(found.standardErrors - wanted) < 6e-4, "\(found.standardErrors)")
    }

    /// The roots that scipy finds of the same chance of a window that rolls, by its own quadrature and normal law.
    @Test(arguments: [
        (90.0, 0.05, 3.0702), (180, 0.05, 2.8205), (365, 0.05, 2.5514), (730, 0.05, 2.3324), (1825, 0.05, 2.1053),
        (3650, 0.05, 1.9795), (730, 0.0025, 3.4311),
    ])
    func windowsAreThoseOfSlepian(days: Double, falseAlarm: Double, wanted: Double) {
        let window = RollingWindow(lengths: 365 / days)
        #expect(window.chance(wanted - 1e-4) > falseAlarm && window.chance(wanted + 1e-4) < falseAlarm)
        let found = MonitoredBoundary(falseAlarm: falseAlarm, days: days, firstDays: 7, rolls: true).standardErrors
        let growing = MonitoredBoundary(falseAlarm: falseAlarm, days: days, firstDays: 7).standardErrors
        #expect(abs(found - max(wanted, growing)) < 2e-4, "\(found)")
    }

    /// Gaussian means of windows of fixed length, a night's step each, for a year at a truth exactly at the limit: alarms by the boundary
    /// of a window that rolls, and by that of a history that grows, which is too near for windows of a quarter.
    @Test(arguments: [90, 365, 730]) func aRollingGaussianYearHasNoMoreAlarmsThanSaid(days: Int) {
        var normal = NormalStream(seed: 23)
        let rolling = MonitoredBoundary(falseAlarm: 0.05, days: Double(days), firstDays: 7, rolls: true).standardErrors
        var alarms = 0
        let years = 6000
        for _ in 0..<years {
            let moves = (0..<days + 365).map { _ in normal.next() }
            var sum = moves[..<days].reduce(0, +)
            var largest = sum
            for night in 0..<365 {
                sum += moves[days + night] - moves[night]
                largest = max(largest, sum)
            }
            if largest / Double(days).squareRoot() > rolling { alarms += 1 }
        }
        let share = Double(alarms) / Double(years)
        print("rolling window of \(days) days, seed 23: alarms in \(share) of \(years) years")
        #expect(share <= 0.053 && share > 0.02, "\(share)")
    }

    /// Farther for shorter histories and for rarer alarms; never nearer than a single look from one side.
    @Test func boundariesAreInOrder() {
        for falseAlarm in [0.2, 0.05, 0.01, 1e-4] {
            let single = normalQuantile(twoSided: 1 - 2 * falseAlarm)
            var before = Double.infinity
            for days in [1.0, 8, 30, 200, 364, 366, 700, 1500, 4000, 20000] {
                let c = MonitoredBoundary(falseAlarm: falseAlarm, days: days, firstDays: 7).standardErrors
                #expect(c > single && c <= 40, "\(falseAlarm) \(days)")
                if days >= 400 { #expect(c < before) }
                if days >= 366 { before = c }
            }
        }
    }

    /// Widening to the interval's own level changes nothing; where nothing was seen it is the exact end of the level.
    @Test func intervalsAreWidened() {
        let z = normalQuantile(twoSided: 0.95)
        let own = Interval(low: 0.01, high: 0.06)
        let same = own.widened(around: 0.03, from: 0.95, to: z)
        #expect(same == own)
        let wide = own.widened(around: 0.03, from: 0.95, to: 3)
        #expect(wide.low < 0.01 && wide.high > 0.06)
        let zero = Interval(low: 0, high: zeroCountBound(trials: 50, confidence: 0.95))
        let wider = zero.widened(around: 0, from: 0.95, to: normalQuantile(twoSided: 0.99))
        #expect(wider.low == 0 && abs(wider.high - zeroCountBound(trials: 50, confidence: 0.99)) < 1e-12)
        let all = Interval(low: 1 - zero.high, high: 1).widened(
            around: 1, from: 0.95, to: normalQuantile(twoSided: 0.99))
        #expect(all.high == 1 && abs(1 - all.low - wider.high) < 1e-12)
    }

    /// Shares of 10, 3 and 1 % of one history at once, each in its own interval widened to the standard errors that hold all: histories in which
    /// every one holds its truth, seeds 1 to 300, beside those in which every own interval does.
    @Test(arguments: [ReturnProcess.independent, .garchJumps, .regimes])
    func manyFiguresAreHeldTogether(process: ReturnProcess) {
        let study = CoverageStudy(
            process, horizonDays: 2, days: 5 * 365, frequencies: [0.1, 0.03, 0.01], longRun: 2_000_000)
        var (together, apart) = (0, 0)
        for seed in 1...300 {
            let history = study.history(seed: seed)
            guard
                let panel = HorizonPanel(
                    columns: history.columns, horizonBlocks: 2, disjointWindows: 5 * 365 / 2,
                    rules: ResamplingRules(resamples: 500), name: "limits \(seed)", memory: history.memory),
                let band = panel.band([0, 1, 2])
            else { continue }
            let found = panel.shares.compactMap { panel.inference($0) }
            func all(_ ends: (FrequencyInference) -> Interval) -> Bool {
                zip(found, study.levels).allSatisfy { ends($0).low <= $1.truth && $1.truth <= ends($0).high }
            }
            apart += all(\.bounds) ? 1 : 0
            together +=
                all { $0.bounds.widened(around: $0.frequency, from: 0.95, to: band.criticalValue) } ? 1 : 0
        }
        print("held at once, \(process.rawValue), seeds 1 to 300: own \(apart), together \(together)")
        #expect(together >= apart && Double(together) / 300 >= 0.93)
    }

    /// A Gaussian mean that grows by a day each night: `W(t)/√t` from 2 to 3 years.
    @Test func aGaussianYearHasNoMoreAlarmsThanSaid() {
        var (normal, alarms) = (NormalStream(seed: 17), 0)
        let years = 20_000
        let boundaries = (730...1095).map {
            MonitoredBoundary(falseAlarm: 0.05, days: Double($0), firstDays: 7).standardErrors
        }
        for _ in 0..<years {
            var sum = 730.0.squareRoot() * normal.next()
            for (night, boundary) in boundaries.enumerated() {
                if night > 0 { sum += normal.next() }
                if sum / Double(730 + night).squareRoot() > boundary {
                    alarms += 1
                    break
                }
            }
        }
        let share = Double(alarms) / Double(years)
        print("monitored Gaussian year, seed 17: alarms in \(share) of \(years) years at a truth exactly at the limit")
        #expect(share <= 0.05 && share > 0.03, "\(share)")
    }

    /// The program's own intervals of invented histories of two or five years and one more, the seeds of each from 1. With the limit
    /// exactly at the truth every night, and at 1.25 times it every week.
    @Test(arguments: [
        (ReturnProcess.independent, 2), (.garchJumps, 2), (.garchJumps, 5), (.regimes, 2), (.regimes, 5),
    ])
    func aYearOfNightsHasNoMoreAlarmsThanSaid(process: ReturnProcess, before: Int) async {
        let study = CoverageStudy(
            process, horizonDays: 2, days: (before + 1) * 365, frequencies: [0.02], longRun: 2_000_000)
        let years = 240
        for (factor, every) in [(1.0, 1), (1.25, 7)] {
            let looks = NightlyLooks(study, level: 0, factor: factor, every: every)
            var counts: [NightlyLooks.Rule: Int] = [:]
            await withTaskGroup(of: Set<NightlyLooks.Rule>.self) { group in
                for seed in 1...years { group.addTask { looks.alarms(seed: seed) } }
                for await found in group { for rule in found { counts[rule, default: 0] += 1 } }
            }
            let words = NightlyLooks.Rule.allCases.map {
                "\($0.rawValue) \(fixedText(Double(counts[$0] ?? 0) / Double(years) * 100, decimals: 1)) %"
            }
            print(
                "years with a breach, \(process.rawValue), \(before) years before, limit \(factor) × truth, "
                    + "every \(every) nights, seeds 1 to \(years): \(words.joined(separator: ", "))")
            #expect(Double(counts[.monitored] ?? 0) <= 0.05 * Double(years))
            #expect((counts[.value] ?? 0) > (counts[.monitored] ?? 0))
        }
    }
}
