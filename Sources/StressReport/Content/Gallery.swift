import StressBasics
import StressResults

/// Very small drawings side by side, in groups, so that many things compare by eye.
struct Gallery {
    /// What is drawn, in words for those who do not see it.
    let name: String
    /// What each number is, with its unit.
    let measure: String
    /// Whether there are more than a screen holds.
    let isTall: Bool
    /// Whether so few are drawn that each is as large as a row lets it be, the groups beside each other.
    let isLarge: Bool
    /// Whether there are so many that they are written in few bytes, each of one size on the same axes; see ``CurveThumb``.
    let isTerse: Bool
    let groups: [Group]

    /// Pieces that have something in common.
    struct Group {
        /// What it is.
        let title: String
        /// How many there are.
        let count: String
        let pieces: [Piece]
    }

    /// One drawing with the number that it is looked at for.
    struct Piece {
        /// What it is of.
        let name: String
        /// Its page, as a path in the run's folder.
        let target: String
        let figure: ShownFigure
        let drawing: any Drawing
    }

    /// The numbers alone, by piece.
    var table: SectionTable {
        SectionTable(
            name: name, head: ["Name", measure, "Group"],
            rows: groups.flatMap { group in
                group.pieces.map { piece in
                    SectionTable.Row([.name(piece.name)], [.figure(piece.figure), .words([.text(group.title)])])
                }
            })
    }
}

/// One value through time: what it is, where it stands, and a drawing of how it got there.
struct Card {
    /// What it is of.
    let name: String
    let pill: Pill
    /// What is measured, and against which limit.
    let scope: String
    /// The newest value in words, and as it is; nil where there is none.
    let value: ShownFigure?
    /// What is said beside it.
    let words: String
    /// What was expected; nil where nothing was.
    let expected: String?
    let drawing: any Drawing
}

extension [Card] {
    /// The newest values alone.
    var table: SectionTable {
        SectionTable(
            name: "Newest values", head: ["Name", "Newest", "State", "What", "Beside it"],
            rows: map { card in
                let words = [card.words.trimmed, card.expected].compactMap { $0 }.filter { !$0.isEmpty }
                return SectionTable.Row(
                    [.name(card.name)],
                    [
                        .figure(card.value ?? ShownFigure("–")), .pill(card.pill), .words([.text(card.scope)]),
                        .words([.text(words.joined(separator: " "))]),
                    ])
            })
    }
}

extension String {
    /// Without spaces at its beginning.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
