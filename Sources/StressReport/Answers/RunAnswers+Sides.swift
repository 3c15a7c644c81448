import StressBasics
import StressResults
import StudyPlan

/// What no price says: what platforms, keys and tax offices take.
extension RunAnswers {
    // MARK: Custody

    /// Failed platforms and lost keys, by the study's own figures.
    var custody: Answer {
        guard let result = report.sides?.custody, let rules = report.study.custody else {
            let sentence: [Phrase] = [
                .plain(
                    "A failed platform or lost keys can, whatever the price does, and no price history says how often.")
            ]
            return Answer(.custody, .notAsked, sentence, link: "index.html#questions")
                .asking("custody", hint: "belowzero custody asks the same without a run; neither is advice.")
        }
        let sentence: [Phrase] =
            [
                .plain("By the study’s own figures \(rules.lostWords) lost within "),
                .key(yearWords(rules.years)),
            ]
            + [.plain(" with a probability of "), .finding(shareText(result.lossProbability))]
            + [.plain(", \(shareText(result.expectedLoss)) of the capital on average")]
            + coldWords(result, rules) + besideWords(result) + [.plain(".")]
        return Answer(.custody, .answered, sentence, link: "index.html#custody")
            .with(custodyFigures(result, rules)).hinting(SideSections.notAdvice)
    }

    private func coldWords(_ result: CustodyResult, _ rules: CustodyRules) -> [Phrase] {
        guard rules.keys > 0 else { return [.plain("; \(rules.noKeysWords)")] }
        let own = [result.lossProbability, result.expectedLoss].map(shareText)
        let cold = [result.coldProbability, result.coldLoss].map(shareText)
        let words = own == cold ? "as much as" : "against \(cold[0]) and \(cold[1])"
        return [.plain(", \(words) were that part held with keys of one’s own")]
    }

    /// The headline's position with both risks; empty where it has no price side.
    private func besideWords(_ result: CustodyResult) -> [Phrase] {
        guard let own = headlinePosition(result) else { return [] }
        let taken = " is taken within \(spanWords(own.cell.horizon)) by the price in "
        return [.plain("; the margin of "), .key(own.cell.leverage.screenText), .plain(taken)] + eitherWords(own)
    }

    /// `80 %, by either in 82 %`; where the two read alike, that custody adds nothing that shows.
    private func eitherWords(_ own: CustodyPosition) -> [Phrase] {
        let (price, either) = (shareText(own.price), shareText(own.either))
        guard price == either else { return [.plain(price + ", by either in "), .finding(either)] }
        return [.finding(price), .plain(", to which custody adds too little to show")]
    }

    private func headlinePosition(_ result: CustodyResult) -> CustodyPosition? {
        result.positions.first { $0.cell == report.headlineRow?.cell }
    }

    private func custodyFigures(_ result: CustodyResult, _ rules: CustodyRules) -> [AnswerFigure] {
        func figure(_ name: String, _ value: Double) -> AnswerFigure { AnswerFigure(name, value, file: "custody.csv") }
        let beside = headlinePosition(result).map {
            [figure("price_frac", $0.price), figure("either_frac", $0.either)]
        }
        return [
            figure("years_count", rules.years), figure("loss_probability_frac", result.lossProbability),
            figure("expected_loss_frac", result.expectedLoss), figure("cold_probability_frac", result.coldProbability),
        ] + (beside ?? [])
    }

    // MARK: Tax

    /// A realised loss against gains and income, by the study's own figures.
    var tax: Answer {
        guard let years = report.sides?.tax, let last = years.last, let rules = report.study.tax else {
            let sentence: [Phrase] = [
                .plain("A realised loss may lower taxes on other gains, and no price history says by how much.")
            ]
            return Answer(.tax, .notAsked, sentence, link: "index.html#questions")
                .asking("tax", hint: "belowzero tax asks the same without a run; neither is advice.")
        }
        let loss = rules.loss ?? report.study.headlineMargin ?? 0
        let worth = years.reduce(0) { $0 + $1.value }
        let left = last.carried > 0 ? ", and \(moneyNumber(last.carried)) is still carried" : ""
        let which = rules.loss == nil ? "the headline’s whole margin, " : ""
        let sentence: [Phrase] = [
            .plain("By the study’s own figures a realised loss of \(which)"), .key(moneyNumber(loss)),
            .plain(" is worth "), .finding(moneyNumber(worth)),
            .plain(" of taxes in \(counted(years.count, "year", "years"))\(left)."),
        ]
        return Answer(.tax, .answered, sentence, link: "index.html#tax").with(
            AnswerFigure("loss_quote", loss, file: "tax.csv"), AnswerFigure("value_quote", worth, file: "tax.csv"),
            AnswerFigure("years_count", Double(years.count), file: "tax.csv"),
            AnswerFigure("carried_quote", last.carried, file: "tax.csv")
        ).hinting(SideSections.notAdvice)
    }
}
