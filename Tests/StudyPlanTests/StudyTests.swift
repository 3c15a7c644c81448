import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import Testing

private let fullStudy = """
    version: 1
    name: nightly
    data:
      - asset: LTCUSDT
        path: [prices/a.csv.gz, prices/b.csv]
        format: auto
        columns: {time: 0, open: 1, high: 2, low: 3, close: "Close", volume: 5}
        time: ms
        timezone: "+03:00"
        header: true
      - {asset: "B: 2", path: x.csv, columns: {time: date, price: 3}, time: "%d/%m/%Y"}
    grid:
      contract: [linear]
      side: [long, short]
      leverage: {from: 1, to: 5, step: 2}
      horizon: [30d, 1d]
      platform: [tiered, typical]
    position: {notional: 5000, stride: 3, max_gap: 10m}
    platforms:
      typical:
        fees: {open: 0.0005, close: 0.0005, liquidation: 0.0}
        slippage: 0.0005
        tiers: [{to: .inf, rate: 0.005, amount: 0}]
        liquidation: {enabled: true, trigger: extreme, fill: auto, latency: 1}
      tiered:
        tiers: [{to: 50000, rate: 0.004, max_leverage: 125}, {to: .inf, rate: 0.005, amount: 50, max_leverage: 100}]
        liquidation: {enabled: false}
    statistics: {confidence: 0.99, block: 12h, resamples: 300, seed: 9}
    limits:
      - {asset: LTCUSDT, leverage: 3, measure: negative_equity_frac, max: 0.05}
    headline: {side: short, leverage: 5, horizon: 1d}
    """

/// Every contract and rule beyond the plain linear ones.
private let everyRule = """
    version: 1
    data:
      - asset: A
        path: a.csv
        funding: {path: f.csv, columns: {time: 0, rate: "Funding Rate"}, time: "%d/%m/%Y", shift: -3h}
        mark: {path: [m.csv], columns: {time: 0, price: 1}, time: s}
      - {asset: B, path: b.csv, funding: {rate: 0.0001, interval: 8h}}
    grid: {contract: [linear, inverse, margin, spot], leverage: [1, 2], horizon: [1d], side: long}
    platforms:
      p:
        tiers: {file: t.json.gz, symbol: "BTC/USDT:USDT"}
        slippage: {base: 0.0005, kappa: 0.7}
        borrow: {rate: 0.1, margin_level: 1.1}
        liquidation: {fill: bounds}
      lender: {borrow: {rate: 0.05, margin_level: 1}, liquidation: {enabled: false}}
    """

private func problems(_ yaml: String) -> [Finding] {
    do {
        _ = try loadStudy(yaml: yaml, file: "s.yaml")
        return []
    } catch {
        return error.findings
    }
}

private let smallStudy = """
    version: 1
    data: [{asset: A, path: a.csv}]
    grid: {leverage: [10], horizon: [1d]}
    platforms: {p: {tiers: [{to: .inf, rate: 0.01}]}}
    """

@Suite struct StudyTests {
    @Test func everySectionIsRead() throws {
        let loaded = try loadStudy(yaml: fullStudy, file: "s.yaml")
        let study = loaded.value
        #expect(study.name == "nightly" && loaded.findings.isEmpty)
        let source = study.inputs[0].source
        #expect(
            source.files == ["prices/a.csv.gz", "prices/b.csv"] && source.format == nil && source.time == .milliseconds)
        #expect(source.utcOffset == .hours(3) && source.header == .present)
        #expect(
            source.columns
                == ColumnMapping(
                    time: .index(0),
                    prices: .bars(open: .index(1), high: .index(2), low: .index(3), close: .name("Close")),
                    volume: .index(5)))
        #expect(study.inputs[1].source.columns == ColumnMapping(time: .name("date"), prices: .single(.index(3))))
        #expect(study.inputs[1].source.time == .pattern("%d/%m/%Y"))
        #expect(study.grid.leverages.map(\.value) == [1, 3, 5] && study.grid.horizons == [.days(1), .days(30)])
        #expect(study.platforms.map(\.name) == ["tiered", "typical"])
        #expect(
            study.platforms[0].rules.tiers.tiers[1].maxLeverage == 100 && !study.platforms[0].rules.liquidation.enabled)
        #expect(study.position == PositionRules(notional: 5000, stride: 3, maxGap: .span(.minutes(10))))
        #expect(study.statistics == StatisticsRules(confidence: 0.99, block: .hours(12), resamples: 300, seed: 9))
        #expect(
            study.limits == [
                StudyLimit(
                    cells: CellSelector(asset: "LTCUSDT", leverage: Leverage(3)), measure: .negativeEquity, max: 0.05)
            ])
        #expect(study.headlineCell?.id == "LTCUSDT/linear/short/5x/1d/tiered")
    }

    @Test(arguments: [fullStudy, smallStudy, everyRule])
    func headlineAndTablesAreThoseOfAllCells(yaml: String) throws {
        var study = try loadStudy(yaml: yaml, file: "s.yaml").value
        #expect(study.tableCount == study.tables.count)
        for cell in study.cells {
            for open in [[], [CellAxis.asset]] {
                study.headline = CellSelector(like: cell.key, but: open)
                #expect(study.headlineCell == study.cells.first(where: study.headline.matches), "\(cell.id)")
            }
        }
        study.headline.asset = "none of them"
        #expect(study.headlineCell == nil)
    }

    @Test(arguments: [fullStudy, smallStudy, everyRule])
    func theCanonicalTextReadsBackAsTheSameStudy(yaml: String) throws {
        let study = try loadStudy(yaml: yaml, file: "s.yaml").value
        let again = try loadStudy(yaml: study.canonicalText, file: "again.yaml")
        #expect(again.value == study && again.findings.isEmpty)
        #expect(again.value.canonicalText == study.canonicalText)
    }

    @Test(arguments: ["a\"b\\c", "null", "yes", "1e5", "é \u{1F4A9}", "#x", "? a", "{", "*x", "%TAG", "a: b", "~"])
    func hostileNamesSurviveTheCanonicalText(name: String) throws {
        var study = try loadStudy(yaml: smallStudy, file: "s.yaml").value
        study.inputs[0].asset = name
        study.platforms[0].name = name
        #expect(try loadStudy(yaml: study.canonicalText, file: "s.yaml").value == study)
    }

    @Test func defaultsAreThoseOfTheDesign() throws {
        let study = try loadStudy(yaml: smallStudy, file: "s.yaml").value
        #expect(study.position == PositionRules(notional: 10_000, stride: 1, maxGap: .automatic))
        #expect(study.grid.sides == [.long, .short] && study.grid.contracts == [.linear])
        let rules = study.platforms[0].rules.liquidation
        #expect(rules.enabled && rules.trigger == .extreme && rules.fill == .auto && rules.latency == 1)
    }

    @Test func everyRuleIsRead() throws {
        let study = try loadStudy(yaml: everyRule, file: "s.yaml").value
        #expect(study.inputs[0].mark?.files == ["m.csv"] && study.inputs[0].mark?.time == .seconds)
        guard case .file(let funding) = study.inputs[0].funding else { throw StudyError([]) }
        #expect(
            funding.files == ["f.csv"] && funding.rate == .name("Funding Rate") && funding.shift == TimeSpan.hours(-3))
        #expect(study.inputs[1].funding == .constant(rate: 0.0001, interval: .hours(8)))
        #expect(study.grid.contracts == ContractKind.allCases)
        let platform = study.platforms[0]
        #expect(platform.tierFile == .brackets(file: "t.json.gz", symbol: "BTC/USDT:USDT"))
        #expect(platform.rules.slippage.impact == 0.7 && platform.rules.borrow.marginLevel == 1.1)
        #expect(platform.rules.liquidation.hasBounds && platform.rules.liquidation.fill == .auto)
    }

    @Test func feesAboveTheMaintenanceRateAreNoted() throws {
        let yaml = smallStudy.replacing("p: {", with: "p: {fees: {close: 0.005, liquidation: 0.006}, ")
        let found = try loadStudy(yaml: yaml, file: "s").findings
        #expect(
            found.map(\.check) == ["bankrupt_on_entry"] && found[0].message.contains("bankrupt on entry to liquidation")
        )
    }

    @Test func cellsAreInPlanOrder() throws {
        let cells = try loadStudy(yaml: fullStudy, file: "s.yaml").value.cells
        #expect(cells.count == 2 * 2 * 3 * 2 * 2 && cells.map(\.index) == Array(cells.indices))
        #expect(
            cells.prefix(5).map(\.id) == [
                "LTCUSDT/linear/long/1x/1d/tiered", "LTCUSDT/linear/long/1x/1d/typical",
                "LTCUSDT/linear/long/1x/30d/tiered",
                "LTCUSDT/linear/long/1x/30d/typical", "LTCUSDT/linear/long/3x/1d/tiered",
            ])
        #expect(Set(cells.map(\.id)).count == cells.count)
    }

    /// What is wrong → the check, the line, and a piece of message or hint.
    @Test(
        arguments: [
            (
                "grid: {leverage: [10], horizon: [1d]}", "grid: {levrage: [10], horizon: [1d]}", "unknown_key", 3,
                "did you mean 'leverage'"
            ),
            ("version: 1", "version: 2", "bad_value", 1, "reads version 1"),
            ("version: 1\n", "", "missing_key", nil, "no 'version'"),
            ("leverage: [10]", "leverage: [0.5]", "bad_value", 3, "from 1 to 1000"),
            ("leverage: [10]", "leverage: [.nan]", "bad_value", 3, "expected a number"),
            ("leverage: [10]", "leverage: [10, 10]", "bad_value", 3, "twice"),
            ("leverage: [10]", "leverage: {from: 5, to: 1}", "bad_value", 3, "rises"),
            ("leverage: [10]", "leverage: []", "bad_value", 3, "empty"),
            ("horizon: [1d]", "horizon: [1 day]", "bad_value", 3, "30s, 15m, 4h or 7d"),
            ("horizon: [1d]", "horizon: [0d]", "bad_value", 3, "above zero"),
            ("horizon: [1d]", "horizon: [1d], side: [lnog]", "bad_value", 3, "did you mean 'long'"),
            ("horizon: [1d]", "horizon: [1d], contract: inversed", "bad_value", 3, "did you mean 'inverse'"),
            ("horizon: [1d]", "horizon: [1d], contract: margin", "missing_key", nil, "has no 'borrow'"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {partial: maybe}", "bad_value", 4, "true or false"),
            ("rate: 0.01}]", "rate: 0.01}], slippage: {base: 0.1}", "missing_key", 4, "no 'kappa'"),
            ("rate: 0.01}]", "rate: 0.01}], borrow: {rate: -1, margin_level: 1.1}", "bad_value", 4, "from 0 to 10"),
            ("[{to: .inf, rate: 0.01}]", "{file: t.json}", "missing_key", 4, "no 'symbol'"),
            (
                "[{to: .inf, rate: 0.01}]", "{file: t.json, symbol: X, contract_size: 5}", "bad_value", 4,
                "either a symbol"
            ),
            ("horizon: [1d]", "horizon: [1d], platform: [q]", "no_such_platform", 3, "no platform 'q'"),
            ("rate: 0.01", "rate: 1.5", "bad_value", 4, "from 0 to 1"),
            ("rate: 0.01", "rate: 1", "bad_value", 4, "below 1"),
            ("to: .inf", "to: 100", "bad_value", 4, "no cap"),
            ("path: a.csv", "path: a.csv, funding: {path: f.csv, rate: 1}", "bad_value", 2, "either a path or"),
            ("path: a.csv", "path: a.csv, funding: {rate: 0.0001}", "missing_key", 2, "no 'interval'"),
            ("path: a.csv", "path: a.csv, funding: {path: f.csv, shift: soon}", "bad_value", 2, "-3h"),
            ("path: a.csv", "path: a.csv, mark: {columns: {time: 0, price: 1}}", "missing_key", 2, "no 'path'"),
            ("path: a.csv", "path: a.csv, time: yesterday", "bad_value", 2, "pattern"),
            ("path: a.csv", "path: a.csv, timezone: Europe/Berlin", "bad_value", 2, "+03:00"),
            ("path: a.csv", "path: a.csv, columns: {time: 0}", "missing_key", 2, "no 'open'"),
            ("path: a.csv", "path: a.csv, columns: {time: 0, price: 1, open: 2}", "bad_value", 2, "either price or"),
            ("path: a.csv", "path: a.csv, columns: {time: 5000, price: 1}", "bad_value", 2, "0 to 1023"),
            ("asset: A", "asset: \"a\\u0007b\"", "bad_value", 2, "printable"),
            (
                "data: [{asset: A, path: a.csv}]", "data: [{asset: A, path: a.csv}, {asset: A, path: b.csv}]",
                "duplicate_asset", nil, "twice"
            ),
            (
                "version: 1", "version: 1\nlimits: [{leverage: 11, measure: liquidated_frac, max: 0.5}]",
                "no_such_cell",
                nil, "limits[0]"
            ),
            ("version: 1", "version: 1\nheadline: {horizon: 2d}", "no_such_cell", nil, "headline"),
            ("version: 1", "version: 1\nname: ../up", "bad_value", 2, "letters of A to Z"),
            ("version: 1", "version: 1\nversion: 1", "bad_yaml", nil, "twice"),
            ("version: 1", "version: [1", "bad_yaml", nil, ""),
            ("leverage: [10]", "leverage: {from: 1, to: 1000, step: 0.1}, platform: p", "ok", nil, ""),
        ] as [(String, String, String, Int?, String)])
    func mistakesAreNamedWithTheirLine(old: String, new: String, check: String, line: Int?, text: String) {
        let found = problems(smallStudy.replacing(old, with: new))
        if check == "ok" { #expect(found.isEmpty, "\(found)"); return }
        let hit = found.first { $0.check == check && (text.isEmpty || ($0.message + " " + $0.hint).contains(text)) }
        #expect(hit != nil, "\(found)")
        if let line { #expect(hit?.location?.line == line, "\(found)") }
    }

    @Test func allMistakesAreReportedAtOnce() {
        let found = problems("version: 3\nnmae: x\ndata: 5\ngrid: {leverage: [0], horizon: [x]}\nplatforms: {}\n")
        #expect(found.count >= 5, "\(found.map(\.message))")
    }

    @Test func aGridHasABound() {
        let found = problems(
            smallStudy.replacing("leverage: [10]", with: "leverage: {from: 1, to: 1000, step: 0.1}").replacing(
                "horizon: [1d]", with: "horizon: [" + (1...60).map { "\($0)d" }.joined(separator: ",") + "]"))
        #expect(
            found.first?.check == "too_many_cells"
                && found.first?.message == "the grid has 1 198 920 cells (max 1 000 000)", "\(found)")
    }

    @Test func statisticsSettings() throws {
        let yaml = smallStudy + "\nstatistics: {seed: 7, resamples: 500, max_frequency: 0.02}"
        let rules = try loadStudy(yaml: yaml, file: "s").value.statistics
        #expect(rules == StatisticsRules(resamples: 500, seed: 7, maxFrequency: 0.02))
        #expect(!problems(smallStudy + "\nstatistics: {resamples: 99}").isEmpty)
        #expect(!problems(smallStudy + "\nstatistics: {max_frequency: 0}").isEmpty)
        #expect(!problems(smallStudy + "\nstatistics: {seed: -1}").isEmpty)
    }

    @Test func lookBackSettings() throws {
        func rules(_ text: String) throws -> LookBackRules? {
            try loadStudy(yaml: smallStudy + "\nstatistics: {look_back_margin: {\(text)}}", file: "s").value.statistics
                .lookBack
        }
        #expect(try loadStudy(yaml: smallStudy, file: "s").value.statistics.lookBack == nil)
        #expect(try rules("") == LookBackRules(lookBacks: [.days(182), .days(910)], frequencies: [0.01], hours: [0]))
        let all = "look_back: [910d, 26w], frequency: [0.01, 0.001], hour: [6, 12], as_of: [2025-08-23, 2021-03-31]"
        let found = try #require(try rules(all))
        #expect(found.lookBacks == [.days(182), .days(910)] && found.hours == [6, 12])
        #expect(found.days.map(\.civil.dateText) == ["2021-03-31", "2025-08-23"])
        let study = try loadStudy(yaml: smallStudy + "\nstatistics: {look_back_margin: {\(all)}}", file: "s").value
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
    }

    @Test(arguments: [
        "look_back: [20d]", "look_back: []", "frequency: 0", "frequency: 0.6", "hour: 24", "hour: -1",
        "as_of: 2025-02-30",
        "as_of: soon", "as_of: 2025-8-3", "as_of: [2025-08-23, 2025-08-23]", "look_backs: [182d]",
        "as_of: 2025-08-23T00:00",
    ])
    func lookBackSettingsAreChecked(text: String) {
        #expect(!problems(smallStudy + "\nstatistics: {look_back_margin: {\(text)}}").isEmpty)
    }
}

@Suite struct HostileYAMLTests {
    @Test(arguments: [
        String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000),
        String(repeating: "- ", count: 50_000),
        String(repeating: "? ", count: 50_000), String(repeating: " ", count: 5000) + "a: 1",
        String(repeating: "a: 1\n", count: 100_000),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "", "\u{0}", "\t", "!!binary x", "--- a\n--- b", "5", "[1, 2]",
        "version: 1\ndata: {? [a]: b}\n", "version: 9999999999999999999999",
    ])
    func isRefusedWithoutACrash(yaml: String) {
        #expect(!problems(yaml).isEmpty)
    }

    @Test(arguments: 0..<300)
    func randomDamageNeverCrashes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(fullStudy.utf8)
        for _ in 0..<(1 + random.next() % 6) {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next() % 128)
            case 1: bytes.remove(at: place)
            default:
                bytes.insert(
                    contentsOf: Array("[]{}:-#*&!\"'\n\t 0".utf8).shuffled(using: &random).prefix(2), at: place)
            }
        }
        for finding in problems(String(decoding: bytes, as: UTF8.self)) {
            #expect(finding.severity == .error && !finding.message.isEmpty, "seed \(seed)")
        }
    }

    /// Everything a study can say about how files are read comes back from its canonical text.
    @Test func readingSettingsRoundTrip() throws {
        let yaml = """
            version: 1
            data:
              - asset: A
                path: [a.zip, b.csv.zst]
                kind: trades
                bar: 1m
                numbers: "1.234,5"
                delimiter: "\\t"
                symbol: BTC/USD
                time: "ms of 2017-12-17"
                columns: {time: [date, 2], price: 3, volume: size}
                policy: {bad_ticks: drop, missing_bars: fail, bad_row: drop}
                reference: {path: other.csv, kind: quotes, bar: 30s, columns: {time: 0, bid: 1, ask: 2}, time: excel}
              - {asset: B, path: b.csv, time: ns, numbers: "1 234,5", delimiter: "|"}
            grid: {leverage: [1, 10], horizon: [1d]}
            platforms: {p: {tiers: [{to: .inf, rate: 0.005}]}}
            """
        let study = try loadStudy(yaml: yaml, file: "s.yaml").value
        let source = study.inputs[0].source
        #expect(source.kind == .trades && source.barLength == .minutes(1) && source.numbers == .pointGroups)
        #expect(source.delimiter == .tab && source.symbol == "BTC/USD" && source.columns?.timeParts == [.index(2)])
        #expect(source.time == .millisecondsOfDay(1_513_468_800_000))
        #expect(source.policies == ["bad_ticks": .drop, "missing_bars": .fail, "bad_row": .drop])
        #expect(study.inputs[0].reference?.kind == .quotes && study.inputs[0].reference?.time == .spreadsheetDays)
        #expect(study.inputs[1].source.time == .nanoseconds && study.inputs[1].source.delimiter == .bar)
        #expect(try loadStudy(yaml: study.canonicalText, file: "again.yaml").value == study)
    }

    @Test(arguments: [
        ("kind: trade", "trades"), ("bar: soon", "bar"), ("numbers: 12", "1,234.5"), ("delimiter: x", "delimiter"),
        ("policy: {bad_tick: drop}", "bad_ticks"), ("policy: {missing_bars: drop}", "keep or fail"),
        ("policy: {bad_row: keep}", "drop or fail"), ("time: minutes", "excel"), ("columns: {time: 0, bid: 1}", "ask"),
    ])
    func readingSettingsAreChecked(_ setting: String, _ says: String) throws {
        let yaml = """
            version: 1
            data: [{asset: A, path: a.csv, \(setting)}]
            grid: {leverage: [1], horizon: [1d]}
            platforms: {p: {tiers: [{to: .inf, rate: 0.005}]}}
            """
        let error = #expect(throws: StudyError.self) { try loadStudy(yaml: yaml, file: "s.yaml") }
        let words = error?.findings.map { "\($0.message) \($0.hint)" }.joined() ?? ""
        #expect(words.contains(says), "\(words)")
    }
}
