import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// How text for a terminal is laid out.
public struct TerminalStyle: Hashable, Sendable {
    /// Columns there are; nil for no bound.
    public var width: Int?
    /// Whether escape sequences for colour are wanted.
    public var hasColour: Bool

    /// The narrowest width that tables are made for; what is narrower is treated as this.
    public static let narrowest = 60

    /// A style.
    public init(width: Int? = nil, hasColour: Bool = false) {
        self.width = width.map { max($0, TerminalStyle.narrowest) }
        self.hasColour = hasColour
    }

    /// No bound and no colour: what a file gets.
    public static let plain = TerminalStyle()

    /// A message with its first word, `error:` or `warning:`, in its colour.
    public func message(_ text: String) -> String {
        for (word, paint) in [
            ("error:", Paint.red), ("limit breached:", .red), ("limit not met:", .red), ("limit not shown:", .yellow),
            ("warning:", .yellow),
        ]
        where text.hasPrefix(word) { return painted(word, paint) + text.dropFirst(word.count) }
        return text
    }

    /// `text` in bold, red, green or yellow where colour is wanted.
    func painted(_ text: String, _ paint: Paint?) -> String {
        guard hasColour, let paint, !text.isEmpty else { return text }
        return "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m"
    }

    /// The colours that mean something: breach, met, warning, headline.
    enum Paint: String {
        case bold = "1"
        case red = "1;31"
        case green = "32"
        case yellow = "33"
    }

    /// `text` cut into lines at blanks; a word longer than a line stays whole.
    public func wrapped(_ text: String, indent: String = "") -> String {
        guard let width else { return indent + text }
        var (lines, line) = ([String](), indent)
        for word in text.split(separator: " ") {
            let isFirst = line.count == indent.count
            if !isFirst, line.count + 1 + word.count > width {
                lines.append(line)
                line = indent
            }
            line += (line.count == indent.count ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }
}

extension RunReport {
    /// The headline for a terminal, with what qualifies it: sentences without markup, with ordinary spaces.
    public var headlineText: String {
        if let failure = headlineFailure { return plainText("No data for \(failure.asset): \(failure.message).") }
        guard let sentences = headlineSentences else { return "No cell matches the study's headline." }
        return ([sentences.headline] + sentences.qualifications).map(\.sentence).joined(separator: " ")
    }

    /// The leverages around the headline as aligned text; empty without a headline. It is for people, not for programs: its
    /// columns may change, and where the terminal is narrow the less important ones are left out.
    public func terminalTable(_ style: TerminalStyle = .plain) -> String {
        guard let cell = headlineRow?.cell else { return "" }
        let like = CellSelector(like: cell.key, but: [.leverage])
        let column = self.shown.rows.filter { like.matches($0.cell) }.sorted { $0.cell.leverage < $1.cell.leverage }
        let contract = cell.contract == .linear ? "" : " (\(cell.contract.words))"
        let title =
            "\(cell.asset) \(cell.side.rawValue)\(contract), held up to \(cell.horizon.screenText), "
            + "platform \(cell.platform)"
        let shown = shownRows(column, headline: cell)
        let table = TerminalTable(columns: terminalColumns(shown), style: style)
        let legend = table.legend(shown.map(\.estimate.status))
        let lines = ["  " + plainText(title)] + table.lines(highlighting: shown.map { $0.cell == cell })
        return
            (lines + [leftOutWords(column, shown)].compactMap { $0 }
            + (legend.isEmpty ? [] : [style.wrapped(legend, indent: "  ")]))
            .joined(separator: "\n")
    }

    /// The most leverages of the table.
    private static let mostTerminalRows = 12

    /// Whether so much is printed that the headline has left the screen by the end.
    public var isLongOnTerminal: Bool {
        study.grid.leverages.count > RunReport.mostTerminalRows || study.inputs.count > 1
    }

    private func shownRows(_ column: [ResultRow], headline: StudyCell) -> [ResultRow] {
        let kept = chosen(
            column.map(\.cell.leverage), limit: RunReport.mostTerminalRows, keeping: headline.leverage)
        return column.filter { kept.contains($0.cell.leverage) }
    }

    /// How many leverages are not shown, and whether one of them breaches a limit; nil when all are.
    private func leftOutWords(_ column: [ResultRow], _ shown: [ResultRow]) -> String? {
        guard shown.count < column.count else { return nil }
        let hidden = Set(column.map(\.cell)).subtracting(shown.map(\.cell))
        let breached = Set(limits.filter { $0.breached }.compactMap(\.cell)).intersection(hidden).count
        let words = breached > 0 ? "; \(breached) of the others \(breached == 1 ? "breaches" : "breach") a limit" : ""
        return "  Shown: \(shown.count) of \(column.count) leverages; all are in results.csv\(words)"
    }

    private func terminalColumns(_ column: [ResultRow]) -> [TerminalTable.Column] {
        let confidence = study.statistics.confidence
        func texts(_ make: (ResultRow) -> String) -> [String] { column.map(make) }
        func figure(_ row: ResultRow, _ measure: Measure) -> String {
            guard let figure = row.estimate.figure(measure, confidence: confidence) else { return "" }
            return figure.share == nil ? figure.number : figure.number + " %"
        }
        let hasWorst = column.contains { $0.estimate.worstExit != nil }
        let hasBest = column.contains { $0.estimate.bestExit != nil }
        let hasAtOnce = column.contains { $0.estimate.gapExit != nil }
        return [
            TerminalTable.Column("leverage", rank: 0, texts { $0.cell.leverage.screenText }),
            TerminalTable.Column("below zero", rank: 0, texts { $0.belowZeroText(confidence) }),
            TerminalTable.Column(confidenceText(confidence) + " CI", rank: 0, texts { $0.intervalText(confidence) }),
            hasBest ? TerminalTable.Column("best fill", rank: 4, texts { figure($0, .bestNegativeEquity) }) : nil,
            hasAtOnce ? TerminalTable.Column("at once", rank: 2, texts { figure($0, .gapNegativeEquity) }) : nil,
            hasWorst ? TerminalTable.Column("worst fill", rank: 2, texts { figure($0, .worstNegativeEquity) }) : nil,
            TerminalTable.Column("liquidated", rank: 3, texts { figure($0, .liquidated) }),
            TerminalTable.Column("no safeguards", rank: 5, texts { figure($0, .unprotected) }),
            TerminalTable.Column("n_eff", rank: 6, texts { grouped($0.estimate.effectiveEntries) }),
            limitColumn(column),
            TerminalTable.Column("status", rank: 7, texts { $0.estimate.status.rawValue }, isText: true),
        ].compactMap { $0 }
    }

    /// The worst limit of each cell, and how many others it has: `<= 5 % ok (+1)`. What all of them speak of stands in the title;
    /// where they speak of several things each names its own.
    private func limitColumn(_ column: [ResultRow]) -> TerminalTable.Column? {
        let own = column.map { row in limits.filter { $0.cell == row.cell } }
        let worst = own.map { checks in
            checks.first(where: \.breached) ?? checks.first(where: \.isUnknown)
                ?? checks.first { $0.outcome == .notShown } ?? checks.first
        }
        let subjects = Set(worst.compactMap { $0?.columnSubject })
        guard let subject = subjects.first else { return nil }
        let fields = zip(worst, own).map { check, checks -> String in
            guard let check else { return "" }
            let more = checks.count > 1 ? " (+\(checks.count - 1))" : ""
            return (subjects.count > 1 ? check.columnSubject + " " : "") + check.columnWords + more
        }
        let title = TerminalTable.limitTitle + (subjects.count > 1 ? "" : ": \(subject)")
        return TerminalTable.Column(title, rank: 1, fields)
    }

    /// Warnings and errors about the data, one line each, in study order; empty when there are none.
    public var qualityText: [String] { qualityLines.map(\.text) }

    /// The lines of ``qualityText``, each with the price history that it speaks of.
    public var qualityLines: [(asset: String, text: String)] {
        assets.flatMap { asset in
            asset.summaries.filter { $0.severity >= .warning }.map { finding in
                let action = finding.action.isEmpty ? "" : " (\(finding.action))"
                let text = plainText("\(finding.severity.rawValue): \(asset.asset): \(finding.message)\(action)")
                return (asset.asset, text)
            }
        }
    }
}
