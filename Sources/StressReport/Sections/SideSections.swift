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

    /// Writes both.
    func write(to w: inout HTMLWriter) {
        if let custody = sides.custody, let rules = report.study.custody { write(custody, rules, &w) }
        if !sides.tax.isEmpty, let rules = report.study.tax { write(sides.tax, rules, &w) }
    }

    static let notAdvice = "A side calculation from the figures that the study gives, not advice."

    private func from(_ source: String) -> String {
        source.isEmpty ? " The study names no source for them." : " Their source, by the study: \(visibleText(source))."
    }

    // MARK: Custody

    private func write(_ custody: CustodyResult, _ rules: CustodyRules, _ w: inout HTMLWriter) {
        let definition =
            "Failures of the platform and losses of the keys come at constant rates, \(percentText(rules.hazard)) and "
            + "\(percentText(rules.keys)) a year, independent of each other and of the price; \(percentText(rules.share)) of the capital is "
            + "held there, and \(percentText(rules.recovery)) of it is given back after a failure."
        w.section("custody", label: "Custody", title: title(custody, rules), definition: definition) { w in
            w.element(
                "p", .class("key"),
                text: "With keys of one’s own, \(shareText(custody.coldProbability)) within the same time, and "
                    + "\(shareText(custody.coldLoss)) of the capital on average.")
            if !custody.positions.isEmpty { writePositions(custody.positions, &w) }
            w.element(
                "p", .class("key"),
                text: SideSections.notAdvice + from(rules.source) + " Nobody knows a platform’s hazard.")
            w.source(["custody.csv"], root: "")
        }
    }

    private func title(_ custody: CustodyResult, _ rules: CustodyRules) -> String {
        "Within \(yearWords(rules.years)) the platform or the keys are lost with a probability of "
            + "\(shareText(custody.lossProbability)), \(shareText(custody.expectedLoss)) of the capital on average"
    }

    private func writePositions(_ positions: [CustodyPosition], _ w: inout HTMLWriter) {
        let shown = chosen(positions, limit: 12, keeping: positions.first { $0.cell == report.study.headlineCell })
        let name = "Margin lost by the price, by custody, and by either, %"
        w.scrolling(name) { w in
            w.element("table", .class("tbl num")) { w in
                w.element("caption", .class("vh"), text: name)
                w.tableHead(["Position, for its holding time", "By the price, %", "By custody, %", "By either, %"])
                w.element("tbody") { w in
                    for position in shown {
                        let cell = position.cell
                        w.numberRow(
                            "\(cell.leverage.screenText) \(cell.side.rawValue), \(spanWords(cell.horizon))",
                            [position.price, position.custody, position.either].map(shareNumber))
                    }
                }
            }
        }
    }

    // MARK: Tax

    private func write(_ years: [TaxYear], _ rules: TaxRules, _ w: inout HTMLWriter) {
        let definition =
            "A realised loss offsets gains first, then up to \(moneyNumber(rules.limit)) of income a year, and the rest is carried forward "
            + "(the shape of 26 U.S.C. 1211 and 1212); tax saved on income \(percentText(rules.incomeRate)), on gains "
            + "\(percentText(rules.gainsRate))."
        w.section("tax", label: "After tax", title: title(years, rules), definition: definition) { w in
            writeYears(years, &w)
            let cap = " The loss of a liquidation is at most what was paid in, unless the debt is paid."
            w.element("p", .class("key"), text: SideSections.notAdvice + from(rules.source) + cap)
            w.source(["tax.csv", "answers.csv"], root: "")
        }
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

    private func writeYears(_ years: [TaxYear], _ w: inout HTMLWriter) {
        let name = "What becomes of the loss, by year"
        w.scrolling(name) { w in
            w.element("table", .class("tbl num")) { w in
                w.element("caption", .class("vh"), text: name)
                w.tableHead(["Year", "Offsets gains", "Offsets income", "Carried", "Worth"])
                w.element("tbody") { w in
                    for year in chosen(years, limit: 12, keeping: years.first) {
                        w.numberRow(
                            String(year.year),
                            [year.offsetGains, year.offsetIncome, year.carried, year.value].map { moneyNumber($0) })
                    }
                }
            }
        }
    }
}

/// `5 years`, `2.5 years`.
func yearWords(_ years: Double) -> String {
    significantText(years, digits: 3) + hardSpace + (years == 1 ? "year" : "years")
}
