import StressBasics
import StudyPlan
import Testing

private let smallStudy = """
    version: 1
    data: [{asset: A, path: a.csv}]
    grid: {leverage: [10], horizon: [1d]}
    platforms: {p: {tiers: [{to: .inf, rate: 0.01}]}}
    """

private func problems(_ yaml: String) -> [Finding] {
    do {
        _ = try loadStudy(yaml: yaml, file: "s.yaml")
        return []
    } catch {
        return error.findings
    }
}

/// What a mistake is called, and what helps.
@Suite struct MistakeTests {
    /// A whole file → line, message and hint in part.
    @Test(
        arguments: [
            ("", nil, "the file is empty", "belowzero init"), (" \n\n", nil, "the file is empty", "belowzero init"),
            ("# version: 1\n  # more\n", nil, "comments alone", "take the # away"),
            ("5", 1, "a single text", "version: 1"), ("just words", 1, "a single text", "version: 1"),
            ("- version: 1\n- data: x\n", 1, "the file is a list", "without a dash"),
            (smallStudy + "\n---\nversion: 1\n", nil, "a second document", "remove the line '---'"),
            ("version: 1\ndata:\n\t- asset: A\n", 3, "\u{B7}- asset: A", "line 3 is indented with a tab"),
            ("version: 1\ndata:\n  - asset: A\n\t  path: a.csv\n", nil, "", "indented with a tab"),
            ("data: [{asset: A, path: *.csv}]\n", 1, "begins with * or & needs quotes", "quotes"),
            ("data: [{asset: A, path: *btc.csv}]\n", 1, "aliases (*name)", "a file pattern goes in quotes"),
            ("version: 1\nname: a: b\n", 2, "name: a: b", "needs quotes"),
            (smallStudy + "\n\u{FEFF}name: a\n", 5, "U+FEFF", "delete it"),
            ("\u{FEFF}\u{FEFF}" + smallStudy, 1, "U+FEFF", "delete it"),
            (smallStudy + "\nname: \"\u{FEFF}a\"\n", 5, "U+FEFF", "delete it"),
        ] as [(String, Int?, String, String)])
    func filesThatAreNoStudySayWhatTheyAre(yaml: String, line: Int?, message: String, hint: String) {
        let found = problems(yaml)
        #expect(found.count == 1, "\(found)")
        let text = found.first?.message ?? ""
        #expect((message.isEmpty || text.contains(message)) && (found.first?.hint ?? "").contains(hint), "\(found)")
        if let line { #expect(found.first?.location?.line == line, "\(found)") }
    }

    /// Some editors begin a file with it.
    @Test func aMarkAtTheBeginningOfAFileIsNone() {
        #expect(problems("\u{FEFF}" + smallStudy).isEmpty)
        #expect(SalvagedStudy(yaml: "\u{FEFF}name: night\nversion: 2\n").name == "night")
    }

    /// Every "expected …" says what stood there.
    @Test(
        arguments: [
            ("leverage: [10]", "leverage: [ten]", "grid.leverage[0]: expected a number, not 'ten'"),
            ("leverage: [10]", "leverage: [0.5]", "grid.leverage[0]: expected a number from 1 to 1000, not '0.5'"),
            (
                "version: 1", "version: 1\nbehaviours: [{name: b, stop_loss: 0}]",
                "stop_loss: expected a number of 1e-06 or more, not '0'"
            ),
            ("leverage: [10]", "leverage: [.nan]", "not '.nan'"), ("leverage: [10]", "leverage: ", "not nothing"),
            ("leverage: [10]", "leverage: [[1]]", "expected a number, not a list"),
            ("leverage: [10]", "leverage: [{a: 1}]", "expected a number, not key: value entries"),
            ("leverage: [10]", "leverage: [null]", "not 'null'"),
            ("horizon: [1d]", "horizon: [1 day]", "expected a duration above zero, not '1 day'"),
            ("horizon: [1d]", "horizon: [0d]", "expected a duration above zero, not '0d'"),
            ("horizon: [1d]", "horizon: [100000d]", "expected a duration of at most 36525d, not '100000d'"),
            ("horizon: [1d]", "horizon: 99999999999999999999w", "expected a duration of at most 36525d"),
            ("horizon: [1d]", "horizon: [1d]}\nposition: {stride: 1.5", "expected a whole number, not '1.5'"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {partial: maybe}", "expected true or false, not 'maybe'"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {fill: auto, latency: 3}", "latency is of fill: next"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {fill: gap, latency: 3}", "latency is of fill: next"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {enabled: false, fill: worst}", "so 'fill' decides nothing"),
            ("rate: 0.01}]", "rate: 0.01}], liquidation: {enabled: false, delay: 5m}", "so 'delay' decides nothing"),
            ("rate: 0.01}]", "rate: 0.01}], slippage: 100%", "slippage: expected a part from 0% to 99%, not '100%'"),
            ("horizon: [1d]", "horizon: [1e9d]", "expected a duration of at most 36525d, not '1e9d'"),
            ("horizon: [1d]", "horizon: [1e1d]", "expected a duration above zero, not '1e1d'"),
            (
                "version: 1", "version: 1\nstatistics: {resamples: -1}",
                "expected 0, or a whole number from 100 to 100000, not '-1'"
            ),
            ("{p: {tiers: [{to: .inf, rate: 0.01}]}}", "5", "platforms: expected key: value entries, not '5'"),
            ("{p: {tiers: [{to: .inf, rate: 0.01}]}}", "{}", "platforms: expected at least one platform, not '{}'"),
            ("path: a.csv", "path: a.csv, funding: {path: f.csv, shift: soon}", "expected a duration, not 'soon'"),
            ("path: a.csv", "path: a.csv, numbers: 12", "not '12'"),
            ("path: a.csv", "path: a.csv, delimiter: x", "expected a delimiter, not 'x'"),
            ("version: 1", "version: one", "version: expected a whole number, not 'one'"),
            ("version: 1", "version: 1\nname: [a]", "name: expected a text, not a list"),
            ("version: 1", "version: \"1\\u202e\"", "not '1·'"),
        ])
    func whatStoodThereIsQuoted(old: String, new: String, message: String) {
        let found = problems(smallStudy.replacing(old, with: new))
        #expect(found.contains { $0.message.contains(message) }, "\(found.map(\.message))")
    }

    @Test func theLettersOfANameAreSaid() {
        let found = problems(smallStudy.replacing("version: 1", with: "version: 1\nname: éa"))
        #expect(found.contains { $0.hint.hasPrefix("1 to 64 letters of A to Z and a to z, digits,") }, "\(found)")
    }

    /// Rates are taken in percent as parts of behaviours are.
    @Test func ratesMayBeSaidInPercent() throws {
        func study(_ rates: String) throws -> Study {
            try loadStudy(yaml: smallStudy.replacing("tiers: [{to: .inf, rate: 0.01}]", with: rates), file: "s").value
        }
        let percent = try study(
            "tiers: [{to: .inf, rate: 0.5%}], fees: {open: -0.01%, close: 0.05%, liquidation: 1 %}, slippage: 0.05%, "
                + "borrow: {rate: 10%, margin_level: 1.1}")
        let fractions = try study(
            "tiers: [{to: .inf, rate: 0.005}], fees: {open: -0.0001, close: 0.0005, liquidation: 0.01}, slippage: 0.0005, "
                + "borrow: {rate: 0.1, margin_level: 1.1}")
        #expect(percent == fractions)
    }

    /// What has an effect nowhere is refused, what has one in scenarios alone or at other prices is said.
    @Test func whatDecidesNothingInTheGridIsSaid() throws {
        func checks(_ change: (old: String, new: String)) throws -> [String] {
            try loadStudy(yaml: smallStudy.replacing(change.old, with: change.new), file: "s").findings.map(\.check)
        }
        let gap = "rate: 0.01}], liquidation: {fill: gap, delay: "
        #expect(try checks(("rate: 0.01}]", gap + "5m}")).contains("idle_delay"))
        #expect(try !checks(("rate: 0.01}]", gap + "30s}")).contains("idle_delay"))
        #expect(try checks(("rate: 0.01}]", "rate: 0}]")).contains("no_maintenance"))
        #expect(try checks(("tiers: [{to: .inf, rate: 0.01}]", "slippage: 0")).contains("no_maintenance"))
        #expect(try !checks(("rate: 0.01}]", "rate: 0.001}]")).contains("no_maintenance"))
        func orders(_ behaviour: String) throws -> Int {
            try checks(("version: 1", "version: 1\nbehaviours: [{name: b, \(behaviour)}]"))
                .count { $0 == "order_out_of_reach" }
        }
        #expect(try orders("stop_loss: 500%") == 1 && orders("stop_loss: 99%, take_profit: 99%") == 0)
        #expect(try orders("stop_loss: 500%, in: margin") == 0 && orders("stop_loss: 2000%, in: margin") == 1)
        #expect(try orders("trailing_stop: 100%, panic_exit: 150%") == 2)
        #expect(try orders("stop_loss: 5") == 1 && orders("stop_loss: .inf") == 0 && orders("stop_loss: 5%") == 0)
        let bare = smallStudy.replacing("version: 1", with: "version: 1\nbehaviours: [{name: b, stop_loss: 5}]")
        let said = try loadStudy(yaml: bare, file: "s").findings.first { $0.check == "order_out_of_reach" }
        #expect(said?.hint == "5 is 500%: write 5%, or 0.05, if that is meant, and leave it out otherwise")
    }

    @Test func aBadValueOfTheGridIsTheOnlyProblem() {
        let yaml = """
            version: 1
            data: [{asset: A, path: a.csv}]
            grid: {leverage: [ten], horizon: [1d], platform: [okx]}
            """
        do {
            _ = try loadStudy(yaml: yaml, file: "s", venues: [])
        } catch {
            #expect(error.findings.map(\.check) == ["bad_value", "no_such_platform"], "\(error.findings)")
        }
        let own = problems(yaml.replacing(", platform: [okx]", with: "") + "\nplatforms: {p: {}}")
        #expect(own.map(\.message) == ["grid.leverage[0]: expected a number, not 'ten'"])
    }

    /// A limit or headline → line, message and hint in part.
    @Test(
        arguments: [
            ("headline: {asset: AA}", "headline: the study has no asset 'AA'", "did you mean 'A'? it has A"),
            ("headline: {asset: ZZTOP}", "headline: the study has no asset 'ZZTOP'", "it has A"),
            ("headline: {leverage: 11}", "headline: the study has no leverage '11x'", "it has 10x"),
            ("headline: {horizon: 2d}", "headline: the study has no horizon '2d'", "it has 1d"),
            ("headline: {platform: q}", "headline: the study has no platform 'q'", "it has p"),
            ("headline: {contract: inverse}", "headline: the study has no contract 'inverse'", "it has linear"),
            (
                "limits: [{asset: B, measure: liquidated_frac, max: 0.5}]", "limits[0]: the study has no asset 'B'",
                "it has A"
            ),
            ("limits: [{asset: B, max_age: 1d}]", "limits[0]: the study has no asset 'B'", "it has A"),
        ])
    func unknownPartsAreNamed(section: String, message: String, hint: String) {
        let found = problems(smallStudy + "\n" + section)
        #expect(found.map(\.message) == [message] && found.first?.hint.contains(hint) == true, "\(found)")
        #expect(found.first?.location?.line == 5)
    }

    @Test(
        arguments: [
            ("=1+1", "begins with '='"), ("+x", "begins with '+'"), ("-x", "begins with '-'"),
            ("@x", "begins with '@'"),
            ("＝x", "begins with"), ("a\u{61C}b", "U+061C"), ("a\u{2028}b", "U+2028"), ("a\u{FEFF}b", "U+FEFF"),
            ("a\u{200D}b", "U+200D"), ("a\u{E0001}b", "U+E0001"), (" a", "white space"),
            (String(repeating: "x", count: 65), "1 to 64"),
        ])
    func namesThatOutputsCannotHaveAreRefusedWithWords(name: String, words: String) throws {
        var study = try loadStudy(yaml: smallStudy, file: "s").value
        study.inputs[0].asset = name
        let found = problems(study.canonicalText)
        #expect(found.contains { $0.message.contains(words) && !$0.hint.isEmpty }, "\(found)")
        #expect(!StudyInput.isUsableName(name))
        study.inputs[0].asset = "A"
        study.platforms[0].name = name
        #expect(problems(study.canonicalText).contains { $0.message.contains(words) })
    }

    @Test(arguments: ["BTC-USD", "1INCH", "a=b", "é \u{1F4A9}", "USD/BTC", "x@y", "❤\u{FE0F}"])
    func ordinaryNamesAreTaken(name: String) {
        #expect(StudyInput.isUsableName(name))
    }

    @Test(arguments: [24, 400])
    func aStudyInOneLineOfJSONIsRead(count: Int) throws {
        let inputs = (0..<count).map { "{\"asset\": \"A\($0)\", \"path\": [\"p/\($0)-[a-z].csv\"]}" }
        let json = """
            {"version": 1, "data": [\(inputs.joined(separator: ", "))], "grid": {"leverage": [10], "horizon": ["1d"]}, \
            "platforms": {"p": {"tiers": [{"to": ".inf", "rate": 0.01}]}}}
            """
        let study = try loadStudy(yaml: json.replacing("\".inf\"", with: ".inf"), file: "s.json").value
        #expect(study.inputs.count == count && study.inputs[1].source.files == ["p/1-[a-z].csv"])
    }

    @Test(arguments: [
        String(repeating: "[", count: 33), String(repeating: "{a: [", count: 20),
        (0..<40).map { String(repeating: " ", count: $0) + "[" }.joined(separator: "\n"),
        "[" + String(repeating: "\"]]]\", [", count: 40),
    ])
    func deepNestingIsRefusedByName(yaml: String) {
        #expect(problems(yaml).contains { $0.message.contains("nested too deeply") })
    }

    /// Texts that mislead the guard about quotes are stopped by the parser's own bound.
    @Test(arguments: [
        String(repeating: "[\" #\", ", count: 20_000), String(repeating: "[it's\", \"]]\", ", count: 10_000),
        "x: '\"' \n" + String(repeating: "[", count: 100_000), "[ '\"', " + String(repeating: "[", count: 5000),
    ])
    func misleadingBracketsCrashNothing(yaml: String) {
        #expect(!problems(yaml).isEmpty)
    }
}
