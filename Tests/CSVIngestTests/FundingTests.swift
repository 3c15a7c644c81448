import CSVIngest
import PriceSeries
import StressBasics
import TestSupport
import Testing

/// Reads funding rates from text.
private func funding(
    _ text: String, _ change: (inout FundingSource) -> Void = { _ in }
) throws(IngestError) -> IngestedFunding {
    var source = FundingSource(file: "f.csv")
    change(&source)
    return try ingestFunding(bytes: Array(text.utf8), source: source)
}

/// `count` stamps of eight hours from 2021-03-01.
private func stamps(_ count: Int, _ row: (Int) -> String? = { _ in nil }) -> String {
    (0..<count).map { row($0) ?? "\(1_614_556_800 + 28_800 * $0),0.0001" }.joined(separator: "\n") + "\n"
}

private func hours(_ range: ClosedRange<Int64>, from start: Int64 = 1_614_556_800_000) throws -> BarSeries {
    let time = range.map { start + $0 * 3_600_000 }
    return try BarSeries(time: time, price: time.map { _ in 100 })
}

@Suite struct FundingTests {
    @Test func columnsByNameIndexAndPosition() throws {
        let text = "note,rate,when\nx,0.0001,2021-03-01\ny,-0.0002,2021-03-02\n"
        for change: (inout FundingSource) -> Void in [
            { $0.time = .name("When") }, { ($0.time, $0.rate) = (.index(2), .index(1)) },
        ] {
            let read = try funding(text, change)
            #expect(read.schedule.rate == [0.0001, -0.0002] && read.files[0].rowCount == 2)
            #expect(read.schedule.time == [1_614_556_800_000, 1_614_643_200_000])
        }
        #expect(try funding(stamps(3)).schedule.rate == [0.0001, 0.0001, 0.0001])
        #expect(throws: IngestError.self) { try funding("1,2021-03-01,0.1\n") }
        #expect(throws: IngestError.self) { try funding(text) { ($0.time, $0.rate) = (.index(2), .index(3)) } }
    }

    @Test func shiftAndOffsetAreAdded() throws {
        let text = "time,rate\n2021-03-01 03:00,0.0001\n2021-03-01 11:00,0.0001\n"
        let shifted = try funding(text) { $0.shift = .hours(-3) }
        let zoned = try funding(text) { $0.utcOffset = .hours(3) }
        #expect(shifted.schedule.time == [1_614_556_800_000, 1_614_585_600_000])
        #expect(zoned.schedule == shifted.schedule)
        #expect(throws: IngestError.self) { try funding(text) { $0.shift = TimeSpan(milliseconds: .max) } }
        #expect(throws: IngestError.self) { try funding(text) { $0.shift = TimeSpan(milliseconds: .min) } }
    }

    @Test func fewBadRowsAreDroppedAndListed() throws {
        let read = try funding(stamps(200) { $0 == 7 ? "1614758400,1e-4%" : nil })
        #expect(read.schedule.time.count == 199 && read.files[0].rowCount == 200)
        #expect(read.findings[0].check == "dropped_rows" && read.findings[0].count == 1)
        let bad = try #require(read.findings.last)
        #expect(bad.check == "bad_row" && bad.location?.line == 8 && bad.isDetail && bad.hint.contains("0.0001"))
        #expect(throws: IngestError.self) { try funding(stamps(200) { $0 % 50 == 7 ? "1614758400,x" : nil }) }
    }

    @Test func jitterNeitherMakesGapsNorMovesCharges() throws {
        let text = "time,rate\n2021-03-01T08:00:00.003Z,1e-4\n2021-03-01T15:59:59.998Z,1e-4\n2021-03-02,1e-4\n"
        let read = try funding(text)
        #expect(read.schedule.time.map { $0 % 3_600_000 } == [0, 0, 0])
        #expect(read.findings.first { $0.check == "funding_gaps" }?.severity == .pass)
    }

    @Test(arguments: [
        ("funding rate (%)", "percent", "0.01 %"), ("rate_pct", "percent", "0.01 %"),
        ("Rate Percent", "percent", "0.01 %"), ("ratepercent", "percent", "0.01 %"),
        ("rate_bps", "basis points", "1 basis point"),
        ("rate in basis points", "basis points", "1 basis point"),
    ])
    func aNameWithAnotherUnitIsRefused(_ name: String, _ unit: String, _ example: String) throws {
        let thrown = #expect(throws: IngestError.self) {
            try funding("time,\(name)\n" + stamps(9)) { $0.rate = .index(1) }
        }
        let error = try #require(thrown)
        #expect(error.reason == .notRecognised && error.why == "the name \"\(name)\" says \(unit)")
        #expect(error.finding.location?.line == 1 && error.finding.hint.hasSuffix("0.0001 for \(example)"))
    }

    @Test(arguments: ["rate", "Funding Rate", "fundingRate", "funding_rate_8h", "rate (fraction)"])
    func aNameWithoutAnotherUnitIsRead(_ name: String) throws {
        let read = try funding("time,\(name)\n" + stamps(9)) { $0.rate = .index(1) }
        #expect(read.schedule.rate.count == 9)
    }

    /// The usual rate counts, not the widest, and by the hours that it is for.
    @Test(arguments: [
        (8, "0.003", true), (8, "-0.01", true), (8, "0.0029", false), (1, "0.000375", true), (1, "0.00037", false),
        (24, "0.0091", true), (24, "0.0089", false),
    ])
    func usualRatesThatLookLikePercentAreTold(_ hours: Int, _ rate: String, _ isTold: Bool) throws {
        func read(_ rate: (Int) -> String) throws -> Finding? {
            let rows = (0..<9).map { "\(1_614_556_800 + 3600 * hours * $0),\(rate($0))\n" }.joined()
            return try funding(rows).findings.first { $0.check == "high_rates" }
        }
        let finding = try read { _ in rate }
        #expect((finding != nil) == isTold)
        #expect(finding.map { $0.severity == .warning && $0.message.contains("a year: percent") } ?? true)
        #expect(try read { $0 < 4 ? "0.05" : "0.0001" } == nil, "four of nine are not the usual rate")
    }

    @Test func whatTheUsualRateCostsAYearIsSaid() throws {
        let text = (0..<9).map { "\(1_614_556_800 + 28_800 * $0),0.01\n" }.joined()
        let finding = try #require(try funding(text).findings.first { $0.check == "high_rates" })
        #expect(finding.message.hasPrefix("the median rate is 0.01 every 8h, 1095 % of the position's value a year: "))
        #expect(finding.message.hasSuffix("percent instead of fraction?"))
        #expect(finding.location?.line == 1 && finding.count == 9 && finding.hint.contains("0.0001 for 0.01 %"))
    }

    @Test func coverage() throws {
        let schedule = try funding(stamps(10)).schedule
        func finding(_ range: ClosedRange<Int64>) throws -> Finding {
            fundingCoverage(schedule, over: try hours(range))
        }
        // Stamps lie at hours 0, 8, … 72; up to 12 hours without one are tolerated.
        #expect(try finding(-12...84).severity == .pass)
        let late = try finding(-13...84)
        #expect(late.severity == .warning && late.count == 13 && late.action == "no funding charged there")
        #expect(late.message.contains("2021-02-28 11:00 → 2021-03-01 00:00") && late.time != nil)
        let early = try finding(0...85)
        #expect(early.count == 13 && early.message.contains("none after the last, 2021-03-04 00:00 →"))
        #expect(try finding(-13...85).count == 26)
        #expect(try finding(100...110).count == 11)
        #expect(try finding(-30 ... -20).count == 11)
    }

    @Test func coverageOfOddSchedules() throws {
        let series = try hours(0...9)
        let none = fundingCoverage(try FundingSchedule(time: [], rate: []), over: series)
        #expect(none.count == 10 && none.message.contains("no funding stamps"))
        let far = fundingCoverage(try FundingSchedule(time: [.min, .max], rate: [0, 0]), over: series)
        #expect(far.severity == .pass)
        let one = fundingCoverage(try FundingSchedule(time: [series.time[5]], rate: [0]), over: series)
        #expect(one.count == 9)
        let empty = try BarSeries(time: [], price: [])
        #expect(fundingCoverage(try FundingSchedule(time: [], rate: []), over: empty).severity == .pass)
    }

    @Test func markCoverageNamesTheFirstHole() throws {
        let traded = try hours(0...9)
        let whole = markCoverage(MarkPrices(traded, along: traded), over: traded)
        #expect(whole.severity == .pass && whole.count == 0)
        let part = markCoverage(MarkPrices(try hours(2...7), along: traded), over: traded)
        #expect(part.severity == .warning && part.count == 4 && part.time == traded.instant(0))
        #expect(part.message == "4 of 10 bars have no mark price (40 %); the first is 2021-03-01 00:00")
        #expect(part.action == "the traded price triggers there")
    }
}

@Suite struct FundingFilesTests {
    /// Rates cut into files by month are the series of the one file, and a month that stands twice is told.
    @Test func severalFilesAreOneSeries() throws {
        let folder = TemporaryFolder()
        let lines = (0..<60).map { "\((1_700_000_000 + $0 * 28_800) * 1000),8,\($0 % 5 == 0 ? "-0.0001" : "0.0002")" }
        func write(_ name: String, _ part: ArraySlice<String>) throws -> String {
            let text = (["calc_time,funding_interval_hours,last_funding_rate"] + part).joined(separator: "\n") + "\n"
            try text.write(toFile: folder.path + "/" + name, atomically: true, encoding: .utf8)
            return folder.path + "/" + name
        }
        let whole = try ingestFunding(FundingSource(file: write("all.csv", lines[...])))
        var source = FundingSource(file: try write("b.csv", lines[20..<45]))
        source.files = [try write("a.csv", lines[..<20]), source.files[0], try write("c.csv", lines[45...])]
        let cut = try ingestFunding(source)
        #expect(cut.schedule.time == whole.schedule.time && cut.schedule.rate == whole.schedule.rate)
        #expect(cut.files.map(\.rowCount) == [20, 25, 15] && whole.schedule.time.count == 60)
        source.files.append(source.files[0])
        let twice = try ingestFunding(source)
        #expect(twice.schedule.time == whole.schedule.time)
        #expect(twice.findings.first { $0.check == "funding_duplicates" }?.count == 20)
    }
}
