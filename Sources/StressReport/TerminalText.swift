import StressBasics
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
            ("error:", Paint.red), ("limit breached:", .red), ("limit not met:", .red), ("warning:", .yellow),
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
    /// The headline for a terminal: one or two sentences without markup, with ordinary spaces.
    public var headlineText: String {
        if let failure = headlineFailure { return plainText("No data for \(failure.asset): \(failure.message).") }
        guard let sentences = headlineSentences else { return "No cell matches the study's headline." }
        return [sentences.headline, sentences.worstFill].map(\.sentence).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Why the headline's job failed; nil when it did not.
    var headlineFailure: JobFailure? {
        study.headlineCell.flatMap { cell in failures.first { $0.asset == cell.asset } }
    }

    /// The leverages around the headline as aligned text; empty without a headline. It is for people, not for programs: its
    /// columns may change, and where the terminal is narrow the less important ones are left out.
    public func terminalTable(_ style: TerminalStyle = .plain) -> String {
        guard let cell = headlineRow?.cell else { return "" }
        let column = rows.filter {
            $0.cell.asset == cell.asset && $0.cell.contract == cell.contract && $0.cell.side == cell.side
                && $0.cell.horizon == cell.horizon && $0.cell.platform == cell.platform
        }.sorted { $0.cell.leverage < $1.cell.leverage }
        let contract = cell.contract == .linear ? "" : " (\(cell.contract.words))"
        let title =
            "\(cell.asset) \(cell.side.rawValue)\(contract), held up to \(cell.horizon.screenText), "
            + "platform \(cell.platform)"
        let lines = TerminalTable(columns: terminalColumns(column), style: style).lines(
            highlighting: column.map { $0.cell == cell })
        return (["  " + plainText(title)] + lines).joined(separator: "\n")
    }

    private func terminalColumns(_ column: [ResultRow]) -> [TerminalTable.Column] {
        let confidence = study.statistics.confidence
        func texts(_ make: (ResultRow) -> String) -> [String] { column.map(make) }
        func figure(_ row: ResultRow, _ measure: Measure) -> String {
            guard let figure = row.estimate.figure(measure, confidence: confidence) else { return "" }
            return figure.share == nil ? figure.number : figure.number + " %"
        }
        let limits = texts { limitState($0.cell) }
        let hasWorst = column.contains { $0.estimate.worstExit != nil }
        let hasBest = column.contains { $0.estimate.bestExit != nil }
        return [
            TerminalTable.Column("leverage", rank: 0, texts { $0.cell.leverage.screenText }),
            TerminalTable.Column("below zero", rank: 0, texts { figure($0, .belowZero) }),
            TerminalTable.Column(
                confidenceText(confidence) + " CI", rank: 0,
                texts { row in
                    let share = row.estimate.figure(.belowZero, confidence: confidence)?.share
                    return share?.interval.map { interval in
                        interval.isVacuous(windows: row.estimate.disjointWindows)
                            ? "too few"
                            : interval.method.isBound
                                ? "<=" + boundText(interval.high) : intervalNumber(interval) + " %"
                    } ?? ""
                }),
            hasBest ? TerminalTable.Column("best fill", rank: 4, texts { figure($0, .bestFill) }) : nil,
            hasWorst ? TerminalTable.Column("worst fill", rank: 2, texts { figure($0, .worstFill) }) : nil,
            TerminalTable.Column("liquidated", rank: 3, texts { figure($0, .liquidated) }),
            TerminalTable.Column("no safeguards", rank: 5, texts { figure($0, .unprotected) }),
            TerminalTable.Column("n_eff", rank: 6, texts { grouped($0.estimate.effectiveEntries) }),
            limits.contains { !$0.isEmpty } ? TerminalTable.Column("limit", rank: 1, limits) : nil,
            TerminalTable.Column("status", rank: 7, texts { $0.estimate.status.rawValue }, isText: true),
        ].compactMap { $0 }
    }

    /// `≤ 5 % ok`, or `BREACH` for the worst of a cell's limits.
    private func limitState(_ cell: StudyCell) -> String {
        let own = limits.filter { $0.cell == cell }
        guard let check = own.first(where: \.breached) ?? own.first(where: \.isUnknown) ?? own.first else { return "" }
        let state =
            switch check.outcome {
            case .met: "ok"
            case .breach: "BREACH"
            case .noValue where check.isUnknown: "NO VALUE"
            case .noValue, .noHistory: "?"
            }
        let sign = if case .min = check.limit.form { ">=" } else { "<=" }
        let threshold = check.threshold.map { "\(sign) \(check.limit.numberWords($0)) " } ?? ""
        return threshold + state
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

/// Rows with every field but the last flush right in its column.
func aligned(_ rows: [[String]]) -> [String] {
    let plain = rows.map { $0.map(plainText) }
    let widths = (plain.first ?? []).indices.map { column in plain.map { $0[column].count }.max() ?? 0 }
    return plain.map { row in
        let fields = row.enumerated().map { column, text in
            column == row.count - 1 ? text : String(repeating: " ", count: widths[column] - text.count) + text
        }
        return "  " + fields.joined(separator: "   ")
    }
}

/// A table that leaves out columns until it fits.
struct TerminalTable {
    /// One column.
    struct Column {
        let title: String
        /// 0 for a column that always stays; the highest goes first.
        let rank: Int
        let fields: [String]
        /// Flush left, as the last one.
        let isText: Bool

        init(_ title: String, rank: Int, _ fields: [String], isText: Bool = false) {
            self.title = plainText(title)
            self.rank = rank
            self.fields = fields.map(plainText)
            self.isText = isText
        }

        var width: Int { max(title.count, fields.map(\.count).max() ?? 0) }
    }

    private let columns: [Column]
    private let style: TerminalStyle

    init(columns: [Column], style: TerminalStyle) {
        var kept = columns
        func width() -> Int { kept.reduce(2) { $0 + $1.width } + 3 * (kept.count - 1) }
        while let most = style.width, width() > most, let last = kept.map(\.rank).max(), last > 0 {
            kept.removeAll { $0.rank == last }
        }
        (self.columns, self.style) = (kept, style)
    }

    /// The header and a line a row.
    func lines(highlighting isHeadline: [Bool]) -> [String] {
        let header = line { $0.title }
        let rows = isHeadline.indices.map { row -> String in
            let text = line { $0.fields[row] }
            // Escape sequences have no width, so they come last.
            if text.contains("BREACH") { return style.painted(text, .red) }
            return style.painted(text, isHeadline[row] ? .bold : nil)
        }
        return [header] + rows
    }

    private func line(_ field: (Column) -> String) -> String {
        let fields = columns.enumerated().map { place, column in
            let text = field(column)
            let padding = String(repeating: " ", count: column.width - text.count)
            return column.isText ? (place == columns.count - 1 ? text : text + padding) : padding + text
        }
        var text = "  " + fields.joined(separator: "   ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
