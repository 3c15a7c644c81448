import StressBasics
import StressResults

/// The frame that every page shares: policy, bar, sections, footer.
struct Page {
    /// Title of the window.
    let title: String
    /// What stands at the foot of every printed sheet, beside the page numbers.
    let printFooter: String
    /// The words beside the mark.
    let subject: String
    /// `../` for pages in `reports`, empty for the index.
    let root: String
    /// Sections to jump to: identifier and label.
    let sections: [(id: String, label: String)]
    /// Version of the program.
    let version: String
    /// The script of the page, which is complete without it.
    var script = PageCode.script
    /// Rules of this page's style alone, made of this program's own numbers.
    var rules = ""
    /// The last words of the page: facts of the clock and the machine, which are no results.
    let footer: [String]

    /// The whole page around `content`.
    ///
    /// - Parameter data: what only the script reads, behind everything that a reader sees.
    func html(data: (inout HTMLWriter) -> Void = { _ in }, content: (inout HTMLWriter) -> Void) -> String {
        let footer = PageCode.printFooter(printFooter, rules: rules)
        var w = HTMLWriter()
        w.doctype()
        w.element("html", Attribute("lang", "en")) { w in
            w.line()
            w.element("head") { writeHead(footer: footer, &$0) }
            w.line()
            w.element("body") { w in
                w.line()
                w.element("a", .class("skip"), .href("#answer"), text: "Skip to the answer")
                writeBar(&w)
                w.element("main", .class("wrap"), content: content)
                writeFooter(&w)
                w.element("div", .id("tip"), Attribute("role", "tooltip"), Attribute("hidden")) { _ in }
                data(&w)
                w.line()
            }
            w.line()
        }
        w.line()
        return w.html
    }

    private func writeHead(footer: PageCode, _ w: inout HTMLWriter) {
        let policy = PageCode.policy(styles: [.style, footer], script: script)
        w.line()
        w.void("meta", Attribute("charset", "utf-8"))
        w.void("meta", Attribute("http-equiv", "Content-Security-Policy"), Attribute("content", policy))
        w.void("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1"))
        w.void("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark"))
        w.void("meta", Attribute("name", "generator"), Attribute("content", "BelowZero \(version)"))
        w.line()
        w.element("title", text: title)
        w.line()
        w.code("style", .style)
        w.code("style", footer)
        w.code("script", script)
    }

    private func writeBar(_ w: inout HTMLWriter) {
        w.line()
        w.element("header", .class("top")) { w in
            w.element("div", .class("wrap bar")) { w in
                w.element("p", .class("brand")) { w in
                    writeMark(&w)
                    w.element("b", text: "BelowZero")
                    w.element("span", text: subject)
                }
                w.element("nav", Attribute("aria-label", "Sections")) { w in
                    if !root.isEmpty { w.element("a", .href(root + "index.html"), text: "All assets") }
                    for section in sections { w.element("a", .href("#" + section.id), text: section.label) }
                }
                w.element("div", .class("act")) { w in
                    w.element(
                        "button", Attribute("type", "button"), .id("theme"), Attribute("aria-pressed", "false"),
                        text: "Dark")
                    w.element("button", Attribute("type", "button"), .id("print"), text: "Print / PDF")
                }
            }
        }
        w.line()
    }

    /// A level line and what lies under it.
    private func writeMark(_ w: inout HTMLWriter) {
        w.element("svg", .class("mark"), Attribute("viewBox", "0 0 28 28"), Attribute("aria-hidden", "true")) { w in
            w.shape("path", .class("mk1"), Attribute("d", "M2 8h5l3-4 3 4h1"))
            w.shape("path", .class("mk2"), Attribute("d", "M13 11l6 13 3-7 3 3V11z"))
            w.shape("path", .class("mk3"), Attribute("d", "M1 11h26"))
        }
    }

    private func writeFooter(_ w: inout HTMLWriter) {
        w.line()
        w.element("footer", .class("wrap")) { w in
            w.element("p") { w in
                w.text("Historical frequencies under the stated rules, not forecasts and not advice. ")
                w.text("This page is one file: it loads nothing and sends nothing.")
            }
            for line in footer { w.element("p", text: line) }
        }
        w.line()
    }
}

extension RunReport {
    /// What only the footer of a page knows of a run.
    var footer: [String] {
        let facts = circumstances
        let uses = facts.kernels.map { "\($0.name) \(counted($0.cells, "cell", "cells"))" }
        let kernels = uses.isEmpty ? "" : " Kernels: \(uses.joined(separator: ", "))."
        return [
            "Run \(runID), BelowZero \(version). Started \(facts.started.minuteText) UTC, took "
                + "\(timeText(facts.duration)) on \(counted(facts.threads, "thread", "threads")), \(facts.host)."
                + kernels
        ]
    }
}

extension HTMLWriter {
    /// A region that scrolls sideways when it must, by touch and by keyboard, so that the page never does.
    ///
    /// - Parameter isTall: whether it scrolls up and down as well, under a head that stays, for tables of very many rows.
    mutating func scrolling(_ name: String, isTall: Bool = false, content: (inout HTMLWriter) -> Void) {
        element(
            "div", .class(isTall ? "scroll tall" : "scroll"), Attribute("tabindex", "0"), Attribute("role", "region"),
            Attribute("aria-label", name), content: content)
        line()
    }

    /// Where the numbers of a figure can be found.
    mutating func source(_ files: [String], root: String, note: String = "", drawing: String? = nil) {
        element("p", .class("src")) { w in
            w.text("Data: ")
            for (place, file) in files.enumerated() {
                if place > 0 { w.text(", ") }
                w.element("a", .href(root + file), text: file)
            }
            if let drawing {
                w.text(" · ")
                w.element("a", .href(root + drawing), text: "drawing as SVG")
            }
            if !note.isEmpty { w.text(". " + note) }
        }
        line()
    }

    /// A box that hides the rows that do not hold what is typed into it; only scripts can, so only they show it.
    mutating func filterBox(_ label: String, count: Int) {
        guard count > 5 else { return }
        element("p", .class("tools")) { w in
            w.element("label", Attribute("for", "filter"), text: label)
            w.void(
                "input", Attribute("type", "search"), .id("filter"), Attribute("autocomplete", "off"),
                Attribute("spellcheck", "false"))
            w.element("span", .id("found"), Attribute("role", "status")) { _ in }
        }
        line()
    }

    /// The head of a table: column titles, right-aligned where numbers stand.
    mutating func tableHead(_ titles: [String], numbersFrom first: Int = 1) {
        element("thead") { w in
            w.element("tr") { w in
                for (place, title) in titles.enumerated() {
                    w.element("th", Attribute("scope", "col"), .class(place >= first ? "r" : "l"), text: title)
                }
            }
        }
        line()
    }
}
