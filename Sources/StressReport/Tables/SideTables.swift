import StressBasics
import StressResults
import StudyPlan

extension RunReport {
    /// `custody.csv` and `tax.csv`, where the study asks for them.
    var sideTables: [CSVTable] { [custodyTable, taxTable].compactMap { $0 } }

    private var custodyTable: CSVTable? {
        guard let custody = sides?.custody, let rules = study.custody else { return nil }
        let lines =
            [
                CustodyLine(
                    what: "platform", years: rules.years, custody: custody.lossProbability,
                    expected: custody.expectedLoss),
                CustodyLine(
                    what: "cold_storage", years: rules.years, custody: custody.coldProbability,
                    expected: custody.coldLoss),
            ] + custody.positions.map { CustodyLine($0) } + (custody.holdings ?? []).map { CustodyLine($0) }
        let cell: [Column<CustodyLine>] = axisColumns { $0.cell?.key[$1] }
        return CSVTable(
            file: "custody.csv",
            columns: [runColumn()] + custodyColumns + cell + ruleColumns(rules) + beyondColumns(rules), rows: lines)
    }

    private func ruleColumns(_ rules: CustodyRules) -> [Column<CustodyLine>] {
        func figure(_ name: String, _ meaning: String, _ value: Double) -> Column<CustodyLine> {
            Column(name, "fraction", .number, meaning) { _ in numberText(value) }
        }
        return [
            figure("hazard_year_frac", "Failures of the platform a year, by the study", rules.hazard),
            figure("keys_year_frac", "Losses of the keys a year, by the study", rules.keys),
            figure("share_frac", "The part of the capital that is held there, by the study", rules.share),
            figure("recovery_frac", "What is given back after a failure of the platform, by the study", rules.recovery),
            Column("source", "", .text, "Where the study's figures are from") { _ in rules.source },
        ]
    }

    /// Columns of holdings, behind the others: rows of them have nothing in the columns before but what they are.
    private func beyondColumns(_ rules: CustodyRules) -> [Column<CustodyLine>] {
        func share(_ name: String, _ meaning: String, _ value: @escaping (CustodyHolding) -> Double) -> Column<
            CustodyLine
        > {
            Column(name, "fraction", .number, meaning) { field($0.holding.map(value)) }
        }
        return [
            Column(
                "more_than_frac", "fraction", .number,
                "More than which part of the capital has to be gone, by the study; of holdings within their holding time alone"
            ) { $0.holding == nil ? "" : numberText(rules.moreThan) },
            share("price_more_frac", "Share of entries of which the price alone takes more", \.price),
            share("custody_more_frac", "That custody alone does", \.custody),
            share("either_more_frac", "That the two together do, taken to be independent", \.either),
            Column("entries_count", "entries", .integer, "Entries that price_more_frac is a share of") {
                $0.holding.map { String($0.entries) } ?? ""
            },
        ]
    }

    private var taxTable: CSVTable? {
        guard let years = sides?.tax, !years.isEmpty, let rules = study.tax else { return nil }
        func money(_ name: String, _ meaning: String, _ value: @escaping (TaxYear) -> Double) -> Column<TaxYear> {
            Column(name, "quote currency", .number, meaning) { numberText(value($0)) }
        }
        let columns: [Column<TaxYear>] = [
            runColumn(), Column("year", "years", .integer, "Year, from 1") { String($0.year) },
            money("offset_gains_quote", "Gains that the loss offsets", \.offsetGains),
            money("offset_income_quote", "Income that it offsets", \.offsetIncome),
            money("carried_quote", "What is left for later years", \.carried),
            money("value_quote", "Tax that is not paid because of it", \.value),
            money("loss_quote", "The realised loss") { _ in rules.loss ?? study.headlineMargin ?? 0 },
            Column("income_rate_frac", "fraction", .number, "Tax saved on a unit of income, by the study") { _ in
                numberText(rules.incomeRate)
            },
            Column("gains_rate_frac", "fraction", .number, "Tax saved on a unit of gains, by the study") { _ in
                numberText(rules.gainsRate)
            },
            money("limit_quote", "Income that may be offset a year") { _ in rules.limit },
            Column("source", "", .text, "Where the study's figures are from") { _ in rules.source },
        ]
        return CSVTable(file: "tax.csv", columns: columns, rows: years)
    }
}

/// A row of `custody.csv`.
private struct CustodyLine {
    let what: String
    var years: Double?
    /// Nil for holdings, which have columns of their own.
    let custody: Double?
    var expected: Double?
    var position: CustodyPosition?
    var holding: CustodyHolding?

    var cell: StudyCell? { position?.cell ?? holding.map { StudyCell(index: 0, key: $0.cell) } }

    init(_ holding: CustodyHolding) { (what, custody, self.holding) = (holding.kind.line, nil, holding) }

    init(what: String, years: Double, custody: Double, expected: Double) {
        (self.what, self.years, self.custody, self.expected) = (what, years, custody, expected)
    }

    init(_ position: CustodyPosition) { (what, custody, self.position) = ("position", position.custody, position) }
}

extension CustodyHolding.Kind {
    /// The row's name in `custody.csv`.
    fileprivate var line: String { rawValue + "_beyond" }
}

private var custodyColumns: [Column<CustodyLine>] {
    [
        Column(
            "holding", "", .text,
            "platform (capital at the platform), cold_storage (the same part with keys of one's own), or position (one cell within its holding time); beyond a "
                + "part: spot_beyond (coins at the platform), spot_cold_beyond (with keys of one's own) and position_beyond"
        ) { $0.what },
        Column("years", "years", .number, "How long; empty for positions, whose holding time stands with their cell") {
            field($0.years)
        },
        Column("price_frac", "fraction", .number, "Share of entries whose margin the price took; of positions alone") {
            field($0.position?.price)
        },
        Column("custody_frac", "fraction", .number, "That the platform fails or the keys are lost meanwhile") {
            field($0.custody)
        },
        Column("either_frac", "fraction", .number, "That either happens, taken to be independent; of positions alone") {
            field($0.position?.either)
        },
        Column("expected_loss_frac", "fraction", .number, "The part of all capital that is lost on average") {
            field($0.expected)
        },
    ]
}
