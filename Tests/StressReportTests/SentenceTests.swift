import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

@Suite("Sentences")
struct SentenceTests {
    private func sentences(
        _ estimate: CellEstimate, asset: String = "LTCUSDT", contract: ContractKind = .linear, side: Side = .long,
        leverage: Double = 20, horizon: TimeSpan = .days(7), fill: String = "gap", bars: TimeSpan = .hours(1),
        wideSteps: WideSteps? = nil, years: [YearTest] = [], length: TimeSpan? = nil
    ) -> CellSentences {
        let cell = StudyCell(
            index: 0,
            key: CellKey(
                asset: asset, contract: contract, side: side, leverage: Leverage(leverage)!, horizon: horizon,
                platform: "typical"))
        return CellSentences(
            row: ResultRow(cell: cell, fill: fill, estimate: estimate), barLength: bars, confidence: 0.95,
            delay: .seconds(30), wideSteps: wideSteps, years: years, length: length)
    }

    @Test("A frequency with its interval")
    func ok() {
        let s = sentences(makeEstimate())
        #expect(
            s.headline.sentence
                == "At 20×, a LTCUSDT long held for up to 7 days ended below zero in 3.1 % of entries (95 % CI 1.7–5.4 %)."
        )
        #expect(
            plainText(s.plainWords)
                == "That is about 1 entry in 33. Without a liquidation engine, 33 % would have been below zero at some point."
        )
        #expect(s.worstFill.isEmpty)
    }

    private func inference(spells: Int?, nextYear: Interval?, windows: Int = 365) -> CellInference {
        let blocks = BlockShare(counts: Array(repeating: 1, count: 400), entries: Array(repeating: 24, count: 400))
        let share = FrequencyInference(blocks, meanLength: 5, disjointWindows: 100, confidence: 0.95)
        return CellInference(
            negative: [share], roles: [.chosen], liquidated: nil, unprotected: nil, meanRunBlocks: 7, meanRun: .days(7),
            disjointWindows: windows, turbulentSpells: spells, nextYear: nextYear)
    }

    @Test("What the history can know of regimes, and what next year may show")
    func years() throws {
        let ends = Interval(low: 0, high: 0.0712)
        func found(_ spells: Int?, negative: Int = 1872, status: CellStatus? = nil, windows: Int = 365) -> CellSentences
        {
            let estimate = makeEstimate(negative: negative, windows: windows, status: status)
                .resampled(inference(spells: spells, nextYear: ends, windows: windows))
            return sentences(estimate)
        }
        #expect(found(2).regimeWords.isEmpty && found(nil).regimeWords.isEmpty)
        #expect(
            found(1).regimeWords.sentence
                == "The interval holds for regimes like this history’s: it has been through 1 spell of high volatility, "
                + "and how often such spells come cannot be known from it.")
        #expect(found(0).regimeWords.sentence.contains("no spell of high volatility"))
        let short = sentences(found(0).row.estimate, length: .days(12)).regimeWords.sentence
        #expect(
            short.contains("one of 12 days is too short to tell a spell of high volatility")
                && !short.contains("no spell"))
        #expect(sentences(found(0).row.estimate, length: .days(30)).regimeWords.sentence.contains("no spell"))
        #expect(found(1).row.estimate.status == .fewRegimes && found(2).row.estimate.status == .ok)
        #expect(found(0, negative: 0).row.estimate.status == .zeroSeen)
        #expect(found(0, negative: 0, status: .impossible).regimeWords.isEmpty)
        #expect(found(0, negative: 0, status: .impossible).nextYear.isEmpty && found(0, windows: 12).nextYear.isEmpty)
        #expect(found(2).nextYear.sentence == "In one further year: 0–7.1 % of entries (95 % prediction).")
    }

    @Test("What predictions were worth on this history")
    func trackRecord() throws {
        let past = BlockShare(counts: Array(repeating: 2, count: 700), entries: Array(repeating: 24, count: 700))
        func tested(_ year: Int, _ count: UInt32) throws -> YearTest {
            try #require(
                YearTest(
                    year: year, past: past,
                    next: BlockShare(
                        counts: Array(repeating: count, count: 365), entries: Array(repeating: 24, count: 365)),
                    seen: Double(count) * 365, meanLength: 5, disjointWindows: 100, yearBlocks: 365, level: 0.95))
        }
        let estimate = makeEstimate().resampled(inference(spells: 3, nextYear: Interval(low: 0.01, high: 0.05)))
        let all = [try tested(2020, 2), try tested(2021, 24), try tested(2022, 2)]
        #expect(
            sentences(estimate, years: all).nextYear.sentence
                == "In one further year: 1.0–5.0 % of entries (95 % prediction); made from the data up to each of the 3 years "
                + "from 2020 to 2022, it held 2 of their 3 shares.")
        #expect(
            sentences(estimate, years: [all[0]]).nextYear.sentence.hasSuffix("up to 2020, it held that year’s share."))
        #expect(sentences(estimate, years: [all[1]]).nextYear.sentence.hasSuffix("it did not hold that year’s share."))
    }

    @Test("The finding is the only thing emphasised as one")
    func weights() {
        let findings = sentences(makeEstimate()).headline.filter { if case .finding = $0 { true } else { false } }
        #expect(findings.map { plainText($0.text) } == ["3.1 %"])
    }

    @Test("None seen is not never")
    func zeroSeen() {
        let s = sentences(makeEstimate(negative: 0, unprotected: 0), asset: "ETHUSDT", leverage: 3, horizon: .days(1))
        #expect(
            s.headline.sentence
                == "At 3×, an ETHUSDT long held for up to 1 day never ended below zero in 61 200 entries; "
                + "with ≈ 365 independent windows the rate could still be up to 1.1 %.")
        #expect(s.plainWords == "Even without a liquidation engine, no entry would have been below zero.")
    }

    @Test("What cannot happen is said as such")
    func impossible() {
        let s = sentences(makeEstimate(negative: 0, worst: 0, unprotected: 0, status: .impossible), leverage: 1)
        #expect(s.headline.sentence == "At 1×, a linear long cannot end below zero.")
        #expect(s.plainWords == "The price itself would have to fall below zero.")
        #expect(s.worstFill.isEmpty)
    }

    @Test("Few windows are flagged, with and without a count")
    func fewWindows() {
        #expect(
            sentences(makeEstimate(windows: 28)).headline.sentence
                == "At 20×, a LTCUSDT long held for up to 7 days ended below zero in 3.1 % of entries (95 % CI 0.5–17 %)"
                + " — only ≈ 28 independent windows, treat as indicative.")
        #expect(
            sentences(makeEstimate(entries: 1, negative: 0, windows: 1)).headline.sentence
                == "At 20×, a LTCUSDT long held for up to 7 days never ended below zero in 1 entry; "
                + "≈ 1 independent window cannot bound the rate, treat as indicative.")
    }

    @Test("An interval that says nothing is said as such")
    func vacuousInterval() {
        #expect(
            sentences(makeEstimate(negative: 30_000, windows: 1)).headline.sentence
                == "At 20×, a LTCUSDT long held for up to 7 days ended below zero in 49 % of entries "
                + "(≈ 1 independent window: no interval, treat as indicative).")
        let point = FrequencyInterval(Interval(low: 0.04, high: 0.04), method: .clusteredBeta)
        #expect(point.isVacuous(windows: 400) && point.rangeNumber(windows: 400) == "too few")
        let bound = FrequencyInterval(Interval(low: 0, high: 1), method: .zeroCountDisjoint)
        #expect(bound.rangeNumber(windows: 1) == "too few")
        #expect(
            FrequencyInterval(Interval(low: 0.02, high: 0.047), method: .clusteredBeta).rangeNumber(windows: 1)
                == "2.0–4.7")
    }

    @Test("A rejected position and an empty cell say why")
    func withoutEntries() {
        let rejected = makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
        #expect(
            sentences(rejected, leverage: 125).headline.sentence
                == "At 125×, a LTCUSDT long would not have been opened by the platform typical (61 200 entries): its margin "
                + "would not exceed the requirement, or the leverage is above what it allows at this size.")
        let empty = makeEstimate(entries: 0, excluded: 40, negative: 0, unprotected: 0, liquidated: 0)
        #expect(
            sentences(empty, horizon: .days(90)).headline.sentence
                == "At 20×, a LTCUSDT long held for up to 90 days has no result: "
                + "no entry has a whole window in the data (40 entries excluded).")
        #expect(sentences(empty).plainWords.isEmpty)
        #expect(sentences(rejected).worstFill.isEmpty)
    }

    @Test("The worst fill stands beside the headline with its reason")
    func worstFill() {
        #expect(
            sentences(makeEstimate(worst: 5800), bars: .days(1)).worstFill.sentence
                == "Filled at each bar’s worst price it would be 9.5 % (95 % CI 6.9–13 %); "
                + "bars of 1 day cannot settle what a falling market paid inside them.")
        #expect(
            sentences(makeEstimate(negative: 0, worst: 0), side: .short).worstFill.sentence
                == "Filled at each bar’s worst price it would be 0 % (at most 1.1 %); "
                + "bars of 1 hour cannot settle what a rising market paid inside them.")
    }

    @Test("Closing at once and at the worst price stand beside a delay, and what would settle it where the law decides")
    func bracket() {
        #expect(
            sentences(makeEstimate(worst: 5800, atOnce: 1200), fill: "delay").worstFill.sentence
                == "That is with positions closed 30 seconds after the trigger; closed at once it would be 2.0 %, "
                + "and at each bar’s worst price 9.5 % (95 % CI 6.9–13 %); "
                + "bars of 1 hour cannot settle what a falling market paid inside them.")
        #expect(
            sentences(makeEstimate(worst: 5800, atOnce: 0), side: .short, fill: "delay").worstFill.sentence
                == "That is with positions closed 30 seconds after the trigger; closed at once it would be 0 %, "
                + "and at each bar’s worst price 9.5 % (95 % CI 6.9–13 %); "
                + "bars of 1 hour do not tell what a rising market paid inside them, so a law decides most of the number; "
                + "bars of 1 minute or less would settle it.")
    }

    @Test("A history of closes alone has no worst price of a bar")
    func closesAlone() {
        func words(_ estimate: CellEstimate, fill: String = "gap", hasMarks: Bool = false) -> String {
            var asked = sentences(estimate, side: .short, fill: fill)
            (asked.hasSinglePrices, asked.hasUnseenTriggers) = (true, !hasMarks)
            return asked.worstFill.sentence
        }
        let unseen =
            "The history has closes alone: what a rising market paid between them is not in it, so no worst fill is known, "
            + "and what was liquidated between two closes is not seen."
        #expect(words(makeEstimate(worst: 5800)) == unseen)
        #expect(words(makeEstimate(worst: 5800), hasMarks: true).hasSuffix("so no worst fill is known."))
        #expect(words(makeEstimate(worst: 5800), fill: "off").isEmpty)
        #expect(
            words(makeEstimate(worst: 5800, atOnce: 1200), fill: "delay")
                == "That is with positions closed 30 seconds after the trigger; closed at once it would be 2.0 %. \(unseen)"
        )
    }

    @Test("A law is named beside bounds, and where a study asks for it by name")
    func lawByName() {
        let law = "a law says where between them; bars of 1 minute or less would settle it."
        #expect(
            sentences(makeEstimate(worst: 13_464, best: 61), fill: "delay").worstFill.sentence.hasSuffix(
                "of 61 200 entries. With positions closed 30 seconds after the trigger " + law))
        #expect(!sentences(makeEstimate(worst: 13_464, best: 61)).worstFill.sentence.contains("a law"))
        #expect(!sentences(makeEstimate(worst: 61, best: 61), fill: "delay").worstFill.sentence.contains("a law"))
        #expect(
            sentences(makeEstimate(), fill: "delay", bars: .days(1)).worstFill.sentence
                == "That is with positions closed 30 seconds after the trigger, at prices that bars of 1 day do not tell and "
                + "a law does; bars of 1 minute or less would settle it.")
        let none = makeEstimate(negative: 0, unprotected: 0, status: .impossible)
        #expect(sentences(none, fill: "delay").worstFill.isEmpty)
    }

    @Test("Cut windows are said from a twentieth of the entries on, or of those below zero")
    func cutShare() {
        func words(_ cut: Int, _ negative: Double = 0, steps: WideSteps? = nil) -> String {
            sentences(makeEstimate(cut: cut, cutNegative: negative), wideSteps: steps).cutWords.sentence
        }
        #expect(words(0).isEmpty && words(3000).isEmpty && words(3000, 90).isEmpty)
        #expect(
            words(6800) == "10 % of entries (6800 of 68 000) were watched only up to the end of the history.")
        #expect(
            words(300, 624)
                == "0.5 % of entries (300 of 61 500) were watched only up to the end of the history; they hold 624 of the "
                + "2496 that ended below zero.")
        let calm = WideSteps(count: 1, widest: makeWideSteps().widest, fall: makeWideSteps().widest, rise: nil)
        #expect(words(6800, steps: calm).hasSuffix("were watched only up to a gap or the end of the history."))
        let none = makeEstimate(negative: 0, unprotected: 0, status: .impossible, cut: 60_000)
        #expect(sentences(none, leverage: 1).cutWords.isEmpty)
    }

    @Test("A step is said whose move would have been felt: a twentieth against the position, or its margin")
    func feltSteps() {
        let steps = makeWideSteps()
        func words(_ steps: WideSteps, side: Side = .long, leverage: Double = 20, cut: Int = 9) -> String {
            sentences(makeEstimate(cut: cut), side: side, leverage: leverage, wideSteps: steps).cutWords.sentence
        }
        let cut = "0.01 % of entries (9 of 61 209) were watched only up to a gap or the end of the history. "
        let widest =
            "Across the widest of 4 steps between bars that no window spans, 2022-05-13 00:00 → 2022-05-31 00:00 (18 d), the "
            + "price moved by −0.3 %"
        #expect(
            words(steps) == cut + widest
                + "; across 2022-06-11 04:00 → 2022-06-11 11:00 (7 h) by −40 %: no entry shows either.")
        #expect(
            words(steps, side: .short, cut: 0) == widest
                + "; across 2022-06-19 12:00 → 2022-06-19 21:00 (9 h) by +60 %: no entry shows either.")
        func one(_ move: Double?) -> WideSteps {
            var step = steps.widest
            step.move = move
            return WideSteps(
                count: 1, widest: step, fall: (move ?? 0) < 0 ? step : nil, rise: (move ?? 0) > 0 ? step : nil)
        }
        #expect(
            words(one(-0.05)).hasSuffix(
                "Across the one step between bars that no window spans, 2022-05-13 00:00 → 2022-05-31 00:00 (18 d), the price "
                    + "moved by −5.0 %, which no entry shows."))
        #expect(words(one(-0.049)).isEmpty && words(one(0.7)).isEmpty)
        #expect(!words(one(-0.011), leverage: 100).isEmpty && words(one(-0.009), leverage: 100).isEmpty)
        #expect(words(one(-0.049), leverage: 2).isEmpty && !words(one(-0.051), leverage: 2).isEmpty)
        #expect(!words(one(0.06), side: .short).isEmpty && words(one(-0.5), side: .short).isEmpty)
        #expect(words(one(nil)).contains("the price moved by an amount that has no ratio, which no entry shows."))
    }

    @Test("Every contract is named in the first sentence")
    func contracts() {
        func words(_ contract: ContractKind, _ side: Side = .long) -> String {
            sentences(makeEstimate(), contract: contract, side: side).headline.sentence
        }
        #expect(words(.linear).hasPrefix("At 20×, a LTCUSDT long held for up to 7 days"))
        #expect(words(.inverse, .short).hasPrefix("At 20×, an inverse LTCUSDT short held for up to 7 days"))
        #expect(words(.margin, .short).hasPrefix("At 20×, a LTCUSDT short on margin held for up to 7 days"))
        #expect(words(.spot).hasPrefix("At 20×, a spot purchase of LTCUSDT held for up to 7 days"))
    }

    @Test(
        "What cannot happen has the reason of its contract",
        arguments: [
            (
                ContractKind.spot, Side.long, "At 1×, a spot purchase cannot end below zero.",
                "A coin that is paid for in full can lose its whole value and no more."
            ),
            (
                .inverse, .short, "At 1×, an inverse short cannot end below zero.",
                "Its margin is the coin that it is short of, and one covers the other at every price."
            ),
            (
                .margin, .long, "At 1×, a long on margin cannot end below zero.",
                "Nothing is borrowed at this leverage: the price itself would have to fall below zero."
            ),
        ])
    func impossibleContracts(contract: ContractKind, side: Side, headline: String, reason: String) {
        let none = makeEstimate(negative: 0, worst: 0, best: 0, unprotected: 0, status: .impossible)
        let s = sentences(none, contract: contract, side: side, leverage: 1, fill: "off")
        #expect(s.headline.sentence == headline)
        #expect(s.plainWords == reason)
        #expect(s.worstFill.isEmpty)
    }

    @Test("A rejected spot position says that the market has no such thing")
    func rejectedSpot() {
        let rejected = makeEstimate(entries: 0, rejected: 9, negative: 0, unprotected: 0, liquidated: 0)
        #expect(
            sentences(rejected, contract: .spot).headline.sentence
                == "At 20×, a spot purchase of LTCUSDT would not have been opened by the platform typical (9 entries): "
                + "a spot purchase is paid for in full, at 1× and at no other leverage.")
        #expect(
            sentences(rejected, contract: .spot, side: .short, leverage: 1, fill: "off").headline.sentence
                == "At 1×, a spot short of LTCUSDT would not have been opened by the platform typical (9 entries): "
                + "a coin that is not held cannot be sold on the spot market.")
        #expect(sentences(rejected, contract: .spot, fill: "off").plainWords.isEmpty)
    }

    @Test(
        "None seen, few windows and no data of every contract read as sentences",
        arguments: [
            (ContractKind.linear, "a LTCUSDT long"), (.inverse, "an inverse LTCUSDT long"),
            (.margin, "a LTCUSDT long on margin"), (.spot, "a spot purchase of LTCUSDT"),
        ])
    func statuses(contract: ContractKind, position: String) {
        let start = "At 20×, \(position) held for up to 7 days "
        func headline(_ estimate: CellEstimate) -> String {
            sentences(estimate, contract: contract).headline.sentence
        }
        #expect(headline(makeEstimate(negative: 0)).hasPrefix(start + "never ended below zero in 61 200 entries;"))
        #expect(headline(makeEstimate(windows: 28)).hasPrefix(start + "ended below zero in 3.1 % of entries"))
        #expect(
            headline(makeEstimate(entries: 0, negative: 0, unprotected: 0, liquidated: 0)).hasPrefix(
                start + "has no result: "))
    }

    @Test(
        "An asset's article follows the ear",
        arguments: [
            ("ETHUSDT", "an"), ("BTCUSDT", "a"), ("USDTUSD", "a"), ("one", "a"), ("ONEUSDT", "a"), ("EURUSD", "a"),
            ("OPUSDT", "an"), ("8BTC", "an"), ("", "a"),
        ])
    func articles(asset: String, article: String) throws {
        let key = CellKey(
            asset: asset, contract: .linear, side: .long, leverage: try #require(Leverage(20)), horizon: .days(7),
            platform: "typical")
        #expect(StudyCell(index: 0, key: key).positionWords.sentence == "\(article) \(asset) long")
    }

    @Test("The span between best and worst fill is said plainly")
    func span() {
        #expect(
            sentences(makeEstimate(worst: 13_464, best: 61)).worstFill.sentence
                == "Between the best and the worst possible fill it lies between 0.1 % and 22 %: what a falling market "
                + "paid inside bars of 1 hour decides for 13 403 of 61 200 entries.")
        #expect(
            sentences(makeEstimate(negative: 14_000, worst: 13_464, best: 61)).worstFill.sentence
                .hasPrefix("Filled in time, it lies between 0.1 % and 22 %: "))
        #expect(
            sentences(makeEstimate(negative: 0, worst: 0, best: 0)).worstFill.sentence
                == "The best and the worst possible fill both give 0 %: what happened inside the bars decides no entry."
        )
    }

    @Test(
        "The largest cause is the title of its figure",
        arguments: [
            (\ShortfallCauses.gap, ContractKind.linear, "gaps make up"),
            (\.price, .linear, "the price itself makes up"),
            (\.latency, .linear, "delay makes up"), (\.slippage, .linear, "slippage makes up"),
            (\.fees, .linear, "fees make up"), (\.funding, .linear, "funding makes up"),
            (\.funding, .margin, "interest makes up"),
        ] as [(WritableKeyPath<ShortfallCauses, Double> & Sendable, ContractKind, String)])
    func causeTitles(path: WritableKeyPath<ShortfallCauses, Double> & Sendable, contract: ContractKind, words: String)
        throws
    {
        var causes = ShortfallCauses()
        (causes.price, causes.fees) = (0.13, 0.13)
        causes[keyPath: path] = 0.74
        let size = ShortfallSummary(mean: causes.total, p50: 1, p90: 1, p99: 1, max: 1)
        let exit = ExitEstimate(
            negative: 9, frequency: 0.1, interval: nil, shortfall: size, meanEquity: 0, causes: causes)
        let estimate = CellEstimate(
            windows: makeEstimate().windows, effectiveEntries: 365, exit: exit, worstExit: nil,
            medianTimeToLiquidation: nil, status: .ok)
        let title = try makeReport(contracts: [contract]) { _ in estimate }.assetSides[0].causesTitle
        let share = percentText(0.74 / causes.total)
        #expect(title == "At 20×, \(words) \(share) of the mean shortfall")
    }

    @Test("A platform that does not liquidate says so")
    func withoutLiquidation() {
        #expect(sentences(makeEstimate(), fill: "off").plainWords.hasSuffix("This platform does not liquidate."))
    }

    @Test("No sentence promises a probability")
    func words() throws {
        let pages = try Rendered.single.filter { $0.path.hasSuffix(".html") }
        #expect(!pages.contains { $0.contents.lowercased().contains("probability") })
    }

    @Test("Titles of figures follow the figures")
    func titles() throws {
        let report = try realisticReport(assets: ["LTCUSDT"])
        let long = report.assetSides[0]
        #expect(plainText(long.gridTitle).hasPrefix("Most often below zero: 100× held for up to 90 days, "))
        #expect(plainText(long.leverageTitle).contains("the share below zero rises from"))
        #expect(
            plainText(long.severityTitle) == "At 20× half the shortfalls exceed 12 % of margin; the largest is 120 %")
        #expect(
            plainText(long.qualityTitle) == "2 warnings, 1 note, 2 checks passed; nothing was repaired in silence")
    }

    @Test("Titles without anything seen")
    func emptyTitles() throws {
        func page(_ estimate: CellEstimate) throws -> AssetSide { try makeReport { _ in estimate }.assetSides[0] }
        let zero = try page(makeEstimate(negative: 0))
        #expect(zero.gridTitle == "No entry in this grid ended below zero")
        #expect(plainText(zero.leverageTitle) == "At no leverage did an entry held for up to 7 days end below zero")
        #expect(zero.severityTitle == "At 20× there is no shortfall to measure")
        #expect(zero.qualityTitle == "No checks are on record for this history")
        let none = try page(makeEstimate(negative: 0, unprotected: 0, status: .impossible))
        #expect(none.gridTitle == "Nothing in this grid can end below zero")
        #expect(none.leverageTitle == "At no leverage can an entry end below zero")
        let rejected = try page(makeEstimate(entries: 0, rejected: 9, negative: 0, unprotected: 0, liquidated: 0))
        #expect(rejected.gridTitle == "The platform would open none of these positions")
        #expect(plainText(rejected.leverageTitle) == "At no leverage was an entry held for up to 7 days")
        let single = try page(makeEstimate(negative: 1))
        #expect(zero.causesTitle == "At 20× there is no shortfall to take apart")
        let spot = try makeReport(contracts: [.spot]) { cell in
            cell.leverage.value == 1
                ? makeEstimate(negative: 0, unprotected: 0, status: .impossible)
                : makeEstimate(entries: 0, rejected: 9, negative: 0, unprotected: 0, liquidated: 0)
        }.assetSides[0]
        #expect(spot.gridTitle == "Nothing that the platform opens here can end below zero")
        #expect(spot.leverageTitle == "At 1× no entry can end below zero; the rest is not opened")
        #expect(plainText(single.severityTitle) == "At 20× the only shortfall was 100 % of margin")
        #expect(plainText(single.leverageTitle) == "<0.01 % of entries ended below zero at 1× and at 100× alike")
    }
}
