import StressBasics
import StressResults

/// What a page says first, above its sections.
struct PageAnswer {
    /// What the page is about.
    let kicker: [Phrase]
    /// The answer in a sentence.
    let title: [Phrase]
    /// What qualifies it, and what shows it.
    let blocks: [Block]
    /// What follows, whichever cell a reader chooses.
    var rest: [Block] = []
    /// Whether a reader may choose another cell, of which the same is said in this place.
    var isOfCell = false

    /// The place to jump to.
    static let id = "answer"

    /// The answer as the first section of its page, for terminals and machines.
    var section: ReportSection {
        ReportSection(
            PageAnswer.id, label: "Answer", title: title.sentence, definition: kicker.sentence, blocks + rest)
    }
}

extension HTMLWriter {
    /// The answer of a page.
    ///
    /// - Parameter root: what leads from the page to the run's folder.
    mutating func write(_ answer: PageAnswer, root: String) {
        line()
        element("section", .id(PageAnswer.id), Attribute("aria-labelledby", "h-answer")) { w in
            if answer.isOfCell {
                w.element("div", .id("cell")) { $0.writeWords(of: answer, root: root) }
                w.line()
            } else {
                w.writeWords(of: answer, root: root)
            }
            w.write(answer.rest, root: root)
        }
        line()
    }

    private mutating func writeWords(of answer: PageAnswer, root: String) {
        line()
        element("p", .class("kicker")) { $0.phrases(answer.kicker) }
        line()
        element("h1", .id("h-answer")) { $0.phrases(answer.title) }
        line()
        write(answer.blocks, root: root)
    }
}
