import StressBasics
import StressResults
import StressStatistics

// The words of a cell as texts, for a book in which texts that differ in few numbers take few bytes. The first letter of each text says
// what it is: `h` headline, `w` what would have been without liquidation, `p` paragraph, `f` key figure, `t` and `m` title and mean of
// the shortfalls. Its parts stand behind each other with ``partEnd`` between; the first letter of a part of a sentence is its weight.

/// Between the parts of a text; texts of pages hold no control characters.
let partEnd = "\n"

extension Phrase {
    /// The piece of a sentence with the letter of its weight before it.
    var weighed: String {
        // Names may be empty, and nothing from outside may reorder what stands around it.
        let words = if case .name = self, text.allSatisfy(\.isWhitespace) { "(no name)" } else { visibleText(text) }
        return letter + words
    }

    private var letter: String {
        switch self {
        case .plain: "p"
        case .key: "k"
        case .finding: "f"
        case .quiet: "q"
        case .name: "n"
        case .date: "d"
        }
    }
}

extension [Phrase] {
    /// The sentence as one text.
    var weighed: String { map { $0.weighed }.joined(separator: partEnd) }
}

extension KeyFigure {
    /// Title, number, unit, which may be empty, and notes as one text.
    var joined: String { ([title, number, unit] + notes).joined(separator: partEnd) }
}

extension AssetSide {
    /// Headline, plain words, paragraphs, key figures, and the words of the severity figure.
    func texts(_ row: ResultRow) -> [String] {
        let (sentences, view) = (cellSentences(row), looking(at: row))
        var texts = ["h" + sentences.headline.weighed]
        if let words = sentences.withoutLiquidation { texts.append("w" + words) }
        for paragraph in sentences.cellQualifications { texts.append("p" + paragraph.weighed) }
        texts += figureTexts(row, .chosen)
        texts.append("t" + view.severityTitle)
        if let words = view.severityMean { texts.append("m" + words) }
        return texts
    }

    /// Those of them that another fill changes, figures under the titles that they have; what it does not change is left out.
    func texts(_ row: ResultRow, filled fill: FillRole) -> [String] {
        var sentences = cellSentences(row)
        sentences.fill = fill
        let cut = sentences.cutCount
        let own = Set(figureTexts(row, .chosen))
        return ["h" + sentences.headline.weighed] + (cut.isEmpty ? [] : ["p" + cut.weighed])
            + figureTexts(row, fill).filter { !own.contains($0) }
    }

    private func cellSentences(_ row: ResultRow) -> CellSentences {
        var sentences = sentences(row)
        // Which holding times a history is too short for is said of the headline alone.
        sentences.fit = nil
        return sentences
    }

    private func figureTexts(_ row: ResultRow, _ fill: FillRole) -> [String] {
        row.estimate.windows.entries > 0 ? keyFigures(row, filled: fill).map { "f" + $0.joined } : []
    }
}

extension ColumnView {
    /// What a holding time's figures say: title and definition of the curve, definition of the shortfalls.
    var texts: [String] {
        [view.leverageTitle, view.leverageDefinition(curve), view.severityDefinition(severity)]
    }
}
