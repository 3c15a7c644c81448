import StressBasics
import StressResults
import StudyPlan

/// Dated events against leverages: what positions that were entered right before would have owed. Made from numbers alone.
public struct ScenarioPage: Sendable {
    /// What became of one position. Amounts are in parts of the initial margin.
    public enum Cell: Sendable {
        /// The platform would not open it.
        case rejected
        /// It still stood at the end, with so much left.
        case open(Double)
        /// It was closed, with so much left.
        case closed(Double)
        /// It was closed below zero; infinite where the contract has no bound.
        case owed(Double)
    }

    /// An event on one platform.
    public struct Row: Sendable {
        /// Its name.
        let event: String
        /// The side it hurt, which is the one that is followed.
        let side: Side
        /// How far the price went, in words.
        let move: String
        /// The shape of its path and how long that takes, in words.
        let drawn: String
        /// What of the path no source says; nil for nothing.
        let assumed: String?
        /// By leverage.
        let owed: [Cell]
        /// The whole move at once, likewise, where it was a jump and is drawn slower.
        let jump: [Cell]?

        /// A row of the given parts.
        public init(
            event: String, side: Side, move: String, drawn: String, assumed: String?, owed: [Cell], jump: [Cell]?
        ) {
            (self.event, self.side, self.move, self.owed) = (event, side, move, owed)
            (self.drawn, self.assumed, self.jump) = (drawn, assumed, jump)
        }
    }

    /// Events by leverages, of one contract on one platform.
    public struct Table: Sendable {
        let contract: ContractKind
        let platform: String
        let leverages: [Leverage]
        let rows: [Row]

        /// A table of the given parts.
        public init(contract: ContractKind, platform: String, leverages: [Leverage], rows: [Row]) {
            (self.contract, self.platform, self.leverages, self.rows) = (contract, platform, leverages, rows)
        }
    }

    /// What is known of an event.
    public struct Event: Sendable {
        let name, title, market, window, move, drawn, assumed: String
        let balances, conflicts, sources: [String]
        let confidence: String

        /// An event of the given texts.
        public init(
            name: String, title: String, market: String, window: String, move: String, drawn: String, assumed: String,
            balances: [String], conflicts: [String], sources: [String], confidence: String
        ) {
            (self.drawn, self.assumed) = (drawn, assumed)
            (self.name, self.title, self.market, self.window, self.move) = (name, title, market, window, move)
            (self.balances, self.conflicts, self.sources) = (balances, conflicts, sources)
            self.confidence = confidence
        }
    }

    let tables: [Table]
    let events: [Event]

    /// A page of the given parts.
    public init(tables: [Table], events: [Event]) { (self.tables, self.events) = (tables, events) }

    /// The whole page.
    ///
    /// - Parameter version: of the program, for its head and foot.
    public func html(version: String) -> String {
        let page = Page(
            title: "Scenarios · dated events by leverage", printFooter: "BelowZero · scenarios", subject: "scenarios",
            root: "", sections: [("matrix", "Matrix"), ("events", "Events")], version: version,
            footer: ["BelowZero \(version), belowzero scenario matrix."])
        return page.html { w in
            w.write(answer, root: "")
            w.write(sections.map(PagePart.section), root: "")
        }
    }
}

extension ScenarioPage {
    /// Everything below the answer.
    var sections: [ReportSection] { [matrixSection, eventSection] }

    // MARK: Answer

    /// What the page says first.
    private var answer: PageAnswer {
        let lede =
            "Positions of the side that was hurt, entered right before, closed at the path’s own price as long after their "
            + "trigger as the platform takes. Funding and interest are left out, and prices between the figures are drawn, not seen: "
            + "a jump at once, a line evenly over its time, points from each known price to the next. Where sources say that "
            + "prices jumped and the path is slower, a second row has the whole move at once."
        return PageAnswer(
            kicker: [.plain("Dated events, each drawn as a path from its figures")], title: [.plain(headline)],
            blocks: [.paragraph(.lede, lede)])
    }

    /// Speaks of the first table at the leverage nearest to ten.
    private var headline: String {
        guard let table = tables.first,
            let place = table.leverages.indices.min(by: {
                distance(table.leverages[$0]) < distance(table.leverages[$1])
            })
        else { return "No event to follow" }
        let cells = table.rows.compactMap { $0.owed.indices.contains(place) ? $0.owed[place] : nil }
        let owing = cells.count { if case .owed = $0 { true } else { false } }
        return
            "At \(table.leverages[place].screenText), \(grouped(owing)) of \(counted(cells.count, "event", "events")) "
            + "leave a debt"
    }

    private func distance(_ leverage: Leverage) -> Double { abs(leverage.value - 10) }

    // MARK: Matrix

    private var matrixSection: ReportSection {
        let signs: [Inline] = [
            .mark("0"), .text(" nothing is owed; the tooltip says whether the position was closed · "),
            .mark("rejected"), .text(" the platform would not open it · "),
            .mark("*"), .text(" no source says how long it took, or what else the event’s facts call assumed"),
        ]
        return ReportSection(
            "matrix", label: "Matrix", title: "What was owed, by event and leverage",
            definition: "Owed in % of the initial margin, after slippage and fees.",
            tables.flatMap(blocks) + [.legend(OwedBins.labels), .paragraph(.signs, signs)])
    }

    private func blocks(_ table: Table) -> [Block] {
        let name = "\(table.contract.heading), platform \(visibleText(table.platform))"
        let shown = chosen(table.leverages, limit: 24, keeping: table.leverages.last)
        let places = table.leverages.indices.filter { shown.contains(table.leverages[$0]) }
        let found = SectionTable(
            name: "Owed by event and leverage, \(name)", caption: "Owed in % of the margin, by event and leverage",
            style: .grid, head: ["Event"] + places.map { table.leverages[$0].screenText },
            rows: table.rows.flatMap { rows($0, table, places) })
        return (tables.count > 1 ? [.subheading(name)] : []) + [.table(found)]
    }

    /// An event as it is drawn and, where it was a jump and is drawn slower, as one.
    private func rows(_ row: Row, _ table: Table, _ places: [Int]) -> [SectionTable.Row] {
        func cells(_ found: [Cell], _ name: String) -> [SectionTable.Cell] {
            places.filter(found.indices.contains).map { place in
                found[place].shown("\(name), \(table.leverages[place].screenText) \(row.side.rawValue)")
            }
        }
        let drawn = " \(withMinus(row.move)) \(row.drawn)" + (row.assumed == nil ? "" : "*")
        let jumped = row.jump.map {
            SectionTable.Row([.text(row.event), .aside(" at once")], cells($0, "\(row.event) at once"))
        }
        return [SectionTable.Row([.text(row.event), .aside(drawn)], cells(row.owed, row.event))]
            + (jumped.map { [$0] } ?? [])
    }

    // MARK: Events

    private var eventSection: ReportSection {
        ReportSection(
            "events", label: "Events", title: "What is known of \(counted(events.count, "event", "events"))",
            definition: "Figures as their sources print them; what disagrees is kept.",
            [.table(eventTable)] + events.map(\.details))
    }

    private var eventTable: SectionTable {
        SectionTable(
            name: "Events", style: .words, head: ["Event", "When, UTC", "Market", "Move", "Confidence"], numbersFrom: 5,
            rows: events.map { event in
                let fields = [event.window, event.market, withMinus(event.move), event.confidence]
                return SectionTable.Row([.text(event.name)], fields.map { .words([.text($0)]) })
            })
    }
}

extension ScenarioPage.Event {
    /// What does not go into a line, folded; a sheet of paper has the list alone.
    fileprivate var details: Block {
        let facts = [
            ("drawn as", drawn), ("assumed", assumed), ("balances", balances.joined(separator: " ")),
            ("conflicts", conflicts.joined(separator: " ")),
            ("sources", sources.joined(separator: " · ")),
        ]
        return .folded("\(name): \(title)", [.facts(facts.filter { !$0.1.isEmpty })])
    }
}

extension ScenarioPage.Cell {
    /// The number on the colour of its class.
    fileprivate func shown(_ subject: String) -> SectionTable.Cell {
        .shade(ShownFigure(number, value, nil, .fraction), style: style, tip: "\(subject)\n\(tip)")
    }

    /// What is owed in parts of the margin; nil where that has no end, and where nothing was opened.
    private var value: Double? {
        switch self {
        case .rejected: nil
        case .open, .closed: 0
        case .owed(let part): part.isFinite ? part : nil
        }
    }

    private var style: String {
        switch self {
        case .rejected: "rj"
        case .open, .closed: "b0"
        case .owed(let part): "b\(OwedBins.bin(of: part))"
        }
    }

    private var number: String {
        switch self {
        case .rejected: "rejected"
        case .open, .closed: "0"
        case .owed(let part): part.isFinite ? percentNumber(part) : "unbounded"
        }
    }

    private var tip: String {
        switch self {
        case .rejected: "Not opened under the platform’s rules"
        case .open(let left): "Not closed: \(leftWords(left)) of the margin is left"
        case .closed(let left): "Closed by the platform: \(leftWords(left)) of the margin is left"
        case .owed(let part):
            part.isFinite
                ? "Closed below zero: \(percentText(part)) of the margin is owed" : "Closed without bound below zero"
        }
    }

    private func leftWords(_ part: Double) -> String { part.isFinite ? percentText(max(0, part)) : "more than all" }
}

/// The colour classes of what is owed. Their edges are fixed, so that two pages can be compared by eye.
private enum OwedBins {
    /// Lower edges of classes 1 to 8, in parts of the margin.
    static let edges: [Double] = [0, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    /// In percent.
    static let labels = ["0", "<5", "5–10", "10–25", "25–50", "50–100", "100–250", "250–1000", "≥1000"]

    static func bin(of part: Double) -> Int { part <= 0 ? 0 : (edges.lastIndex { part >= $0 } ?? 0) + 1 }
}
