import Foundation
import StressBasics
import TestSupport
import Testing

/// `--text` and `--csv` of `explain` and `diff`: what the page says, in other forms.
@Suite struct SectionFormTests {
    private struct Written: Decodable { let folder: String, files: [String] }

    private func sections(_ lines: String) throws -> [RenderedSection] {
        try lines.split(separator: "\n").map { try JSONDecoder().decode(RenderedSection.self, from: Data($0.utf8)) }
    }

    private func written(_ outcome: Outcome) throws -> Written {
        try JSONDecoder().decode(Written.self, from: Data(outcome.out.utf8))
    }

    /// A text without spaces and signs that are written in more than one way.
    private func packed(_ text: String) -> String { text.filter { !$0.isWhitespace && !"·–−'‘’".contains($0) } }

    /// The text and the page hold every word of the sections; the page has these sections and no other.
    private func expect(_ found: [RenderedSection], in text: String, and page: String) {
        let ids = page.matches(of: /<section id="([^"]*)"/).map { String($0.1) }
        #expect(ids == found.map(\.section))
        let shown = packed(
            page.replacing(/<[^>]*>/, with: "").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
                .replacing("&quot;", with: "\"").replacing("&amp;", with: "&").replacing("&#39;", with: "'"))
        let printed = packed(text)
        for words in found.flatMap(\.words) {
            #expect(printed.contains(packed(words)), "the text lacks \(words)")
            #expect(shown.contains(packed(words)), "the page lacks \(words)")
        }
    }

    // MARK: explain

    private func explained() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let behaviours =
            "\nbehaviours: [{name: \"a <b> & 'c'\", stop_loss: 1%}, {name: never, enter_after: {gain: 90%, bars: 1}}]\n"
        try scratch.write(smallStudy() + behaviours, to: "study.yaml")
        return scratch
    }

    private static let behaviours = ["--behaviour", "a <b> & 'c'", "--behaviour", "never"]

    @Test func explainPrintsWhatItsPageSays() throws {
        let scratch = try explained()
        let command = ["explain", "study.yaml"] + SectionFormTests.behaviours
        let text = try scratch.program.run(command + ["--page", "cell.html", "--text"])
        try #require(text.code == 0, "\(text.err)")
        let before = scratch.files()
        let json = try scratch.program.run(command + ["--text", "--json"])
        #expect(json.code == 0 && scratch.files() == before, "\(json.err)")
        let found = try sections(json.out)
        #expect(found.map(\.section) == ["answer", "episodes", "entry", "exit", "behaviours"])
        #expect(found[4].tables.map(\.rows.count).allSatisfy { $0 > 0 } && found[4].tables.count == 2)
        expect(found, in: text.out, and: try scratch.read("cell.html"))
        #expect(!scratch.files().contains { $0.contains("explain-tables") })
    }

    /// The exact numbers of every bar, as `explain --json` has them.
    @Test func explainWritesItsTables() throws {
        struct Bar: Decodable { let checkedPrice, equity, requirement, triggerPrice: Double? }
        struct Cell: Decodable {
            let bars: [Bar]
            let episodesCount: Int
        }
        let scratch = try explained()
        let command = ["explain", "study.yaml"] + SectionFormTests.behaviours
        let csv = try scratch.program.run(command + ["--csv", "--json"])
        try #require(csv.code == 0, "\(csv.err)")
        let (written, known) = (try written(csv), rows(try scratch.read("explain-tables/tables.csv")))
        #expect(written.folder == "explain-tables")
        #expect(Set(written.files) == Set(known.compactMap { $0["file"] } + ["tables.csv", "columns.csv"]))
        for file in written.files {
            #expect(FileManager.default.fileExists(atPath: scratch.path + "/explain-tables/" + file), "\(file)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let plain = try scratch.program.run(command + ["--json"])
        let cell = try decoder.decode(Cell.self, from: Data(plain.out.utf8))
        let bars = rows(try scratch.read("explain-tables/explain/entry.csv"))
        func column(_ name: String) -> [Double?] { bars.map { $0[name].flatMap(Double.init) } }
        #expect(!bars.isEmpty && column("checked_price_quote") == cell.bars.map(\.checkedPrice))
        #expect(column("equity_quote") == cell.bars.map(\.equity))
        #expect(column("requirement_quote") == cell.bars.map(\.requirement))
        #expect(column("trigger_price_quote") == cell.bars.map(\.triggerPrice))
        #expect(rows(try scratch.read("explain-tables/explain/episodes.csv")).count == cell.episodesCount)
        #expect(try scratch.program.run(command + ["--csv"]).code == 73, "the folder is there")
        let again = try scratch.program.run(command + ["--csv", "--out", "two"])
        #expect(again.code == 0 && again.out.contains("two/tables.csv"), "\(again.err)")
    }

    @Test(
        "What does not go together is said before anything is read",
        arguments: [
            ["explain", "nothere.yaml", "--text", "--csv"], ["explain", "nothere.yaml", "--page", "-", "--text"],
            ["explain", "nothere.yaml", "--page", "-", "--csv"], ["explain", "nothere.yaml", "--out", "tables"],
            ["explain", "nothere.yaml", "--csv", "--out", "-"], ["diff", "a", "b", "--text", "--csv"],
            ["diff", "a", "b", "--csv", "--out", "-"],
        ])
    func refusals(command: [String]) throws {
        let refused = try Scratch().program.run(command)
        #expect(refused.code == 64 && refused.err.contains("--"), "\(refused.err)")
    }

    // MARK: diff

    private func compared(_ first: Int, _ second: Int) throws -> Scratch {
        let scratch = try Scratch()
        let lines = samplePrices.split(separator: "\n").map(String.init)
        try scratch.write(smallStudy(), to: "study.yaml")
        for (name, count) in [("a", first), ("b", second)] {
            try scratch.write(lines.prefix(count + 1).joined(separator: "\n") + "\n", to: "prices.csv")
            let run = try scratch.program.run(["run", "study.yaml", "--out", name, "-q"])
            try #require(run.code == 0, "\(run.err)")
        }
        return scratch
    }

    @Test func diffPrintsWhatItsPageSays() throws {
        let scratch = try compared(300, 400)
        let text = try scratch.program.run(["diff", "a", "b", "--out", "d", "--text"])
        let json = try scratch.program.run(["diff", "a", "b", "--text", "--json"])
        #expect(text.code == 1 && json.code == 1, "\(text.err)\(json.err)")
        let found = try sections(json.out)
        #expect(found.map(\.section) == ["answer", "causes", "cells", "study", "inputs"])
        expect(found, in: text.out, and: try scratch.read("d/diff.html"))
    }

    /// Exact numbers, as `changes.csv` has them, in its order.
    @Test func diffWritesItsTables() throws {
        let scratch = try compared(300, 400)
        #expect(try scratch.program.run(["diff", "a", "b", "--out", "d"]).code == 1)
        let csv = try scratch.program.run(["diff", "a", "b", "--csv", "--out", "t", "--json"])
        #expect(csv.code == 1, "\(csv.err)")
        #expect(try written(csv).files == ["tables.csv", "diff/causes.csv", "diff/cells.csv", "columns.csv"])
        let changes = rows(try scratch.read("d/changes.csv")).filter { $0["cause"] == "all" }
        let cells = rows(try scratch.read("t/diff/cells.csv"))
        for (own, theirs) in [
            ("before_frac", "before_negative_equity_frac"), ("before_low_frac", "before_ci_low_frac"),
            ("before_high_frac", "before_ci_high_frac"), ("after_frac", "after_negative_equity_frac"),
            ("move_points_frac", "change_frac"),
        ] {
            func numbers(_ rows: [[String: String]], _ name: String) -> [Double?] {
                rows.map { $0[name].flatMap(Double.init) }
            }
            let wanted = numbers(changes, theirs)
            #expect(numbers(cells, own) == wanted && wanted.contains { $0 != nil }, "\(own)")
        }
        #expect(try scratch.program.run(["diff", "a", "b", "--csv", "--out", "t"]).code == 73, "the folder is there")
    }

    @Test func equalRunsSayThatNothingMoved() throws {
        let scratch = try compared(300, 300)
        let text = try scratch.program.run(["diff", "a", "b", "--text"])
        #expect(text.code == 0 && text.out.contains("Every cell is the same"), "\(text.out)\(text.err)")
        let csv = try scratch.program.run(["diff", "a", "b", "--csv"])
        #expect(csv.code == 0 && scratch.files().contains { $0.contains("diff-tables") }, "\(csv.err)")
    }
}

extension RenderedSection {
    /// Every piece of text that the page, too, has in one piece.
    fileprivate var words: [String] {
        let cells = tables.flatMap(\.rows).flatMap { [$0.title] + $0.cells.map(\.text) }
        return [title] + facts.flatMap { [$0.name, $0.value] } + tables.flatMap(\.columns) + cells
    }
}
