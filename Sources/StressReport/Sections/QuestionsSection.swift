import StressResults

/// What people ask, on the front page: each question with this run's answer in one sentence.
struct QuestionsSection {
    let answers: [Answer]

    /// The place to jump to.
    static let section = (id: "questions", label: "Questions")

    /// How many questions the run says something about.
    var known: Int { answers.count { $0.state.isKnown } }

    /// The section.
    var section: ReportSection {
        let definition =
            "What people ask about going below zero, each answered in one sentence from this run’s own numbers. By structure: no "
            + "price can do it. None seen: it can happen, and this history did not show it."
        return ReportSection(
            QuestionsSection.section.id, label: "Questions",
            title: "\(known) of \(answers.count) questions have an answer in this run", definition: definition,
            [.questions(answers.map(\.block)), .source(["answers.csv"])])
    }
}

extension AnswerState {
    /// The state beside the sentence; nil where the numbers say it all.
    fileprivate var pill: Pill? {
        switch self {
        case .answered: nil
        case .impossible: Pill("ok", "=", "by structure")
        case .zeroSeen: Pill("info", "0", "none seen")
        case .rejected: Pill("info", "×", "not opened")
        case .noData: .noData
        case .notAsked: Pill("info", "?", "not asked")
        }
    }
}

extension Answer {
    /// The question with the answer, for pages and terminals.
    var block: QuestionBlock {
        QuestionBlock(
            words: "\(question.rawValue). \(question.words)", pill: state.pill, answer: sentence,
            link: (linkWords, link), missing: missingWords)
    }

    /// What the link leads to.
    fileprivate var linkWords: String {
        let names = [
            "grid": "Grid", "leverage": "Leverage", "safeguards": "Safeguards", "events": "Episodes",
            "protect": "What protects", "data": "Data", "assets": "Assets × leverage", "who-pays": "Who pays",
            "spreading": "Spreading", "failures": "No data", "custody": "Custody", "tax": "Tax",
        ]
        let section = link.split(separator: "#").last.map(String.init) ?? ""
        return names[section] ?? section
    }

    /// The study keys that would answer the rest, and what else would; nil where nothing is missing.
    var missingWords: String? {
        let keys = studyKeys.isEmpty ? "" : "In the study: \(studyKeys.joined(separator: ", "))."
        let words = [keys, hint].filter { !$0.isEmpty }.joined(separator: " ")
        return words.isEmpty ? nil : words
    }
}
