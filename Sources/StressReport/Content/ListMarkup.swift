import StressBasics
import StressResults

extension HTMLWriter {
    /// Names and values, one a line.
    mutating func facts(_ facts: [(String, String)]) {
        element("dl", .class("facts")) { w in
            for (name, value) in facts {
                w.element("div") { w in
                    w.element("dt", text: name)
                    w.element("dd", text: value)
                }
            }
        }
        line()
    }

    /// Words and what they mean, in two columns.
    mutating func glossary(_ words: [(String, String)]) {
        element("dl", .class("gl")) { w in
            for (word, meaning) in words {
                w.element("div") { w in
                    w.element("dt", text: word)
                    w.element("dd", text: meaning)
                }
            }
        }
    }

    mutating func writeList(_ lines: [[Inline]], root: String) {
        element("ul") { w in
            for words in lines {
                w.element("li") { $0.write(words, root: root) }
                w.line()
            }
        }
    }

    mutating func writeSteps(_ steps: [String]) {
        element("ol") { w in for step in steps { w.element("li", text: step) } }
        line()
    }

    mutating func writePlaces(_ lines: [[Inline]], root: String) {
        element("ul", .class("rows")) { w in
            for words in lines { w.element("li") { $0.write(words, root: root) } }
        }
    }

    mutating func writeFiles(_ names: [String], root: String) {
        element("ul", .class("files")) { w in
            for name in names { w.element("li") { $0.element("a", .href(root + name), text: name) } }
        }
    }

    /// A command line with a button that copies it.
    mutating func writeCommand(_ command: String) {
        element("div", .class("cmd")) { w in
            w.element("code", .id("command"), text: command)
            w.element(
                "button", Attribute("type", "button"), .class("copy"), Attribute("data-copy", "command"), text: "Copy")
        }
        line()
    }

    // MARK: What was found

    mutating func writeChecks(_ lines: [CheckLine], _ name: String?, root: String) {
        func write(to w: inout HTMLWriter) {
            for line in lines { w.write(line, root: root) }
        }
        if let name {
            element("ul", .class("checks"), Attribute("aria-label", name), content: write)
        } else {
            element("ul", .class("checks column"), content: write)
        }
        line()
    }

    private mutating func write(_ check: CheckLine, root: String) {
        element("li") { w in
            if let pill = check.pill { w.write(pill) }
            w.write(check.words, root: root)
            w.write(check.more, root: root)
        }
        line()
    }

    /// A state in words and a sign.
    mutating func write(_ pill: Pill) {
        element("span", .class("pill " + pill.style)) { w in
            w.element("i", Attribute("aria-hidden", "true"), text: pill.sign)
            w.text(pill.words)
        }
    }

    mutating func writeKeyFigures(_ figures: [KeyFigure]) {
        line()
        element("dl", .class("kpi")) { w in for figure in figures { figure.write(to: &w) } }
        line()
    }

    // MARK: Many drawings

    mutating func write(_ gallery: Gallery, root: String) {
        scrolling(gallery.name, isTall: gallery.isTall) { w in
            w.element("div", .class(gallery.isLarge ? "groups few" : gallery.isTerse ? "groups many" : "groups")) { w in
                w.terse(gallery.isTerse) { w in
                    for group in gallery.groups { w.write(group, root: root) }
                }
            }
        }
    }

    private mutating func write(_ group: Gallery.Group, root: String) {
        element("div", .class("group")) { w in
            w.element("h3") { $0.write([.label(group.title), .aside(" " + group.count)], root: root) }
            w.element("ul", .class("minis")) { w in for piece in group.pieces { w.write(piece, root: root) } }
        }
        line()
    }

    private mutating func write(_ piece: Gallery.Piece, root: String) {
        element("li") { w in
            w.element("a", .href(root + piece.target)) { $0.name(piece.name) }
            w.element("b", text: piece.figure.words)
            if w.isTerse {
                piece.drawing.writeBare(to: &w)
            } else {
                piece.drawing.write(to: &w)
            }
        }
    }

    mutating func writeCards(_ cards: [Card]) {
        element("div", .class("cards")) { w in for card in cards { w.write(card) } }
        line()
    }

    private mutating func write(_ card: Card) {
        element("article", .class("card")) { w in
            w.element("h3") { w in
                w.name(card.name)
                w.write(card.pill)
            }
            w.element("p", .class("scope"), text: card.scope)
            w.element("p", .class("now")) { w in
                w.element("b", text: card.value?.words ?? "–")
                w.text(card.words)
            }
            if let expected = card.expected { w.element("p", text: expected) }
            card.drawing.write(to: &w)
        }
        line()
    }

    // MARK: Questions

    mutating func writeQuestions(_ questions: [QuestionBlock], root: String) {
        element("dl", .class("qa")) { w in for question in questions { w.write(question, root: root) } }
    }

    private mutating func write(_ question: QuestionBlock, root: String) {
        element("dt", text: question.words)
        element("dd") { w in
            w.element("p") { w in
                if let pill = question.pill { w.write(pill) }
                w.phrases(question.answer)
                if let target = question.target(root: root) {
                    w.text(" ")
                    w.element("a", .href(target), text: question.link.words)
                }
            }
            if let words = question.missing { w.element("p", .class("src"), text: words) }
        }
        line()
    }
}

extension QuestionBlock {
    /// The link as a page has it, by what leads from the page to the run's folder; nil where it leads to the questions themselves.
    fileprivate func target(root: String) -> String? {
        let own = "index.html"
        guard root.isEmpty, link.target.hasPrefix(own + "#") else { return root + link.target }
        let place = String(link.target.dropFirst(own.count))
        return place == "#" + QuestionsSection.section.id ? nil : place
    }
}
