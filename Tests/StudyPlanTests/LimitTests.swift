import StressBasics
import StudyPlan
import Testing

private func study(_ rest: String) -> String {
    """
    version: 1
    data: [{asset: A, path: a.csv}, {asset: B, path: b.csv}]
    grid: {leverage: [10], horizon: [1d]}
    platforms: {p: {tiers: [{to: .inf, rate: 0.01}]}}
    \(rest)
    """
}

private func load(_ rest: String) throws -> Study { try loadStudy(yaml: study(rest), file: "s.yaml").value }

private func problems(_ rest: String) -> [Finding] {
    do throws(StudyError) {
        _ = try loadStudy(yaml: study(rest), file: "s.yaml")
        return []
    } catch {
        return error.findings
    }
}

@Suite struct LimitTests {
    private let every = """
        limits:
          - {asset: A, measure: negative_equity_frac, max: 0.05}
          - {measure: negative_equity_frac, max: 0.05, bound: lower}
          - {measure: equity_mean_margin_frac, min: -0.25}
          - {measure: liquidated_frac, min: 0.01, bound: upper}
          - {measure: shortfall_p99_margin_frac, max: 2}
          - {measure: entries_count, min: 1000}
          - {side: long, measure: negative_equity_frac, drift: {runs: 30, max_change: 0.01}}
          - {measure: unprotected_frac, drift: {half_widths: 1.5}}
          - {max_age: 36h}
          - {asset: B, max_age: 90m}
        """

    @Test func everyFormIsRead() throws {
        let limits = try load(every).limits
        #expect(limits.map(\.form.name) == ["max", "max", "min", "min", "max", "min", "drift", "drift", "max", "max"])
        #expect(limits.map(\.bound) == [.value, .lower, .value, .upper] + Array(repeating: .value, count: 6))
        #expect(limits[6].form == .drift(StudyLimit.Drift(runs: 30, change: .absolute(0.01))))
        #expect(limits[7].form == .drift(StudyLimit.Drift(runs: 20, change: .halfWidths(1.5))))
        #expect(limits[8].measure == .newestBarAge && limits[8].form == .max(36) && limits[9].form == .max(1.5))
    }

    @Test func theCanonicalTextReadsBack() throws {
        let study = try load(every)
        #expect(try loadStudy(yaml: study.canonicalText, file: "s").value == study)
    }

    /// A limit names a behaviour of the study; holding is what it is on without a name.
    @Test func aLimitMayBeOnABehaviour() throws {
        let rules = "behaviours: [{name: stop5, stop_loss: 5%}, panic seller]\n"
        func limit(_ words: String) -> String { rules + "limits: [{\(words), max: 0.01}]" }
        let study = try load(limit("behaviour: stop5, leverage: 10, measure: negative_equity_frac"))
        #expect(study.limits[0].behaviour == "stop5" && study.limits[0].mayBeNotShown)
        #expect(try loadStudy(yaml: study.canonicalText, file: "s").value == study)
        let hodl = try load(limit("behaviour: hodl, measure: negative_equity_frac"))
        #expect(hodl.limits == (try load(limit("measure: negative_equity_frac"))).limits)
        let equity = try load(limit("behaviour: panic seller, measure: liquidated_frac")).limits[0]
        #expect(!equity.hasInterval && !equity.mayBeNotShown)

        func message(_ words: String, _ form: String = "max: 0.01") -> String {
            problems(rules + "limits: [{\(words), \(form)}]").map { "\($0.message); \($0.hint)" }.joined()
        }
        let slip = message("behaviour: stop6, measure: negative_equity_frac")
        #expect(slip.contains("no behaviour 'stop6'") && slip.contains("did you mean 'stop5'?"), "\(slip)")
        #expect(message("behaviour: stop5, measure: owed_frac").contains("not computed under behaviours"))
        let drift = message("behaviour: stop5, measure: negative_equity_frac", "drift: {max_change: 0.1}")
        #expect(drift.contains("earlier runs"), "\(drift)")
        let bound = message("behaviour: stop5, measure: liquidated_frac, bound: upper")
        #expect(bound.contains("has no interval"), "\(bound)")
        #expect(message("behaviour: stop5", "max_age: 36h").contains("stands alone"))
        let none = problems("limits: [{behaviour: a, measure: negative_equity_frac, max: 0.1}]").map(\.message)
        #expect(none.contains { $0.contains("no behaviour 'a'") })
    }

    /// Studies of before keep the digest, and so the run name, that they had.
    @Test func aPlainLimitIsWrittenAsItWas() throws {
        let text = try load("limits: [{asset: A, leverage: 10, measure: liquidated_frac, max: 0.5}]").canonicalText
        #expect(text.contains("  - {asset: \"A\", leverage: 10, measure: liquidated_frac, max: 0.5}\n"))
    }

    @Test(arguments: [
        ("{measure: negative_equity_frac}", "has no 'max'"),
        ("{measure: negative_equity_frac, max: 0.5, min: 0}", "has both 'max' and 'min'"),
        ("{measure: negative_equity_frac, max: 0.5, max_age: 3h}", "has both"),
        ("{measure: negative_equity_frac, maxx: 1}", "unknown key 'maxx'"),
        ("{measure: negative_equity, max: 1}", "is not one of"),
        ("{measure: shortfall_max_margin_frac, max: 1, bound: lower}", "has no interval"),
        ("{measure: negative_equity_frac, max: 0.5, bound: low}", "is not one of value, lower, upper, interval"),
        ("{measure: equity_mean_margin_frac, drift: {half_widths: 2}}", "has no interval"),
        ("{measure: negative_equity_frac, drift: {runs: 2, max_change: 0.5}}", "from 3 to 1000"),
        ("{measure: negative_equity_frac, drift: {runs: 5}}", "has no 'max_change', 'half_widths' or 'night_moves'"),
        ("{measure: negative_equity_frac, drift: {max_change: 0.5, half_widths: 1}}", "has both"),
        ("{measure: negative_equity_frac, drift: {half_widths: 1, night_moves: 8}}", "has both"),
        ("{measure: negative_equity_frac, drift: {runs: 9, night_moves: 8}}", "from 10 to 1000"),
        ("{measure: negative_equity_frac, drift: {night_moves: 0}}", "from 0.1"),
        ("{measure: negative_equity_frac, drift: {max_chang: 1}}", "unknown key 'max_chang'"),
        ("{measure: negative_equity_frac, drift: {max_change: 0.5}, bound: upper}", "a drift limit compares values"),
        ("{max_age: 36}", "expected a duration"),
        ("{max_age: 36h, measure: liquidated_frac}", "'max_age' stands alone"),
        ("{max_age: 36h, leverage: 10}", "for an asset or for all"),
        ("{measure: newest_bar_age_h, max: 3}", "limited by 'max_age'"),
        ("{asset: C, max_age: 36h}", "no asset 'C'"),
        ("{measure: liquidated_frac, max: .nan}", "expected a number"),
    ])
    func whatIsWrongIsSaid(limit: String, words: String) {
        let found = problems("limits: [\(limit)]")
        #expect(found.contains { $0.message.contains(words) }, "\(found.map(\.message))")
    }

    /// What lies where the figure cannot be, or is not computed, decides nothing.
    @Test(arguments: [
        ("{measure: negative_equity_frac, max: 1}", "cannot exceed 1, so a max of 1 is never breached"),
        ("{measure: liquidated_frac, max: 1.5, bound: upper}", "a max of 1.5 is never breached"),
        ("{measure: unprotected_frac, max: -0.1}", "always breached"),
        ("{measure: liquidated_frac, min: 0}", "a min of 0 is never breached"),
        ("{measure: liquidated_frac, min: 1.01}", "a min of 1.01 is always breached"),
        ("{measure: shortfall_p99_margin_frac, max: -0.5}", "always breached"),
        ("{measure: shortfall_mean_margin_frac, min: 0}", "never breached"),
        ("{measure: entries_count, max: -1}", "cannot be negative, so a max of -1 is always breached"),
        ("{measure: entries_count, min: 0}", "never breached"),
        ("{measure: disjoint_windows_count, min: -3}", "never breached"),
        ("{measure: time_to_liquidation_p50_h, max: 24}", "so this max is never breached"),
        ("{measure: time_to_liquidation_p50_h, min: 25}", "so this min is always breached"),
        ("{measure: time_to_liquidation_p50_h, drift: {max_change: 24}}", "never breached"),
        ("{measure: negative_equity_frac, drift: {max_change: 1}}", "lies between 0 and 1"),
        ("{measure: best_negative_equity_frac, max: 0.1}", "is not computed on platform 'p'"),
        ("{measure: undecided_count, max: 10}", "is not computed on platform 'p'"),
        ("{min_bars: 0}", "expected a whole number from 2"), ("{min_bars: 2.5}", "expected a whole number"),
        ("{min_bars: 9, measure: entries_count}", "'min_bars' stands alone"),
        ("{min_bars: 9, side: long}", "for an asset or for all"),
        ("{measure: bars_count, min: 9}", "is limited by 'min_bars'"),
        ("{measure: liquidated_frac, max: 0.5, on_no_value: skip}", "is not one of fail, ignore"),
        ("{measure: liquidated_frac, max: 0.5, not_shown: maybe}", "is not one of warn, fail, ok"),
        ("{measure: shortfall_max_margin_frac, max: 1, not_shown: fail}", "has no interval"),
        ("{measure: negative_equity_frac, drift: {max_change: 0.5}, not_shown: ok}", "a drift limit compares values"),
        ("{max_age: 3h, not_shown: ok}", "'max_age' stands alone"),
        ("{max_age: 3h, monitor: {false_alarm: 5% a year}}", "'max_age' stands alone"),
        ("{measure: liquidated_frac, max: 0.5, monitor: {false_alarm: 5% a week}}", "from 0.01% to 50% a year"),
        ("{measure: liquidated_frac, max: 0.5, monitor: {false_alarm: 0.05}}", "from 0.01% to 50% a year"),
        ("{measure: liquidated_frac, max: 0.5, monitor: {false_alarm: 51% a year}}", "from 0.01% to 50% a year"),
        ("{measure: liquidated_frac, max: 0.5, monitor: {}}", "false_alarm"),
        (
            "{measure: liquidated_frac, max: 0.5, bound: lower, monitor: {false_alarm: 5% a year}}",
            "holds all of the interval"
        ),
        ("{measure: shortfall_max_margin_frac, max: 1, monitor: {false_alarm: 5% a year}}", "has no interval"),
        (
            "{measure: liquidated_frac, drift: {max_change: 0.5}, monitor: {false_alarm: 5% a year}}",
            "is scaled by the nights before"
        ),
        ("{measure: liquidated_frac, max: 0.5, bound: upper, not_shown: fail}", "so 'not_shown' decides nothing"),
        ("{measure: liquidated_frac, min: 0.5, bound: lower, not_shown: fail}", "so 'not_shown' decides nothing"),
    ])
    func aLimitThatDecidesNothingIsRefused(limit: String, words: String) {
        let found = problems("limits: [\(limit)]")
        #expect(found.contains { $0.message.contains(words) }, "\(found.map(\.message))")
    }

    /// A shortfall may be many times the margin, and mean equity has no bounds.
    @Test(arguments: [
        "{measure: shortfall_max_margin_frac, max: 7}", "{measure: equity_mean_margin_frac, min: -3}",
        "{measure: equity_mean_margin_frac, max: -0.2}", "{measure: negative_equity_frac, max: 0}",
        "{measure: time_to_liquidation_p50_h, max: 23.5}", "{measure: worst_negative_equity_frac, max: 0.1}",
        "{asset: B, min_bars: 5000, on_no_value: ignore}", "{measure: liquidated_frac, min: 1}",
    ])
    func aLimitThatMayDecideIsTaken(limit: String) throws {
        #expect(problems("limits: [\(limit)]").isEmpty)
        let read = try load("limits: [\(limit)]")
        #expect(try loadStudy(yaml: read.canonicalText, file: "s").value.limits == read.limits)
    }

    /// What positions are, and not what prices do, can make a limit decide nothing.
    @Test(arguments: [
        ("linear", "long", "1", "measure: negative_equity_frac, max: 0.1", "is 0, and this is never breached"),
        ("linear", "long", "1, 10", "leverage: 1, measure: shortfall_p99_margin_frac, max: 2", "never breached"),
        ("linear", "both", "1", "side: long, measure: unprotected_count, drift: {max_change: 3}", "never breached"),
        ("margin", "long", "1", "measure: negative_equity_frac, min: 0.1", "a min of 0.1 is always breached"),
        ("inverse", "short", "1", "measure: equity_mean_margin_frac, min: -0.5", "is not below 0"),
        ("spot", "long", "1, 5", "measure: negative_equity_frac, max: 0.1", "never breached"),
        ("spot", "long", "1", "measure: liquidated_frac, max: 0.1", "nobody is liquidated on the spot market"),
        ("spot", "short", "1, 2", "measure: negative_equity_frac, max: 0.1", "no platform opens the positions"),
        ("linear", "both", "10, 150", "leverage: 150, measure: liquidated_frac, max: 0.1", "no platform opens"),
    ])
    func aLimitOnWhatCannotBeIsRefused(contract: String, side: String, leverage: String, limit: String, words: String) {
        let yaml = structured(contract, side, leverage, limit)
        #expect(throws: StudyError.self) { try loadStudy(yaml: yaml, file: "s") }
        do throws(StudyError) { _ = try loadStudy(yaml: yaml, file: "s") } catch {
            #expect(error.findings.contains { $0.check == "idle_limit" && $0.message.contains(words) }, "\(error)")
        }
    }

    @Test(arguments: [
        // One of the cells may go below zero, the margin of each may be lost to liquidation, or it is a count of entries.
        ("linear", "long", "1, 2", "measure: negative_equity_frac, max: 0.1"),
        ("linear", "both", "1", "measure: negative_equity_frac, max: 0.1"),
        ("linear", "long", "1", "measure: liquidated_frac, max: 0.1"),
        ("linear", "long", "1", "measure: equity_mean_margin_frac, min: 0.5"),
        ("linear", "long", "1", "measure: entries_count, min: 100"),
        ("spot, linear", "long", "1", "measure: liquidated_frac, max: 0.1"),
        ("spot", "short", "1", "measure: rejected_count, max: 5"),
        ("linear", "both", "10, 150", "measure: liquidated_frac, max: 0.1"),
        ("inverse", "long", "150", "measure: liquidated_frac, max: 0.1"),
    ])
    func aLimitOnWhatMayBeIsTaken(contract: String, side: String, leverage: String, limit: String) throws {
        _ = try loadStudy(yaml: structured(contract, side, leverage, limit), file: "s")
    }

    /// An opening fee, funding and prices below zero take what a margin of the whole value covers.
    @Test(arguments: [
        ("rate: 0.01}]", "rate: 0.01}], fees: {open: 0.001}"),
        ("path: a.csv", "path: a.csv, funding: {rate: 0.0001, interval: 8h}"),
        ("path: a.csv", "path: a.csv, policy: {non_positive_prices: keep}"),
    ])
    func whatCoversNotAllIsTaken(part: String, replacement: String) throws {
        let yaml = structured("linear", "long", "1", "measure: negative_equity_frac, max: 0.1")
        #expect(throws: StudyError.self) { try loadStudy(yaml: yaml, file: "s") }
        _ = try loadStudy(yaml: yaml.replacing(part, with: replacement), file: "s")
    }

    private func structured(_ contract: String, _ side: String, _ leverage: String, _ limit: String) -> String {
        """
        version: 1
        data: [{asset: A, path: a.csv}, {asset: B, path: b.csv}]
        grid: {contract: [\(contract)], side: \(side), leverage: [\(leverage)], horizon: [1d]}
        platforms: {p: {tiers: [{to: .inf, rate: 0.01}], borrow: {rate: 0.1, margin_level: 1.1}}}
        limits: [{\(limit)}]
        """
    }

    /// The printed study says what a limit that says nothing is held to.
    @Test func theCompleteTextSpellsLimitsOut() throws {
        let text = try load("limits: [{measure: liquidated_frac, max: 0.5}, {max_age: 3h}]").completeText
        let whole = "{measure: liquidated_frac, max: 0.5, bound: value, not_shown: warn, on_no_value: fail}"
        #expect(text.contains(whole), "\(text)")
        #expect(text.contains("{max_age: 3h, on_no_value: fail}") && text.contains("headline: {on_no_value: fail}"))
        #expect(text.contains("#   on_failure: none"))
    }

    @Test func whatIsComputedDependsOnThePlatform() throws {
        let best = "limits: [{measure: best_negative_equity_frac, max: 0.1}]"
        let bounded = study(best).replacing("rate: 0.01}]", with: "rate: 0.01}], liquidation: {fill: bounds}")
        #expect(try loadStudy(yaml: bounded, file: "s").value.limits.count == 1)
        #expect(try loadStudy(yaml: study(best), file: "s", bounds: true).value.limits.count == 1)
        let off = study("limits: [{measure: liquidated_frac, max: 0.1}]").replacing(
            "rate: 0.01}]", with: "rate: 0.01}], liquidation: {enabled: false}")
        #expect(throws: StudyError.self) { try loadStudy(yaml: off, file: "s") }
    }

    @Test func theHeadlineHasItsRule() throws {
        #expect(try load("headline: {asset: A}").headlineOnNoValue == .fail)
        let ignoring = try load("headline: {asset: A, on_no_value: ignore}")
        #expect(ignoring.headlineOnNoValue == .ignore)
        #expect(try loadStudy(yaml: ignoring.canonicalText, file: "s").value == ignoring)
        #expect(problems("headline: {on_no_value: perhaps}").contains { $0.message.contains("fail, ignore") })
    }

    @Test func aSlipGetsItsNearestKey() {
        #expect(problems("limits: [{max_agee: 3h}]").contains { $0.hint == "did you mean 'max_age'?" })
        #expect(problems("retension: {days: 3}").contains { $0.hint == "did you mean 'retention'?" })
        #expect(problems("retention: {day: 3}").contains { $0.hint == "did you mean 'days'?" })
        #expect(problems("on_breach: {comand: [x]}").contains { $0.hint == "did you mean 'command'?" })
    }
}

/// Percent, as people write shares, and what helps where one value stands in the place of several.
@Suite struct LimitWordsTests {
    @Test func sharesMayBeInPercent() throws {
        let percent = try load(
            """
            limits:
              - {measure: negative_equity_frac, max: 50%}
              - {measure: equity_mean_margin_frac, min: -25 %}
              - {measure: shortfall_p99_margin_frac, max: 200%}
              - {measure: negative_equity_frac, drift: {runs: 30, max_change: 0.2%}}
            """)
        let plain = try load(
            """
            limits:
              - {measure: negative_equity_frac, max: 0.5}
              - {measure: equity_mean_margin_frac, min: -0.25}
              - {measure: shortfall_p99_margin_frac, max: 2}
              - {measure: negative_equity_frac, drift: {runs: 30, max_change: 0.002}}
            """)
        #expect(percent == plain && percent.canonicalText == plain.canonicalText)
    }

    @Test(arguments: [
        ("{measure: entries_count, min: 50%}", "expected a number, not '50%'", "entries_count is no share"),
        ("{measure: negative_equity_frac, max: 150%}", "a max of 1.5 is never breached", ""),
        ("{measure: negative_equity_frac, max: much}", "expected a number, not 'much'", ""),
        (
            "{measure: negative_equity_frac, drift: 0.002}", "expected key: value entries, not '0.002'",
            "write drift: {runs: 20, max_change: 0.002}; keys are runs, max_change, half_widths, night_moves"
        ),
    ])
    func whatIsWrongNamesAWayOut(limit: String, words: String, hint: String) {
        let found = problems("limits: [\(limit)]")
        #expect(found.contains { $0.message.contains(words) && (hint.isEmpty || $0.hint.contains(hint)) }, "\(found)")
    }

    /// A section in whose place one value stands names its keys.
    @Test func sectionsNameTheirKeys() throws {
        let text = study("").replacing("path: a.csv}", with: "path: a.csv, funding: FUND.csv}")
        let error = try #require(throws: StudyError.self) { try loadStudy(yaml: text, file: "s.yaml") }
        let hint = error.findings[0].hint
        #expect(hint.contains("write funding: {path: funding.csv} or funding: {rate: 0.0001, interval: 8h}"), "\(hint)")
        #expect(hint.contains("keys are path, columns, time,"), "\(hint)")
        #expect(problems("retention: 90")[0].hint.contains("keys are days, runs"))
    }

    /// Name, limits and headline make no figure; everything else may.
    @Test func whatMakesFigures() throws {
        let bare = try load("")
        let other = try load(
            "name: other\nlimits: [{measure: negative_equity_frac, max: 0.5}]\nheadline: {side: short, on_no_value: ignore}"
        )
        #expect(bare.canonicalText != other.canonicalText && bare.figuresText == other.figuresText)
        for changed in ["position: {stride: 2}", "statistics: {seed: 2}", "behaviours: [{name: b, stop_loss: 5%}]"] {
            #expect(try load(changed).figuresText != bare.figuresText, "\(changed)")
        }
    }
}

@Suite struct OperationsTests {
    private let all = """
        retention: {days: 90, runs: 60}
        on_breach: {command: [bin/alert, --to, "a b", "it's"], timeout: 10s}
        on_failure: {command: [bin/alert, --failed]}
        metrics_file: /var/lib/node_exporter/belowzero.prom
        job: {timeout: 10m, memory: 1536M}
        """

    @Test func everySectionIsRead() throws {
        let operations = try load(all).operations
        #expect(operations.retention == Operations.Retention(days: 90, runs: 60))
        #expect(operations.onBreach?.words == ["bin/alert", "--to", "a b", "it's"])
        #expect(operations.onBreach?.timeout == .seconds(10))
        #expect(operations.onFailure?.words == ["bin/alert", "--failed"])
        #expect(operations.metricsFile == "/var/lib/node_exporter/belowzero.prom")
        #expect(
            operations.job
                == Operations.JobLimits(timeout: .minutes(10), memory: MemorySize(bytes: 1536 << 20)))
        #expect(try load("on_breach: {command: [x]}").operations.onBreach?.timeout == .seconds(30))
        #expect(try load("").operations == Operations())
    }

    /// A longer retention or another alert must not give equal results another name.
    @Test func operationsDoNotNameTheStudy() throws {
        let (bare, full) = (try load(""), try load(all))
        #expect(bare.canonicalText == full.canonicalText && bare != full)
        #expect(try loadStudy(yaml: full.completeText, file: "s").value == full)
        #expect(try loadStudy(yaml: bare.completeText, file: "s").value == bare)
    }

    @Test(arguments: [
        ("retention: {}", "has no 'days' or 'runs'"),
        ("retention: {days: 0}", "whole number from 1"),
        ("retention: 90", "expected key: value entries"),
        ("on_breach: {timeout: 3s}", "has no 'command'"),
        ("on_breach: {command: \"mail me\"}", "expected a list"),
        ("on_breach: {command: []}", "the list is empty"),
        ("on_breach: {command: [\"\"]}", "a program and arguments"),
        ("on_breach: {command: [a, {b: c}]}", "expected a text"),
        ("on_breach: {command: [a], timeout: 2h}", "at most 1h"),
        ("job: {timeout: soon}", "expected a duration"), ("job: {memory: much}", "expected a size such as 500M"),
        ("metrics_file: out.txt", "must end in .prom"),
        ("metrics_file: x/.prom", "must end in .prom"),
        ("metrics_file: [a.prom]", "expected a text"),
    ])
    func whatIsWrongIsSaid(text: String, words: String) {
        let found = problems(text)
        #expect(found.contains { $0.message.contains(words) }, "\(found.map(\.message))")
    }

    @Test func driftMayBeMeasuredInMoves() throws {
        let study = try load("limits: [{measure: equity_mean_margin_frac, drift: {runs: 40, night_moves: 8}}]")
        #expect(study.limits[0].form == .drift(StudyLimit.Drift(runs: 40, change: .nightMoves(8))))
        #expect(try loadStudy(yaml: study.canonicalText, file: "s").value.limits == study.limits)
    }

    /// A rule for what is not shown asks for all of the interval, unless a bound is said; a study without either is as it was.
    @Test(arguments: [
        ("max: 0.5", StudyLimit.Bound.value, StudyLimit.NotShownRule.warn, ""),
        ("max: 0.5, not_shown: warn", .interval, .warn, ", bound: interval"),
        ("max: 0.5, not_shown: fail", .interval, .fail, ", bound: interval, not_shown: fail"),
        ("min: 0.5, bound: value, not_shown: ok", .value, .ok, ", bound: value, not_shown: ok"),
        ("max: 0.5, bound: lower, not_shown: fail", .lower, .fail, ", bound: lower, not_shown: fail"),
        ("max: 0.5, bound: upper", .upper, .warn, ", bound: upper"),
        (
            "max: 0.5, monitor: {false_alarm: 5% a year}", .interval, .warn,
            ", bound: interval, monitor: {false_alarm: 5% a year}"
        ),
        (
            "min: 0.5, bound: interval, not_shown: ok, monitor: {false_alarm: '0.5% a year'}", .interval, .ok,
            ", bound: interval, monitor: {false_alarm: 0.5% a year}, not_shown: ok"
        ),
    ])
    func whatIsNotShownHasARule(
        said: String, bound: StudyLimit.Bound, rule: StudyLimit.NotShownRule, kept: String
    ) throws {
        let study = try load("limits: [{measure: liquidated_frac, \(said)}]")
        let limit = try #require(study.limits.first)
        #expect(limit.bound == bound && limit.notShown == rule)
        #expect(study.canonicalText.contains(": 0.5\(kept)}"), "\(study.canonicalText)")
        #expect(try loadStudy(yaml: study.canonicalText, file: "s").value.limits == study.limits)
        #expect(try loadStudy(yaml: study.completeText, file: "s").value.limits == study.limits)
        #expect(study.completeText.contains("not_shown: ") == (bound != .upper))
    }
}
