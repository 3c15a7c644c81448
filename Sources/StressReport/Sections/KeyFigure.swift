import StressBasics
import StressResults

/// One of the large numbers under the first sentence.
struct KeyFigure {
    let title: String
    let number: String
    let unit: String
    let notes: [String]
    let isMain: Bool

    init(_ title: String, _ number: String, _ unit: String, _ notes: String?..., isMain: Bool = false) {
        (self.title, self.number, self.unit, self.isMain) = (title, number, unit, isMain)
        self.notes = notes.compactMap { $0 }
    }

    /// The number with its unit and what is said of it, as a line.
    var words: String {
        ([number + (unit.isEmpty ? "" : hardSpace + unit)] + notes).joined(separator: " · ")
    }

    /// Writes the title, the number with its unit, and the notes under it.
    func write(to w: inout HTMLWriter) {
        w.element("div", .class(isMain ? "main" : "side")) { w in
            w.element("dt", text: title)
            w.element("dd", .class("num")) { w in
                w.text(number)
                if !unit.isEmpty { w.element("small", text: hardSpace + unit) }
            }
            for note in notes { w.element("dd", .class("sub"), text: note) }
        }
    }
}
