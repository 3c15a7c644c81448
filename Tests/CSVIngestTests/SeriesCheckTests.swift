import CSVIngest
import Dispatch
import PriceSeries
import StressBasics
import Synchronization
import Testing

@Suite struct SeriesCheckTests {
    static let order = [
        "dropped_rows", "time_order", "duplicate_times", "conflicting_duplicates", "missing_bars", "ohlc_consistency",
        "non_positive_prices", "extreme_bars", "bad_ticks", "stale_runs", "level_shifts", "zero_volume", "bar_length",
    ]

    @Test func everyCheckSaysThatItPassed() throws {
        let read = try ingest(hourlyText(200))
        #expect(read.findings.map(\.check) == SeriesCheckTests.order)
        #expect(read.findings.allSatisfy { $0.severity == .pass && $0.count == 0 && !$0.message.isEmpty })
        #expect(read.files[0].rowCount == 200 && read.rowCount == 200)
        #expect(
            read.files[0].sha256 == Digest(of: hourlyText(200)) && read.files[0].byteCount == hourlyText(200).utf8.count
        )
    }

    @Test func readingStopsWhenAsked() throws {
        var options = IngestOptions(chunkBytes: 4096)
        let asked = Atomic<Int>(0)
        options.isCancelled = { asked.add(1, ordering: .relaxed).newValue > 3 }
        let error = #expect(throws: IngestError.self) { try ingest(hourlyText(20_000), options: options) }
        #expect(error?.reason == .cancelled && asked.load(ordering: .relaxed) == 4)
    }

    @Test func summariesKeepTheirOrderWhenTheyFind() throws {
        let text = hourlyText(300) { bar in
            switch bar {
            case 5: "\(1_614_556_800 + 3600 * 3),1,2,0,1,0"
            case 9: "\(1_614_556_800 + 3600 * 9),x,1,1,1,1"
            case 12: "\(1_614_556_800 + 3600 * 12),null,1,1,1,1"
            default: nil
            }
        }
        let read = try ingest(text)
        #expect(read.findings.filter { !$0.isDetail }.map(\.check) == SeriesCheckTests.order)
        #expect(read.findings[0].count == 2 && read.findings[0].location?.line == 11)
        let details = read.findings.filter(\.isDetail)
        let lines = details.compactMap { $0.location?.line }
        #expect(lines == lines.sorted() && details.map(\.check).contains("conflicting_duplicate"))
        #expect(read.all("bad_row").first?.location?.line == 11)
        #expect(read.all("missing_value").first?.location?.line == 14)
        #expect(read.series.count == 297 && read.rowCount == 300)
    }

    @Test func badRowsAreListedUpToTheLimitAndCountedBeyond() throws {
        let text = hourlyText(3000) { $0 % 100 == 50 ? "1614556800,x,1,1,1,1" : nil }
        let read = try ingest(text, options: IngestOptions(maxRowFindings: 7))
        let bad = read.all("bad_row")
        #expect(bad.count == 8 && bad.last?.count == 23 && bad.last?.message == "23 more bad rows are not listed")
        #expect(bad.reduce(0) { $0 + $1.count } == 30)
        #expect(bad[0].location?.line == 52 && bad[0].location?.columnName == "open" && bad[0].location?.text == "x")
    }

    @Test func oneInAHundredIsTheLimit() throws {
        func text(_ bad: Int) -> String { hourlyText(1000) { $0 < bad ? "1614556800,x,1,1,1,1" : nil } }
        #expect(try ingest(text(10)).series.count == 990)
        #expect(throws: IngestError.self) { try ingest(text(11)) }
        let missing = hourlyText(1000) { $0 < 400 ? "1614556800,,,,,1" : nil }
        #expect(try ingest(missing).series.count == 600)
    }

    @Test func gapsAreCountedAgainstTheGrid() throws {
        // Hour 0, 1, 2, then 10, 11, then 13.4 (one bar missing, rounded), 14.4.
        let hours = [0, 1, 2, 10, 11, 13.4, 14.4]
        let text = "time,price\n" + hours.map { "\(1_614_556_800 + Int($0 * 3600)),5\n" }.joined()
        let read = try ingest(text)
        let summary = try #require(read.summary("missing_bars"))
        #expect(summary.count == 8 && summary.message.contains("in 2 gaps"))
        #expect(summary.message.contains("2021-03-01 02:00 → 2021-03-01 10:00"))
        #expect(read.all("gap").map(\.count) == [7, 1])
        #expect(read.summary("bar_length")?.count == 2)
    }

    @Test func aStepOfOneAndAHalfBarsIsNoGap() throws {
        let read = try ingest("time,price\n" + [0, 60, 120, 210, 301].map { "\(1_614_556_800 + $0),5\n" }.joined())
        #expect(read.summary("missing_bars")?.count == 1)
        #expect(read.all("gap").first?.location?.line == 6)
    }

    @Test func extremeBarsAreFoundAndKept() throws {
        var random = SeededGenerator(seed: 3)
        var price = 100.0
        var text = "time,open,high,low,close\n"
        for bar in 0..<2000 {
            price *= 1 + 0.001 * (random.uniform() - 0.5)
            let low = bar == 700 ? price * 0.6 : price
            text += "\(1_614_556_800 + 60 * bar),\(price),\(price),\(low),\(price)\n"
        }
        let read = try ingest(text)
        let summary = try #require(read.summary("extreme_bars"))
        #expect(summary.count == 1 && summary.location?.line == 702)
        #expect(summary.message.contains("% at 2021-03-01 11:40"))
        #expect(read.all("extreme_bar").count == 1 && read.series.count == 2000)
        #expect(read.series.low[700] < 70)
    }

    @Test func severalFilesFormOneSeries() throws {
        let files = ["gap.csv", "clean.csv", "two_members.csv.gz"].map(DirtyFiles.path)
        let read = try ingestSeries(BarSource(files: files))
        // gap.csv holds hours 0–2 and 6–8, the others 0–5: 18 rows, 9 times.
        #expect(read.rowCount == 18 && read.series.count == 9 && read.files.map(\.rowCount) == [6, 6, 6])
        #expect(read.summary("duplicate_times")?.count == 9)
        #expect(read.summary("duplicate_times")?.location?.file == files[0])
        #expect(read.summary("missing_bars")?.count == 0)
    }

    @Test func theLastFileWinsOverOlderOnes() throws {
        let files = ["conflicting_duplicates.csv", "clean.csv"].map(DirtyFiles.path)
        let forward = try ingestSeries(BarSource(files: files))
        let backward = try ingestSeries(BarSource(files: files.reversed()))
        #expect(forward.series.close[1] == 101.5 && backward.series.close[1] == 777)
        #expect(forward.all("conflicting_duplicate").contains { $0.message.contains("clean.csv line 3") })
    }

    @Test func onePriceHasNoBarLength() throws {
        let read = try ingest("time,price\n2020-01-01,1\n")
        #expect(read.series.count == 1 && read.summary("bar_length")?.severity == .warning)
    }

    @Test func manyThreadsReadTheSame() {
        let name = DirtyFiles.path("conflicting_duplicates.csv")
        let outcomes = Mutex([Int: [Outcome]]())
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            let text = hourlyText(2000) { $0 % 150 == 3 ? "x,1,1,1,1,1" : nil }
            let mine = (0..<4).map { round in
                round % 2 == 0
                    ? Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: [name])) }
                    : Outcome { () throws(IngestError) in try ingest(text, options: IngestOptions(chunkBytes: 61)) }
            }
            outcomes.withLock { $0[thread] = mine }
        }
        let all = outcomes.withLock { $0 }
        #expect(all.count == 8 && all[0]?[1].columns.first?.count == 1986)
        for thread in 1..<8 { #expect(all[thread] == all[0], "thread \(thread)") }
    }

    /// Bytes that nobody would write must end in a series or an error, never in a trap.
    @Test(arguments: 0..<300)
    func mangledTextNeverTraps(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let names = DirtyFiles.names
        var bytes = DirtyFiles.bytes(names[Int(seed) % names.count])
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert([0x22, 0x2C, 0x0A, 0x0D, 0x39, 0x2D][Int.random(in: 0..<6, using: &random)], at: at)
            default: bytes.insert(contentsOf: Array(bytes[at...].prefix(40)), at: at)
            }
        }
        let outcome = Outcome { () throws(IngestError) in
            try ingestSeries(bytes: bytes, name: "x", source: BarSource(files: []))
        }
        #expect(outcome.error != nil || outcome.columns.count == 6)
    }

    /// Rows of a day number and a close, from 2021-01-01, a Friday.
    private func daily(_ days: [Int]) throws -> IngestedSeries {
        try ingest("time,price\n" + days.map { "\(1_609_459_200 + 86_400 * $0),\(100 + $0 % 7)\n" }.joined())
    }

    /// Weekends of a market that is closed at weekends are no gaps; a holiday is one, and so is a weekend of any other market.
    @Test func weekendsAreNoGaps() throws {
        let open = (0..<140).filter { ![1, 2].contains($0 % 7) }
        let closed = try #require(try daily(open).summary("missing_bars"))
        #expect(
            closed.severity == .pass && closed.count == 0 && closed.message.contains("closed at weekends, 20 times"))
        let holiday = try #require(try daily(open.filter { $0 != 70 && $0 != 31 }).summary("missing_bars"))
        #expect(holiday.count == 2 && holiday.message.contains("in 2 gaps beside 18 weekends"), "\(holiday.message)")
        let always = (0..<140).filter { ![29, 30].contains($0) }
        #expect(try daily(always).summary("missing_bars")?.count == 2)
    }

    /// Hours of a local clock, as `2021-03-28 02:00` with the zone left out, through a year of Central Europe.
    @Test func hoursOfAClockChangeAreNamed() throws {
        func text(lost: Int, doubled: Int) -> String {
            var rows = "time,price\n"
            for hour in 0..<8760 where hour != lost {
                let time = UTCInstant(milliseconds: (1_609_459_200 + 3600 * Int64(hour)) * 1000).minuteText
                rows += "\(time),\(100 + hour % 7)\n"
                if hour == doubled { rows += "\(time),\(50 + hour % 7)\n" }
            }
            return rows
        }
        // 2021-03-28 02:00 and 2021-10-31 02:00.
        let read = try ingest(text(lost: 86 * 24 + 2, doubled: 303 * 24 + 2))
        let finding = try #require(read.summary("clock_changes"))
        #expect(finding.count == 2 && finding.severity == .warning && finding.message.contains("clocks of Europe"))
        #expect(finding.message.contains("2021-03-28 02:00") && finding.message.contains("2021-10-31 02:00"))
        #expect(try ingest(text(lost: 85 * 24 + 2, doubled: 302 * 24 + 2)).summary("clock_changes") == nil)
    }
}
