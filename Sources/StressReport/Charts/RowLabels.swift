import StressBasics

/// The words left of a drawing's rows, and how much room they take on a narrow screen: `report.css` sets letters larger there than the
/// drawing is scaled down, and what leaves the drawing is cut off.
struct RowLabels {
    /// Where the words end.
    let end: Double
    /// The words, the longest of them shortened.
    let texts: [String]

    /// What words may take of a drawing that is 560 wide.
    private static let most = 240.0

    /// Letters of plain weight take less than the semibold ones of rows.
    private static let plainShare = 0.9

    /// - Parameters:
    ///   - least: where words end that need no more.
    ///   - isPlain: whether they are numbers of an axis, of plain weight.
    init(_ labels: [String], atLeast least: Double, isPlain: Bool = false) {
        texts = labels.map(RowLabels.shortened)
        let widest = texts.map(RowLabels.width).max() ?? 0
        end = min(max(least, isPlain ? RowLabels.plainShare * widest : widest), RowLabels.most)
    }

    private static func shortened(_ label: String) -> String {
        let clean = visibleText(label)
        guard width(clean) > most else { return clean }
        var (kept, room) = ("", most - width("…"))
        for letter in clean {
            room -= width(letter)
            if room < 0 { break }
            kept.append(letter)
        }
        return kept + "…"
    }

    /// Units of a drawing that a text takes, of semibold letters of 17.6 units.
    private static func width(_ text: String) -> Double { text.reduce(0) { $0 + width($1) } }

    /// Of Inter, measured in classes of about the same width; letters of other scripts may be as wide as they are high.
    private static func width(_ letter: Character) -> Double {
        if "iljtfrI.,:;'’|!()[]".contains(letter) || letter.isWhitespace { return 6.8 }
        if "mwMW@%…—".contains(letter) { return 17 }
        guard letter.utf8.count <= 2 else { return 17.6 }
        return letter.isUppercase || letter.isNumber ? 12.8 : 10.8
    }
}
