import Foundation
import TestSupport
import Testing

/// `belowzero ask`: a stored run answers the questions that its front page answers.
@Suite struct AskTests {
    private func answers(_ scratch: Scratch, _ study: String) throws -> [[String: Any]] {
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(study, to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        try #require(run.code == 0, "\(run.err)")
        let asked = try scratch.program.run(["ask", "run", "--json"])
        try #require(asked.code == 0 && asked.err.isEmpty, "\(asked.err)")
        return try asked.out.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func states(_ answers: [[String: Any]]) -> [String] { answers.map { $0["state"] as? String ?? "" } }

    @Test func aStoredRunAnswersAsItsFrontPage() throws {
        let scratch = try Scratch()
        let answers = try answers(scratch, smallStudy())
        #expect(answers.compactMap { $0["question"] as? Int } == Array(1...8))
        #expect(states(answers)[1...2] == ["answered", "answered"], "\(states(answers))")
        // Without its marks and with ordinary spaces the page says the same words.
        let page = try scratch.read("run/index.html").replacing(#/<[^>]*>/#, with: "")
            .replacing(#/[\u{A0}\u{202F}]/#, with: " ").replacing("&#39;", with: "'")
        let text = try scratch.program.run(["ask", "run"])
        #expect(text.code == 0)
        for answer in answers {
            let sentence = try #require(answer["answer"] as? String)
            #expect(text.out.contains(sentence) && page.contains(sentence), "\(sentence)")
            let link = try #require(answer["link"] as? String).split(separator: "#").map(String.init)
            #expect(try scratch.read("run/" + link[0]).contains("id=\"\(link[1])\""))
        }
        let table = try scratch.read("run/answers.csv")
        for answer in answers {
            for figure in answer["figures"] as? [[String: Any]] ?? [] {
                #expect(table.contains(",\(try #require(figure["figure"] as? String)),"))
            }
        }
    }

    @Test func aSpotHoldingCannotOweWhateverIsAsked() throws {
        let scratch = try Scratch()
        let study = smallStudy().replacing("grid: {", with: "grid: {contract: [spot], ")
            .replacing(#/leverage: \[[^\]]*\]/#, with: "leverage: [1]")
            .replacing(#/(?m)^headline:.*$/#, with: "")
        let answers = try answers(scratch, study)
        #expect(states(answers)[0...2] == ["impossible", "impossible", "impossible"], "\(states(answers))")
        #expect((answers[0]["answer"] as? String)?.contains("a spot holding cannot owe") == true)
    }

    @Test func whatIsNoRunIsRefused() throws {
        let scratch = try Scratch()
        let missing = try scratch.program.run(["ask", "nowhere"])
        #expect(missing.code == 66 && missing.err.contains("cannot read nowhere/run.json"))
        #expect(try scratch.program.run(["ask"]).code == 64)
    }
}
