import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// What changed since an earlier run, and how the front page says it.
@Suite struct ChangesTests {
    private static let names = ["AAA", "BBB", "CCC", "DDD"]
    private static let limits = [
        StudyLimit(cells: CellSelector(leverage: Leverage(20)), measure: .negativeEquity, max: 0.05)
    ]

    private static func report(_ names: [String] = names, negative: Int = 1872) throws -> RunReport {
        try makeReport(assets: names, leverages: [1, 5, 20], horizons: [.days(7)], limits: limits) { cell in
            makeEstimate(negative: cell.asset == "BBB" ? 9 * negative : negative)
        }
    }

    /// `report` as the history keeps it, a day before.
    private static func record(of report: RunReport) -> RunRecord {
        let run = StoredRun(
            folder: "nightly/x", runID: "0123456789ab", study: report.study.name,
            studyDigest: report.studyDigest.hex, version: report.version, command: "belowzero run",
            started: UTCInstant(milliseconds: report.circumstances.started.milliseconds - 86_400_000),
            duration: .seconds(3), status: .ok, exitCode: 0,
            confidence: 0.95)
        let headlines = report.pageHeadlines.map { row in
            StoredHeadline(
                cell: row.cell.key, isStudyHeadline: false, status: row.estimate.status.rawValue, entries: 9,
                effectiveEntries: 9, shares: row.estimate.exit.frequency.map { [.negativeEquity: $0] } ?? [:],
                interval: row.estimate.exit.interval?.ends)
        }
        let limits = report.limits.map { check in
            StoredLimit(
                asset: check.asset, cell: check.cell?.key, measure: check.limit.measure.rawValue,
                form: check.limit.form.name, bound: check.limit.bound.rawValue, threshold: check.threshold,
                value: check.value, interval: check.interval, status: check.outcome.rawValue)
        }
        return RunRecord(
            run: run, jobs: report.assets.map { StoredJob(asset: $0.asset, first: $0.first, bars: $0.bars) },
            inputs: report.assets.flatMap { asset in
                asset.files.map {
                    StoredInput(
                        asset: asset.asset, file: $0.name, bytes: $0.bytes, rows: $0.rows, digest: $0.digest.hex,
                        format: "f")
                }
            }, headlines: headlines, limits: limits)
    }

    /// One of every kind of change.
    static func changed() throws -> RunReport {
        var before = record(of: try report(["AAA", "BBB", "CCC", "EEE"]))
        before.run.studyDigest = "x"
        before.run.version = "0.0.9"
        var report = try report(negative: 2100)
        // BBB jumps; CCC fails; DDD is new; EEE is gone; AAA has other bars.
        for place in before.headlines.indices where before.headlines[place].cell.asset == "BBB" {
            before.headlines[place].shares = [.negativeEquity: 0.0113]
            before.headlines[place].interval = Interval(low: 0.0071, high: 0.0177)
        }
        for place in before.limits.indices { before.limits[place].status = "met" }
        before.inputs[0].digest = "0"
        before.jobs[1].bars = report.assets[1].bars - 37
        report.failures = [
            JobFailure(asset: "CCC", stage: .reading, reason: .badData, message: "cannot read c.csv", exitCode: 65)
        ]
        report.assets.removeAll { $0.asset == "CCC" }
        report.addChanges(since: before)
        return report
    }

    /// More of one kind than a page lists.
    static func crowded() throws -> RunReport {
        let names = (1...53).map { "COIN\($0 * 7)" }
        var report = try report(names, negative: 5100)
        var before = record(of: report)
        for place in before.limits.indices { before.limits[place].status = "no_history" }
        for place in before.headlines.indices {
            before.headlines[place].interval = Interval(low: 0.001, high: 0.0019)
        }
        report.addChanges(since: before)
        return report
    }

    private func index(_ report: RunReport) throws -> String {
        let page = try #require(report.files().first { $0.path == "index.html" }).contents
        #expect(markupFault(in: page) == nil)
        return plainText(page)
    }

    /// A study with other limits asks for the figures that the earlier one asked for.
    @Test(arguments: [(true, "The study has other limits or another headline"), (false, "The study has another text")])
    func otherLimitsAreNoOtherFigures(isKnown: Bool, words: String) throws {
        var report = try ChangesTests.report()
        var before = ChangesTests.record(of: report)
        before.run.studyDigest = "x"
        before.run.figuresDigest = isKnown ? report.figuresDigest.hex : nil
        report.addChanges(since: before)
        #expect(report.changes?.isStudyChanged == true && report.changes?.asksForSameFigures == (isKnown ? true : nil))
        #expect(try index(report).contains(words))
    }

    /// Two limits that differ in their number alone are two: each verdict is compared with its own.
    @Test func limitsThatDifferInTheirNumberAreCompared() throws {
        var report = try ChangesTests.report()
        let check = try #require(report.limits.first { $0.cell != nil && $0.limit.form.name == "max" })
        func limit(_ number: Double, _ outcome: LimitCheck.Outcome) -> LimitCheck {
            var own = check
            own.limit.form = .max(number)
            (own.threshold, own.outcome) = (number, outcome)
            return own
        }
        report.limits = [limit(0.21, .met), limit(0.001, .breach)]
        let before = ChangesTests.record(of: report)
        report.addChanges(since: before)
        #expect(report.changes?.items.filter { $0.kind == .verdict } == [])
        report.limits[1].outcome = .met
        report.addChanges(since: before)
        let changed = try #require(report.changes).items.filter { $0.kind == .verdict }
        #expect(changed.map { [$0.before.status, $0.after.status] } == [["breach", "met"]])
        report.limits.reverse()
        report.addChanges(since: before)
        #expect(report.changes?.items.count { $0.kind == .verdict } == 1, "their order says nothing")
    }

    /// Two limits on the runs before, whose numbers follow those: told apart by their places.
    @Test func limitsOnTheRunsBeforeAreCompared() throws {
        var report = try ChangesTests.report()
        let check = try #require(report.limits.first { $0.cell != nil })
        report.limits = [LimitCheck.Outcome.met, .noHistory].map { outcome in
            var own = check
            own.limit.form = .drift(StudyLimit.Drift(change: outcome == .met ? .absolute(0.1) : .nightMoves(3)))
            (own.threshold, own.outcome) = (outcome == .met ? 0.1 : nil, outcome)
            return own
        }
        let before = ChangesTests.record(of: report)
        report.limits[1].threshold = 0.02
        report.addChanges(since: before)
        #expect(report.changes?.items.filter { $0.kind == .verdict } == [])
    }

    /// A window that moves on by a bar or a week with each run is not revised; one that loses its first bars is.
    @Test(arguments: [1, 168])
    func aWindowThatMovesOnIsNotRevised(bars: Int64) throws {
        var report = try ChangesTests.report(["AAA"])
        let bar = report.assets[0].barLength.milliseconds
        func moved(first: Int64, last: Int64, bars: Int) -> RunRecord {
            var record = ChangesTests.record(of: report)
            let asset = report.assets[0]
            record.jobs = [
                StoredJob(
                    asset: "AAA", first: UTCInstant(milliseconds: asset.first.milliseconds - first * bar),
                    last: UTCInstant(milliseconds: asset.last.milliseconds - last * bar), bars: asset.bars + bars,
                    barLength: asset.barLength)
            ]
            record.inputs[0].digest = "0"
            return record
        }
        report.addChanges(since: moved(first: bars, last: bars, bars: 0))
        #expect(report.changes?.items.map(\.kind) == [.rolled])
        #expect(try index(report).contains("1 price history moved on"))
        // The same span with bars that are missing.
        report.addChanges(since: moved(first: bars, last: bars, bars: 3))
        #expect(report.changes?.items.map(\.kind) == [.rolled])
        report.addChanges(since: moved(first: bars, last: 0, bars: Int(bars)))
        #expect(report.changes?.items.map(\.kind) == [.revised], "the first bars are gone, and nothing came")
        report.addChanges(since: moved(first: 10 * bars, last: bars, bars: Int(9 * bars)))
        #expect(report.changes?.items.map(\.kind) == [.revised], "most of what is gone is not made up for")
    }

    /// With fingerprints of both, bars that were restated are found beside new ones, in windows that moved on, and other bytes of a file
    /// with the same prices are no change.
    @Test func restatedBarsAreFoundBesideNewOnes() throws {
        func fingerprint(_ digits: String) -> HistoryFingerprint? {
            HistoryFingerprint(
                text: "2018-12-31 2026-01-01 2019-01:0123456789 2025-12-01:\(digits) 2025-12-02:0123456789")
        }
        var report = try ChangesTests.report(["AAA"])
        func changes(_ digits: String, bars: Int, rolled: Int64 = 0) throws -> ChangedItem? {
            report.assets[0].fingerprint = fingerprint("0123456789")
            var before = ChangesTests.record(of: report)
            let (asset, bar) = (report.assets[0], report.assets[0].barLength.milliseconds)
            before.jobs = [
                StoredJob(
                    asset: "AAA", first: UTCInstant(milliseconds: asset.first.milliseconds - rolled * bar),
                    last: UTCInstant(milliseconds: asset.last.milliseconds - Int64(bars) * bar),
                    bars: asset.bars - bars + Int(rolled), barLength: asset.barLength,
                    fingerprint: fingerprint(digits)?.text)
            ]
            before.inputs[0].digest = "0"
            report.addChanges(since: before)
            return report.changes?.items.first { $0.asset == "AAA" && $0.kind != .share }
        }
        let added = try #require(try changes("0123456789", bars: 24))
        #expect(added.kind == .appended && added.restated == [])
        #expect(try index(report).contains("24 bars added to 1 price history; the bars before are as they were"))
        let restated = try #require(try changes("abcdef0123", bars: 24))
        #expect(restated.kind == .revised && restated.restated == ["2025-12-01"])
        #expect(try index(report).contains("bars of 2025-12-01 (UTC) differ"))
        #expect(try changes("abcdef0123", bars: 24, rolled: 24)?.kind == .revised)
        #expect(try changes("0123456789", bars: 24, rolled: 24)?.kind == .rolled)
        #expect(try changes("0123456789", bars: 0) == nil, "the same prices in other bytes")
        #expect(try changes("abcdef0123", bars: 0)?.kind == .revised)
    }

    @Test func anEqualRunChangedNothing() throws {
        var report = try ChangesTests.report()
        report.addChanges(since: ChangesTests.record(of: report))
        let changes = try #require(report.changes)
        #expect(changes.items.isEmpty && !changes.isStudyChanged && changes.versionBefore == nil)
        let page = try index(report)
        #expect(page.contains("No verdict changed, and no share left its interval"))
        #expect(page.contains("Against the run of 2026-11-19"))
    }

    @Test func nothingIsSaidWithoutAnEarlierRun() throws {
        let files = try ChangesTests.report().files()
        #expect(!files.contains { $0.path == "since_last.csv" })
        #expect(!(try #require(files.first { $0.path == "index.html" })).contents.contains("id=\"changes\""))
    }

    @Test func everyKindOfChangeHasALine() throws {
        let report = try ChangesTests.changed()
        let items = try #require(report.changes).items
        let kinds = Dictionary(grouping: items, by: \.kind).mapValues { $0.map(\.asset) }
        #expect(kinds[.lost] == ["CCC"] && kinds[.added] == ["DDD"] && kinds[.removed] == ["EEE"])
        #expect(kinds[.revised] == ["AAA"] && kinds[.appended] == ["BBB"])
        let breached = items.filter { $0.kind == .verdict && $0.after.status == "breach" }
        #expect(Set(breached.map(\.asset)) == ["BBB"] && breached.count == 2)
        let apart = items.filter { $0.kind == .share && $0.isApart }
        #expect(Set(apart.map(\.asset)) == ["BBB"] && apart.allSatisfy { $0.move ?? 0 > 0.2 })
        let page = try index(report)
        for words in [
            "The study has another text", "made by version 0.0.9", "had 61 368 bars and has no result now",
            "was not in the earlier run", "bars that both runs cover differ",
            "37 bars added to 1 price history; whether the bars before are as they were is not known, as the earlier run kept no fingerprint of its bars.",
            "intervals apart", "BBB long 20× 7 d typical linear · below zero",
        ] { #expect(page.contains(words), "\(words)") }
    }

    @Test func longListsAreCutAndSayWhatIsLeftOut() throws {
        let page = try index(ChangesTests.crowded())
        #expect(page.contains("and 76 more shares, in since_last.csv"), "106 shares moved, 30 are shown")
        #expect(page.contains("and 76 more verdicts, in since_last.csv"))
    }

    /// The table holds what the page says, and reads back as the items.
    @Test func theTableHoldsEveryItem() throws {
        let report = try ChangesTests.changed()
        let file = try #require(report.files().first { $0.path == "since_last.csv" })
        let rows = PageNumbers.table(file.contents)
        let items = try #require(report.changes).items
        #expect(rows.map { $0["change"] } == items.map(\.kind.rawValue))
        #expect(rows.map { $0["asset"] } == items.map(\.asset))
        #expect(rows.map { Double($0["after_value"] ?? "") } == items.map(\.after.value))
        #expect(rows.map { Int($0["before_bars_count"] ?? "") } == items.map(\.before.bars))
        #expect(rows.allSatisfy { $0["before_run_id"] == "0123456789ab" })
    }

    @Test func changesOutliveTheDocumentOfResults() throws {
        var report = try ChangesTests.changed()
        report.studyText = report.study.canonicalText
        let read = try ResultsDocument(
            reading: ResultsDocument(report).bytes, command: report.command, circumstances: report.circumstances
        ).report
        #expect(read.changes == report.changes && read.changes != nil)
    }

    // MARK: Curves

    @Test func theWorstPriceHistoryIsDrawnFirst() throws {
        let share: [String: Int] = ["AAA": 0, "BBB": 9000, "CCC": 700, "DDD": 12]
        let report = try makeReport(assets: ChangesTests.names, leverages: [1, 5, 20], horizons: [.days(7)]) { cell in
            makeEstimate(negative: cell.leverage.value == 1 ? 0 : share[cell.asset] ?? 0)
        }
        let section = try #require(CurvesSection(report, pages: report.assetSides))
        #expect(section.cards.map(\.asset) == ["BBB", "CCC", "DDD", "AAA"])
        #expect(section.cards.map(CurvesSection.Group.init) == [.tenths, .hundredths, .less, .none])
        let page = try index(report)
        #expect(page.contains("1 to 10 %") && page.contains("none seen"))
        #expect(page.matches(of: /<ul class="minis">/).count == 4)
    }

    @Test func oneHistoryNeedsNoSmallMultiples() throws {
        let report = try ChangesTests.report(["AAA"])
        #expect(CurvesSection(report, pages: report.assetSides) == nil)
    }

    // MARK: Limits by verdict

    @Test func manyLimitsStandByVerdict() throws {
        let limits = [0.5, 0.4, 0.3, 0.2, 0.19, 0.18, 0.17, 0.001].map {
            StudyLimit(cells: CellSelector(leverage: Leverage(20)), measure: .negativeEquity, max: $0)
        }
        let report = try makeReport(
            assets: ChangesTests.names, leverages: [5, 20], horizons: [.days(7)], limits: limits
        ) { cell in makeEstimate(negative: cell.asset == "CCC" ? 4000 : 1872) }
        let page = try index(report)
        #expect(page.contains("<h3>Breached: 1 limit</h3>") && page.contains("<h3>Met: 7 limits</h3>"))
        let breached = try #require(page.firstRange(of: "Breached on 8 pages"))
        let list = page[breached.upperBound...]
        let first = try #require(list.firstRange(of: "<li>"))
        #expect(list[first.upperBound...].hasPrefix("<a href=\"reports/ccc-long.html\">"), "the farthest comes first")
    }
}
