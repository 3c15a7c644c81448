import CSVIngest
import PriceSeries
import StressBasics
import Testing

@Suite struct SuspicionTests {
    /// Hourly bars around 100 with a change to some of them: open, high, low, close, volume.
    private func text(_ count: Int = 200, _ change: (Int) -> (Double, Double, Double, Double, Double)? = { _ in nil })
        -> String
    {
        hourlyText(count) { bar in
            change(bar).map { "\(1_614_556_800 + 3600 * bar),\($0.0),\($0.1),\($0.2),\($0.3),\($0.4)" }
        }
    }

    private func bar(_ read: IngestedSeries, _ index: Int) -> String { read.series.instant(index).minuteText }

    @Test func aPrintBetweenQuietBarsIsSuspicious() throws {
        let read = try ingest(text { $0 == 50 ? (101, 103, 0.01, 101, 5) : nil })
        #expect(read.suspicious == [50] && read.series.count == 200)
        let finding = try #require(read.summary("bad_ticks"))
        #expect(finding.severity == .warning && finding.count == 1 && finding.action == "kept")
        #expect(finding.message.contains("0.01 between closes of 101 and 103"))
        #expect(read.withoutSuspicious?.count == 199)
        #expect(read.all("bad_tick").first?.location?.line == 52)
    }

    @Test func aRunOfTwoBarsIsOneSlip() throws {
        let read = try ingest(text { [60, 61].contains($0) ? (1_000, 1_010, 990, 1_000, 0) : nil })
        #expect(read.suspicious == [60, 61])
        #expect(read.summary("bad_ticks")?.message.contains("2 of them without volume") == true)
    }

    @Test func aCrashThatLastsIsNotSuspicious() throws {
        let read = try ingest(text { $0 >= 80 ? (20, 21, 19, 20, 5) : $0 == 79 ? (101, 102, 18, 20, 9) : nil })
        #expect(read.suspicious.isEmpty && read.summary("bad_ticks")?.severity == .pass)
        #expect(read.summary("level_shifts")?.count == 1)
    }

    /// Of two wicks beside each other the larger is found too, although the bar before it closed at a bad price.
    @Test func theLargerOfTwoWicksIsFoundToo() throws {
        let read = try ingest(
            text { $0 == 60 ? (101, 102, 40, 50, 5) : $0 == 61 ? (101, 102, 5, 101, 5) : nil })
        #expect(read.suspicious == [60, 61])
        // The closes around the farther wick are 15 % apart, around the nearer one as well.
        func wick(_ low: Double) throws -> [Int] {
            try ingest(
                hourlyText(200) { bar in
                    let level = bar > 50 ? 85.0 : 100
                    let bottom = bar == 50 ? low : level - 0.5
                    return
                        "\(1_614_556_800 + 3600 * bar),\(level),\(level + 0.5 + 0.1 * Double(bar % 2)),\(bottom),\(level + 0.1 * Double(bar % 3)),1"
                }
            ).suspicious
        }
        #expect(try wick(20) == [50] && wick(70).isEmpty)
    }

    /// A far wick is not alone when the bar beside it reaches as far: bars of Bitfinex EOS on 2017-12-22 around 07:18, a crash of
    /// minutes on every venue, in which the farther wick passed and the nearer one did not.
    @Test func aWickThatTheNextBarKnowsIsNoSlip() throws {
        func crash(_ next: Double) throws -> [Int] {
            try ingest(
                text {
                    switch $0 {
                    case 59: (100, 101, 99, 100, 5)
                    case 60: (100, 101, 55, 86, 5)
                    case 61: (86, 91, next, 88, 5)
                    case 62...: (76, 77, 75, 76, 5)
                    default: (100, 101, 99, 100, 5)
                    }
                }
            ).suspicious
        }
        #expect(try crash(53).isEmpty && crash(80) == [60])
    }

    /// The first days of Kraken's ETH, daily: one wick far below, and three days that traded where the market was.
    @Test func aRunIsNotJudgedByItsFarthestWick() throws {
        let read = try ingest(
            text {
                switch $0 {
                case 60: (100, 100, 5, 40, 5)
                case 61: (40, 42, 36, 39, 5)
                case 62: (39, 43, 38, 43, 5)
                case 63...: (82, 83, 81, 82, 5)
                default: (100, 101, 99, 100, 5)
                }
            })
        #expect(read.suspicious.isEmpty)
    }

    /// Behind a wick that was over at the bar's close the next bar is compared with that close: Bitstamp's 2013-11-20, whose low
    /// of 440 lies near the close of 536 before it, though not near the 669 of two days before.
    @Test func aCloseThatDoesNotStandOutIsTheNextBarsMeasure() throws {
        let read = try ingest(
            text {
                switch $0 {
                case 60: (100, 112, 60, 88, 5)
                case 61: (88, 92, 72, 90, 5)
                default: (100, 101, 99, 100, 5)
                }
            })
        #expect(read.suspicious == [60])
    }

    /// What only carries a print forward makes it no longer than it is; a price that is traded again is a level.
    @Test func aPrintThatIsCarriedForwardIsOneSlip() throws {
        func read(_ volume: Double) throws -> IngestedSeries {
            try ingest(text { (60..<90).contains($0) ? (1_000, 1_000, 1_000, 1_000, $0 == 60 ? 5 : volume) : nil })
        }
        #expect(try read(0).suspicious == Array(60..<90))
        #expect(try read(3).suspicious.isEmpty)
    }

    @Test func theEdgesAreComparedWithTheirOnlyNeighbour() throws {
        let read = try ingest(text { $0 == 0 ? (16_000, 16_000, 99, 101, 1) : $0 == 199 ? (101, 102, 0, 101, 1) : nil })
        #expect(read.suspicious == [0, 199])
    }

    /// The same spike is a move of the market when another venue has seen it, and a slip when that venue has not.
    @Test func anotherVenueTells() throws {
        let spiked = text { $0 == 50 ? (101, 103, 40, 101, 5) : nil }
        let seen = try ingest(text { $0 == 50 ? (102, 103, 43, 100, 5) : nil }).series
        let calm = try ingest(text()).series
        func read(_ reference: BarSeries?) throws -> IngestedSeries {
            try ingestSeries(
                bytes: Array(spiked.utf8), name: "x.csv", source: BarSource(files: []), reference: reference)
        }
        #expect(try read(nil).suspicious == [50])
        #expect(try read(seen).suspicious.isEmpty)
        #expect(try read(seen).summary("bad_ticks")?.message.contains("confirms 1 more") == true)
        #expect(try read(calm).suspicious == [50])
        #expect(try read(calm).summary("bad_ticks")?.message.contains("contradicts 1") == true)
    }

    @Test func standingPricesAreStale() throws {
        let read = try ingest(text { (100..<130).contains($0) ? (100, 100, 100, 100, 0) : nil })
        let finding = try #require(read.summary("stale_runs"))
        #expect(finding.count == 29 && finding.message.contains("in 1 run"))
        let traded = try ingest(text { (100..<130).contains($0) ? (100, 100, 100, 100, 7) : nil })
        #expect(traded.summary("stale_runs")?.severity == .pass)
    }

    @Test func aPowerOfTenIsCalledAUnit() throws {
        let read = try ingest(
            text { $0 >= 100 ? (100_000, 101_000, 99_000, 100_000, 1) : (100, 101, 99, 100, 1) })
        let finding = try #require(read.summary("level_shifts"))
        #expect(finding.message.contains("by a factor of 1000") && finding.message.contains("another unit?"))
        #expect(finding.time?.minuteText == bar(read, 100))
    }

    @Test func aNewLevelBehindAGapMayBeAnotherCoin() throws {
        let rows = text { $0 >= 100 ? (9, 9.5, 8.5, 9, 1) : nil }.split(separator: "\n")
        let gap = rows[..<50] + rows[140...]
        let read = try ingest(gap.joined(separator: "\n"))
        #expect(read.summary("level_shifts")?.message.contains("another coin under the same name") == true)
        #expect(read.summary("missing_bars")?.count == 90)
    }

    // MARK: Volumes

    /// A volume that is negative or no number counts as none, so that it must be told.
    @Test(arguments: [
        ("-5", Finding.Severity.warning, "; 3 of them negative"), ("n/a", .note, "; 3 of them missing or unreadable"),
        ("nan", .note, "; 3 of them missing or unreadable"), ("", .note, "; 3 of them missing or unreadable"),
        ("0", .note, ""),
    ])
    func everyBarWithoutAVolumeIsCounted(_ volume: String, _ severity: Finding.Severity, _ words: String) throws {
        let text = hourlyText(200) { bar in
            (50..<53).contains(bar) ? hourlyRow(bar).replacing(",1.5", with: ",\(volume)") : nil
        }
        let read = try ingest(text)
        let finding = try #require(read.summary("zero_volume"))
        #expect(finding.count == 3 && finding.severity == severity && finding.location?.line == 52)
        #expect(finding.message == "3 of 200 bars have no volume (1.5 %)\(words)")
        #expect(try ingest(text) { $0.policies = ["zero_volume": .drop] }.series.count == 197)
    }

    /// Closes alone, in one column or in four, do not tell where between two of them prices have been; a market in which little is traded
    /// does, and so does one that stands still.
    @Test(arguments: [(0, 199), (15, 184), (20, 179), (21, nil), (200, nil)])
    func closesAloneAreSaidToBe(_ ranged: Int, _ found: Int?) throws {
        func price(_ bar: Int) -> Double { 100 + Double(bar % 7) }
        let bars = text { bar in
            let wick = bar > 0 && bar <= ranged ? 0.5 : 0
            return (price(bar), price(bar) + wick, price(bar) - wick, price(bar), 1)
        }
        let finding = try ingest(bars).summary("single_prices")
        #expect(finding?.count == found && finding?.severity == found.map { _ in .warning })
        #expect(finding?.location == nil && finding?.time == nil)
        guard ranged == 0 else { return }
        let closes = (0..<200).map { "\(1_614_556_800 + 3600 * $0),\(price($0))" }.joined(separator: "\n")
        #expect(try ingest("time,price\n\(closes)\n").summary("single_prices")?.message == finding?.message)
        #expect(try ingest(text { _ in (100, 100, 100, 100, 1) }).summary("single_prices") == nil)
        // Of a coin that hardly moves, two bars of one price are no closes alone.
        let pegged = text { (1, 1.01, 0.99, $0 < 50 ? 1 : 1.001, 1) }
        #expect(try ingest(pegged).summary("single_prices") == nil)
        let trades = (0..<600).map { "\(1_614_556_800 + 60 * $0),\(price($0)),1" }.joined(separator: "\n")
        let made = try ingest("time,price,amount\n\(trades)\n") {
            ($0.kind, $0.barLength) = (.trades, .minutes(1))
        }
        #expect(made.series.count > 100 && made.summary("single_prices") == nil)
    }

    // MARK: Policies

    private func read(_ text: String, _ policies: [String: PolicyAction]) throws(IngestError) -> IngestedSeries {
        try ingest(text) { $0.policies = policies }
    }

    @Test func droppedBarsLeaveAGap() throws {
        let read = try self.read(text { $0 == 50 ? (101, 103, 0.01, 101, 5) : nil }, ["bad_ticks": .drop])
        #expect(read.series.count == 199 && read.suspicious.isEmpty)
        let finding = try #require(read.summary("bad_ticks"))
        #expect(finding.count == 1 && finding.action == "bars dropped by the policy")
        #expect(read.summary("missing_bars")?.count == 1 && read.summary("extreme_bars")?.count == 0)
        // Places still speak of the file.
        #expect(read.all("gap").first?.location?.line == 53)
    }

    @Test(arguments: [
        ("bad_ticks", "reach a price"), ("ohlc_consistency", "have open or close outside"),
        ("zero_volume", "have no volume"), ("non_positive_prices", "zero or below"),
        ("extreme_bars", "from the close before"),
    ])
    func failRefusesAndDropLeavesOut(_ check: String, _ says: String) throws {
        let dirty = text { $0 == 50 ? (101, 103, 0, 104, 0) : nil }
        let kept = try read(dirty, [check: .keep])
        #expect(kept.series.count == 200)
        #expect(try read(dirty, [check: .drop]).series.count < 200)
        let error = Outcome { () throws(IngestError) in try read(dirty, [check: .fail]) }.error
        #expect(error?.finding.message.contains(says) == true, "\(error?.finding.message ?? "")")
        #expect(error?.finding.location?.line == 52 && error?.notes == ["the policy for \(check) is fail"])
        #expect(try read(text(), [check: .fail]).series.count == 200, "nothing found, nothing refused")
    }

    @Test func conflictsFollowTheirPolicy() throws {
        let doubled = text(30) + "1614556800,1,2,1,2,9\n"
        #expect(try read(doubled, [:]).series.close[0] == 2, "the last in the file wins")
        #expect(try read(doubled, ["conflicting_duplicates": .drop]).series.count == 29)
        let error = Outcome { () throws(IngestError) in try read(doubled, ["conflicting_duplicates": .fail]) }.error
        #expect(error?.finding.message.contains("repeat a time with different prices") == true)
    }

    @Test func gapsAndRowsCanFail() throws {
        let rows = text(60).split(separator: "\n")
        let gap = (rows[..<20] + rows[30...]).joined(separator: "\n")
        #expect(
            Outcome { () throws(IngestError) in try read(gap, ["missing_bars": .fail]) }.error?.reason == .malformed)
        let missing = text(300) + "1715000000,,,,,\n"
        #expect(try read(missing, [:]).series.count == 300)
        #expect(Outcome { () throws(IngestError) in try read(missing, ["missing_value": .fail]) }.error != nil)
    }

    /// One row in ten is too much by default; the hint says which setting reads the rest, and it does.
    @Test func badRowsCanBeDropped() throws {
        let dirty = hourlyText(200) { $0 % 10 == 3 ? "x,1,1,1,1,1" : nil }
        let error = try #require(Outcome { () throws(IngestError) in try read(dirty, [:]) }.error)
        #expect(error.finding.hint.contains("--policy bad_row=drop"))
        let rest = try read(dirty, ["bad_row": .drop])
        #expect(rest.series.count == 180 && rest.summary("dropped_rows")?.count == 20)
        let worse = hourlyText(200) { $0 % 10 != 3 ? "x,1,1,1,1,1" : nil }
        #expect(Outcome { () throws(IngestError) in try read(worse, ["bad_row": .drop]) }.error != nil)
    }
}
