import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What may be lost beside the price, and a loss after tax, on the front page: from the study's own figures, never advice.
struct SideSections {
    let report: RunReport
    let sides: SideResults

    /// Nil where nobody asked.
    init?(_ report: RunReport) {
        guard let sides = report.sides, sides.custody != nil || !sides.tax.isEmpty else { return nil }
        (self.report, self.sides) = (report, sides)
    }

    /// Places to jump to.
    var sections: [(id: String, label: String)] {
        (sides.custody == nil ? [] : [("custody", "Custody")]) + (sides.tax.isEmpty ? [] : [("tax", "Tax")])
    }

    /// Those that were asked for.
    var all: [ReportSection] {
        var found: [ReportSection] = []
        if let custody = sides.custody, let rules = report.study.custody { found.append(section(custody, rules)) }
        if !sides.tax.isEmpty, let rules = report.study.tax { found.append(section(sides.tax, rules)) }
        return found
    }

    static let notAdvice = "A side calculation from the figures that the study gives, not advice."

    private func from(_ source: String) -> String {
        source.isEmpty ? " The study names no source for them." : " Their source, by the study: \(visibleText(source))."
    }

    // MARK: Custody

    private func section(_ custody: CustodyResult, _ rules: CustodyRules) -> ReportSection {
        let definition =
            rateWords(rules) + "\(percentText(rules.share)) of the capital is "
            + "held there, and \(percentText(rules.recovery)) of it is given back after a failure."
        let cold =
            rules.keys == 0
            ? rules.noKeysWords.prefix(1).uppercased() + rules.noKeysWords.dropFirst() + "."
            : "Were that part held with keys of one’s own, \(shareText(custody.coldProbability)) within the same time, and "
                + "\(shareText(custody.coldLoss)) of the capital on average."
        let origin = SideSections.notAdvice + from(rules.source) + " Nobody knows a platform’s hazard."
        return ReportSection(
            "custody", label: "Custody", title: title(custody, rules), definition: definition,
            [.paragraph(.key, cold)] + (custody.positions.isEmpty ? [] : [.table(table(custody.positions))])
                + beyond(custody.holdings ?? [], rules) + [.paragraph(.key, origin), .source(["custody.csv"])])
    }

    private func rateWords(_ rules: CustodyRules) -> String {
        rules.keys == 0
            ? "Failures of the platform come at a constant rate, \(percentText(rules.hazard)) a year, independent of the price; "
            : "Failures of the platform and losses of the keys come at constant rates, \(percentText(rules.hazard)) and "
                + "\(percentText(rules.keys)) a year, independent of each other and of the price; "
    }

    private func title(_ custody: CustodyResult, _ rules: CustodyRules) -> String {
        "Within \(yearWords(rules.years)) \(rules.lostWords) lost with a probability of "
            + "\(shareText(custody.lossProbability)), \(shareText(custody.expectedLoss)) of the capital on average"
    }

    private func table(_ positions: [CustodyPosition]) -> SectionTable {
        let shown = chosen(positions, limit: 12, keeping: positions.first { $0.cell == report.study.headlineCell })
        return SectionTable(
            name: "Margin lost by the price, by custody, and by either, %",
            head: ["Position, for its holding time", "By the price, %", "By custody, %", "By either, %"],
            rows: shown.map { position in
                let cell = position.cell
                return SectionTable.Row(
                    "\(cell.leverage.screenText) \(cell.side.rawValue), \(spanWords(cell.horizon))",
                    [position.price, position.custody, position.either].map { .share($0) })
            })
    }

    /// How likely more than a part is gone: coins at the platform and at home, and every leverage. Empty without holdings.
    private func beyond(_ holdings: [CustodyHolding], _ rules: CustodyRules) -> [Block] {
        guard let span = holdings.first?.cell.horizon else { return [] }
        let name = "More than \(percentText(rules.moreThan)) of the capital gone within \(spanWords(span)), %"
        let words = name + ": by the price alone, by custody alone, and by the two together."
        let table = SectionTable(
            name: name, head: ["Holding", "By the price, %", "By custody, %", "Together, %"],
            rows: holdings.map { holding in
                SectionTable.Row(
                    holding.words, [holding.price, holding.custody, holding.either].map { .share($0) })
            })
        return [.paragraph(.key, words), .table(table)]
    }

    // MARK: Tax

    private func section(_ years: [TaxYear], _ rules: TaxRules) -> ReportSection {
        let definition =
            "A realised loss offsets gains first, then up to \(moneyNumber(rules.limit)) of income a year, and the rest is carried forward "
            + "(the shape of 26 U.S.C. 1211 and 1212); tax saved on income \(percentText(rules.incomeRate)), on gains "
            + "\(percentText(rules.gainsRate))."
        let cap = " The loss of a liquidation is at most what was paid in, unless the debt is paid."
        return ReportSection(
            "tax", label: "After tax", title: title(years, rules), definition: definition,
            [
                .table(table(years)), .paragraph(.key, SideSections.notAdvice + from(rules.source) + cap),
                .source(["tax.csv", "answers.csv"]),
            ])
    }

    private func title(_ years: [TaxYear], _ rules: TaxRules) -> String {
        let loss = moneyNumber(rules.loss ?? report.study.headlineMargin ?? 0)
        let worth = moneyNumber(years.reduce(0) { $0 + $1.value })
        let span = counted(years.count, "year", "years")
        let left = years.last?.carried ?? 0
        return left > 0
            ? "A loss of \(loss) is worth \(worth) of taxes in \(span), and \(moneyNumber(left)) is still carried"
            : "A loss of \(loss) is worth \(worth) of taxes in \(span)"
    }

    private func table(_ years: [TaxYear]) -> SectionTable {
        SectionTable(
            name: "What becomes of the loss, by year",
            head: ["Year", "Offsets gains", "Offsets income", "Carried", "Worth"],
            rows: chosen(years, limit: 12, keeping: years.first).map { year in
                SectionTable.Row(
                    String(year.year),
                    [year.offsetGains, year.offsetIncome, year.carried, year.value].map { .money($0) })
            })
    }
}

extension CustodyRules {
    /// What may be lost: a hazard that nobody gave is none.
    var lostWords: String { keys > 0 ? "the platform or the keys are" : "the platform is" }

    /// Said in place of a comparison that would be with nothing.
    var noKeysWords: String {
        "lost keys were given no chance, so nothing is said of keys of one’s own"
    }
}

extension CustodyHolding {
    /// `20× long`; what is held where it is no position on margin. In signs of a terminal.
    public var plainWords: String { plainText(words) }

    /// The same for a page.
    var words: String {
        switch kind {
        case .spot: "spot, at the platform"
        case .cold: "spot, keys of one’s own"
        case .position: "\(cell.leverage.screenText) \(cell.side.rawValue)"
        }
    }
}

/// `5 years`, `2.5 years`.
func yearWords(_ years: Double) -> String {
    significantText(years, digits: 3) + hardSpace + (years == 1 ? "year" : "years")
}
