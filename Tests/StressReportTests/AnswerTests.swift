import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// The eight questions and what runs of every kind answer.
@Suite("Answers") struct AnswerTests {
    // MARK: Runs

    static let kinds = [
        "anatomy", "spot", "ledger", "platforms", "late", "no data", "hostile", "behaviours", "baskets", "failed",
        "nothing read",
        "zero", "impossible", "rejected", "none borrowed", "ledger empty",
    ]

    static func report(_ kind: String) throws -> RunReport {
        switch kind {
        case "anatomy": return try AnatomyReportTests.report()
        case "spot": return try spotReport()
        case "ledger": return try makeLedgerReport([makeLedgerResult(), makeLender()])
        case "ledger empty": return try makeLedgerReport([makeIdle(rejected: 9), makeIdle("lender", rejected: 0)])
        case "platforms": return try platformReport()
        case "late": return try makeLateReport()
        case "no data": return try makeReport { _ in empty }
        case "hostile":
            return try makeReport(assets: PageTests.hostileNames, platforms: ["<u>", "=x"]) { _ in
                makeEstimate(worst: 3000)
            }
        case "behaviours": return try makeBehaviourReport()
        case "baskets": return try makeBasketReport()
        case "failed", "nothing read": return try failedReport(reads: kind == "failed")
        case "zero": return try makeReport { _ in makeEstimate(negative: 0, unprotected: 0, liquidated: 0) }
        case "impossible": return try makeReport(leverages: [20]) { _ in impossible }
        case "rejected":
            return try makeReport(leverages: [20]) { _ in
                makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
            }
        default: return try makeReport(leverages: [1], horizons: [.days(7)]) { _ in impossible }
        }
    }

    private static let empty = makeEstimate(entries: 0, negative: 0, unprotected: 0, liquidated: 0)
    private static let indicative = makeEstimate(windows: 1)
    private static let impossible = makeEstimate(negative: 0, unprotected: 0, liquidated: 0, status: .impossible)

    private static func spotReport() throws -> RunReport {
        try makeReport(leverages: [1], horizons: [.days(7)], contracts: [.spot]) { cell in
            cell.side == .long
                ? impossible : makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
        }
    }

    private static func platformReport() throws -> RunReport {
        try makeReport(platforms: ["kind", "harsh", "middle"]) { cell in
            let counts = ["kind": 61, "harsh": 4283, "middle": 1872]
            return makeEstimate(negative: counts[cell.platform] ?? 0)
        }
    }

    /// The headline's history failed; without `reads` the other did, too.
    private static func failedReport(reads: Bool) throws -> RunReport {
        var report = try makeReport(assets: ["GONE<i>", "HERE"]) { cell in
            cell.asset == "HERE" && reads ? makeEstimate() : empty
        }
        report.failures = report.assets.filter { !reads || $0.asset != "HERE" }.map {
            JobFailure(
                asset: $0.asset, stage: .reading, reason: .noInput, message: "cannot read <gone>.csv", exitCode: 66)
        }
        report.assets.removeAll { asset in !reads || asset.asset != "HERE" }
        return report
    }

    private func states(_ kind: String) throws -> [String] {
        try AnswerTests.report(kind).answers.map(\.state.rawValue)
    }

    private func sentence(_ question: Question, _ kind: String) throws -> String {
        let answers = try AnswerTests.report(kind).answers
        return try #require(answers.first { $0.question == question }).sentence.sentence
    }

    // MARK: Laws of every run

    @Test(
        "Every run answers the eight questions in order, each with one sentence and a section that is there",
        arguments: kinds)
    func everyQuestion(kind: String) throws {
        let report = try AnswerTests.report(kind)
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let answers = report.answers
        #expect(answers.map(\.question) == Question.allCases)
        for answer in answers {
            let sentence = answer.sentence.sentence
            #expect(sentence.hasSuffix(".") && !sentence.hasSuffix("..") && !sentence.contains("  "), "\(sentence)")
            #expect(!sentence.hasPrefix("Nothing is known"), "\(answer.question)")
            let parts = answer.link.split(separator: "#").map(String.init)
            #expect(files[parts[0]]?.contains("<section id=\"\(parts[1])\"") == true, "\(answer.link)")
            #expect(!answer.state.isKnown || answer.question == .holding || !sentence.isEmpty)
            #expect(answer.state != .noData && answer.state != .rejected || !answer.studyKeys.isEmpty, "\(sentence)")
        }
        #expect(markupFault(in: try #require(files["index.html"])) == nil)
    }

    /// The sentences alone are in no file that is searched: their numbers must be figures.
    @Test("Every number of an answer is a figure of answers.csv or a cell's own", arguments: kinds)
    func everyNumber(kind: String) throws {
        let report = try AnswerTests.report(kind)
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let known = files.filter { ["answers.csv", "results.csv", "statements.csv"].contains($0.key) }
        var w = HTMLWriter()
        w.write(QuestionsSection(answers: report.answers).section, root: "")
        let faults = PageNumbers(files: known).faults(in: w.html, scope: PageNumbers.Scope()).map(\.description)
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test("A changed number of an answer is found out")
    func mutations() throws {
        let report = try AnatomyReportTests.report()
        let table = report.answersTable(report.answers).contents
        var w = HTMLWriter()
        w.write(QuestionsSection(answers: report.answers).section, root: "")
        let unnoticed = PageNumbers(files: ["answers.csv": table]).unnoticedChanges(in: w.html)
        #expect(unnoticed < 0.5, "\(unnoticed)")
    }

    @Test(
        "A figure that is said to stand in results.csv stands there, in its cell and with its interval",
        arguments: kinds)
    func figuresStandInTheirFiles(kind: String) throws {
        let report = try AnswerTests.report(kind)
        let rows = Dictionary(
            report.rows.map { ($0.cell.id, $0.estimate) }, uniquingKeysWith: { first, _ in first })
        var seen = 0
        for figure in report.answers.flatMap(\.figures) where figure.cell != nil {
            let cell = try #require(figure.cell)
            let estimate = try #require(rows[cell.id])
            let measure = try #require(Measure.allCases.first { $0.name == figure.name })
            #expect(estimate.value(measure) == figure.value)
            let share = try #require(estimate.share(measure, confidence: 0.95))
            #expect(figure.interval == share.interval?.ends && figure.entries == share.entries)
            seen += 1
        }
        #expect(seen > 0 || ["no data", "failed", "nothing read", "rejected"].contains(kind))
    }

    @Test(
        "Every number of an answer stands in the file that is named for it, with its interval in the same row",
        arguments: kinds)
    func figuresStandInTheNamedFiles(kind: String) throws {
        let report = try AnswerTests.report(kind)
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let tables = files.filter { $0.key.hasSuffix(".csv") }.mapValues(csvTable)
        for answer in report.answers {
            for figure in answer.figures {
                let table = try #require(tables[figure.file], "\(figure.name) of \(answer.question): \(figure.file)")
                let numbers = [figure.value, figure.interval?.low, figure.interval?.high].compactMap { $0 }
                let isThere = table.contains { row in
                    if let cell = figure.cell {
                        guard row["side"] == cell.side.rawValue,
                            row["leverage_x"].flatMap(Double.init) == cell.leverage.value
                        else { return false }
                    }
                    let fields = Set(row.values.compactMap(Double.init))
                    return numbers.allSatisfy(fields.contains)
                }
                #expect(isThere, "\(kind): \(figure.name) \(figure.value) of \(answer.question) in \(figure.file)")
            }
        }
    }

    @Test("No answer shows an interval of a share that another says has none")
    func oneWindow() throws {
        // One window that shares no bar: a vacuous interval.
        let report = try makeReport { _ in AnswerTests.indicative }
        let vacuous = report.rows.allSatisfy { row in
            row.estimate.share(.negativeEquity, confidence: 0.95).map {
                $0.interval?.isVacuous(windows: $0.windows) == true
            } ?? false
        }
        #expect(vacuous)
        let words = report.answers.map(\.sentence.sentence)
        #expect(words[1].contains("no interval, treat as indicative"), "\(words[1])")
        #expect(words[2].contains("no interval, treat as indicative"), "\(words[2])")
        #expect(words.allSatisfy { !$0.contains("95 % CI") }, "\(words)")
    }

    @Test("A history of one bar has no data, which is not that nobody asked")
    func oneBar() throws {
        let none = try makeReport(leverages: [1, 20], contracts: [.spot, .linear]) { _ in AnswerTests.empty }
        let answer = try #require(none.answers.first)
        #expect(answer.state == .noData && answer.studyKeys.contains("data"), "\(answer.sentence.sentence)")
        #expect(answer.sentence.sentence.hasSuffix("so that what its holder owed is not known."))
        let rejected = try makeReport(leverages: [1]) { _ in
            makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
        }
        #expect(rejected.answers.first?.state == .rejected)
        let leveraged = try makeReport(leverages: [20]) { _ in makeEstimate() }
        #expect(leveraged.answers.first?.state == .notAsked)
    }

    @Test("answers.csv has a row for every question and figure, and the sentences of the page")
    func table() throws {
        let report = try AnswerTests.report("hostile")
        let table = report.answersTable(report.answers)
        let expected = report.answers.reduce(0) { $0 + max(1, $1.figures.count) }
        #expect(table.contents.split(separator: "\n").count == expected + 1)
        #expect(
            table.contents.hasPrefix(
                "run_id,question,topic,question_text,state,answer,study_key,hint,link,figure,value,"))
        #expect(!table.contents.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || $0.value < 0x0A })
        let page = try #require(report.files().first { $0.path == "index.html" }).contents
        #expect(!page.contains("<u>") && !page.contains("<script>alert") && !page.contains("<img"))
    }

    // MARK: What is told apart

    @Test("By structure, not seen, not known and not asked are four things")
    func statesAreToldApart() throws {
        #expect(
            try states("spot")
                == [
                    "impossible", "impossible", "impossible", "not_asked", "impossible", "impossible", "not_asked",
                    "not_asked",
                ])
        #expect(try states("none borrowed")[1] == "impossible")
        #expect(try states("zero").prefix(3) == ["zero_seen", "zero_seen", "zero_seen"])
        #expect(try states("no data")[1...2] == ["no_data", "no_data"])
        #expect(try states("rejected")[1...2] == ["rejected", "rejected"])
        #expect(try states("failed")[1...2] == ["no_data", "no_data"])
        #expect(try states("nothing read").prefix(3) == ["no_data", "no_data", "no_data"])
        #expect(try states("anatomy").prefix(3) == ["answered", "answered", "answered"])
    }

    @Test("A spot holding cannot owe, and that is said of its structure")
    func spot() throws {
        #expect(
            try sentence(.holding, "spot")
                == "None of 61 368 bars of 1 price history is at zero or below, and a spot holding cannot owe: the most that is "
                + "lost is what was paid in.")
        #expect(
            try sentence(.safeguards, "spot")
                == "No position of this run borrows anything, and what is paid for in full cannot owe.")
    }

    @Test("Prices at zero or below are counted from the checks, and who owed on them is a share")
    func pricesBelowZero() throws {
        let finding = Finding(
            check: "non_positive_prices", severity: .warning, message: "2 bars have a price of zero or below", count: 2)
        let report = try makeReport(leverages: [1], contracts: [.spot], findings: [finding]) { _ in
            makeEstimate(negative: 37)
        }
        let answer = try #require(report.answers.first)
        #expect(answer.state == .answered)
        #expect(
            answer.sentence.sentence.hasPrefix(
                "2 of 61 368 bars of 1 price history are at zero or below, and a spot holding of LTCUSDT ended below zero in 0.06 %"
            ))
    }

    @Test("Leverage is answered by the headline, with the lowest that ended below zero and the highest")
    func leverage() throws {
        let words = try sentence(.leverage, "anatomy")
        #expect(
            words.hasPrefix("Yes: at 20×, a LTCUSDT long held for up to 7 days ended below zero in 3.1 % of entries"),
            "\(words)")
        #expect(words.contains("; at the lowest leverage of the grid that did, 1×, it was 3.1 %"))
        #expect(words.contains("; at the highest leverage that is opened, 100×, it was 3.1 %"))
        let zero = try sentence(.leverage, "zero")
        #expect(
            zero.hasPrefix(
                "Not in this history: at 20×, a LTCUSDT long held for up to 7 days never ended below zero in 61 200 entries"
            ))
    }

    @Test("What is left to owe is the ledger's, and its terms are told apart from what was seen")
    func owed() throws {
        var kind = makeLedgerResult("typical", groups: [makeGroup(owing: 0, owed: 0)])
        func answer(_ results: [LedgerResult]) throws -> String {
            let answers = try makeLedgerReport(results).answers
            let safeguards = try #require(answers.first { $0.question == .safeguards })
            return safeguards.sentence.sentence
        }
        #expect(try answer([kind]).hasSuffix("and nobody was seen to owe in 100 000 positions."))
        kind.safeguards.recourse = .platform
        #expect(
            try answer([kind]).hasSuffix(
                "; of what its traders were short the fund paid 67 %, deleveraged winners gave 33 %, and by the platform’s terms "
                    + "nobody owes."))
        #expect(try answer([makeLedgerResult()]).contains("0.01 % of positions owe"))
        #expect(
            try answer([makeIdle(rejected: 9)]).contains(
                "; no trader of its ledger opened a position, as the platform rejects all of them"))
        let none = try makeLedgerReport([makeIdle(rejected: 9), makeIdle("lender", rejected: 0)]).answers
        let platforms = try #require(none.first { $0.question == .platforms })
        #expect(platforms.state == .noData && platforms.sentence.sentence == "No position was opened on any platform.")
        let without = try #require(AnswerTests.report("anatomy").answers.first { $0.question == .safeguards })
        #expect(without.studyKeys == ["ledger"] && without.sentence.sentence.contains("this run does not say"))
    }

    @Test("Platforms are compared from the kindest to the harshest")
    func platforms() throws {
        let words = try sentence(.platforms, "platforms")
        #expect(words.hasPrefix("At 20× on the same prices, 0.1 % ended below zero on kind"), "\(words)")
        #expect(words.contains(", 7.0 % ended below zero on harsh"))
        #expect(
            try sentence(.platforms, "ledger")
                == "The same traders and prices: typical’s clients owe 0.5 % of margin, lender’s clients owe 3.1 % of margin."
        )
        let one = try #require(AnswerTests.report("anatomy").answers.first { $0.question == .platforms })
        #expect(one.state == .notAsked && one.studyKeys.contains("platforms"))
    }

    @Test("A collapse is the largest crash of the headline's own cell")
    func collapse() throws {
        let words = try sentence(.collapse, "anatomy")
        #expect(
            words.hasPrefix(
                "The largest of 2 episodes that took it below zero began on 2021-03-17 and holds 75 % of those entries"),
            "\(words)")
        #expect(words.contains("the deepest entry was 25 % of its margin short"))
    }

    /// What is said of a lower leverage whose difference has an interval.
    private func compared(_ low: Double, _ high: Double) throws -> String {
        var report = try AnswerTests.report("anatomy")
        let json = """
            {"difference": \((low + high) / 2), "standardError": 0.1, "method": "intervals_joint",
            "interval": {"low": \(low), "high": \(high)}, "percentile": {"low": \(low), "high": \(high)}}
            """
        let difference = try JSONDecoder().decode(DifferenceInference.self, from: Data(json.utf8))
        let cells = report.rows.map(\.cell)
        for cell in cells {
            for other in cells where other != cell {
                report.comparisons.append(CellComparison(cell: cell, other: other, difference: difference))
            }
        }
        // The lower leverage less the own: the first found is the one of the lower cell.
        report.comparisons.sort { $0.cell.leverage < $1.cell.leverage }
        return try #require(report.answers.first { $0.question == .protection }).sentence.sentence
    }

    @Test("Protection is what the study switched on, and else a lower leverage")
    func protection() throws {
        let behaviours = try sentence(.protection, "behaviours")
        #expect(
            behaviours.hasPrefix("Of 2 behaviours «") || behaviours.hasPrefix("None of 2 behaviours"), "\(behaviours)")
        #expect(try sentence(.protection, "baskets").contains("end below zero"))
        #expect(try sentence(.protection, "anatomy").hasPrefix("A lower leverage: at 5×, 3.1 % ended below zero"))
        for (low, high, lead) in [
            (-0.21, 0.21, "Not shown of a lower leverage: at 5×, "), (-0.21, -0.01, "A lower leverage: at 5×, "),
            (0.01, 0.21, "Not a lower leverage: at 5×, "),
        ] {
            let words = try compared(low, high)
            #expect(words.hasPrefix(lead) && words.contains(", a difference of "), "\(words)")
        }
        let plain = try #require(AnswerTests.report("anatomy").answers.first { $0.question == .protection })
        #expect(plain.studyKeys == ["behaviours", "baskets"])
    }

    @Test("The terminal and JSON say the same sentences")
    func otherForms() throws {
        let report = try AnatomyReportTests.report()
        let text = report.answersText(folder: "run", style: .plain)
        let lines = report.answersJSON.split(separator: "\n")
        #expect(lines.count == 8)
        for (answer, line) in zip(report.answers, lines) {
            #expect(text.contains(answer.sentence.sentence) && text.contains("run/" + answer.link))
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["answer"] as? String == answer.sentence.sentence)
            #expect((object["figures"] as? [Any])?.count == answer.figures.count)
        }
        let narrow = report.answersText(folder: "run", style: TerminalStyle(width: 60))
        #expect(narrow.split(separator: "\n").filter { !$0.contains("run/") }.allSatisfy { $0.count <= 62 })
    }

    /// What never owed is said of every history, and for how long it was held: not of the first history alone.
    @Test func whatNeverOwedIsOfEveryHistory() throws {
        let report = try makeReport(assets: ["AAA", "BBB"], leverages: [1, 20], horizons: [.hours(4), .days(7)]) {
            cell in
            makeEstimate(entries: cell.asset == "AAA" ? 61_200 : 1200, negative: 0, unprotected: 0, liquidated: 0)
        }
        let words = plainText(report.answers[0].sentence.sentence)
        #expect(
            words.contains("never owed in 62 400 entries of 2 price histories, held for up to 4 hours."), "\(words)")
    }
}
