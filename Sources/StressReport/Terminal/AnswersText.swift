import StressBasics
import StressResults

extension RunReport {
    /// The eight questions with this run's answers.
    var answers: [Answer] { RunAnswers(shown, pages: shown.assetSides).all }

    /// The questions and answers as text, each with where there is more of it.
    ///
    /// - Parameters:
    ///   - folder: the run's folder, as links begin.
    ///   - style: how wide the terminal is, and whether it has colour.
    public func answersText(folder: String, style: TerminalStyle) -> String {
        answers.map { $0.block.text(folder: folder, style: style) }.joined(separator: "\n\n")
    }

    /// The same as JSON, one object a line.
    public var answersJSON: String { answers.map { $0.json.line }.joined(separator: "\n") }
}

extension Answer {
    fileprivate var json: JSONValue {
        .object([
            ("question", .integer(question.rawValue)), ("topic", .text(question.topic)),
            ("question_text", .text(plainText(question.words))), ("state", .text(state.rawValue)),
            ("answer", .text(sentence.sentence)), ("study_keys", .list(studyKeys.map(JSONValue.text))),
            ("hint", .optional(hint.isEmpty ? nil : plainText(hint))), ("link", .text(link)),
            ("figures", .list(figures.map(\.json))),
        ])
    }
}

extension AnswerFigure {
    fileprivate var json: JSONValue {
        .object(
            [
                ("figure", .text(name)), ("value", .number(value)), ("ci_low_frac", .optional(interval?.low)),
                ("ci_high_frac", .optional(interval?.high)),
                ("entries_count", entries.map(JSONValue.integer) ?? .null),
                ("subject", .optional(subject.isEmpty ? nil : subject)), ("time_utc", .optional(time?.rfc3339)),
                ("source_file", .text(file)),
            ] + (cell?.key.members ?? []))
    }
}
