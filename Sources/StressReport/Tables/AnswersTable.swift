import StressBasics
import StressResults
import StudyPlan

/// A figure of an answer, or an answer without one.
private struct AnswerLine {
    let answer: Answer
    let figure: AnswerFigure?
}

extension RunReport {
    /// `answers.csv`: the eight questions with this run's answers, and every figure of them with its interval, its count, and the file
    /// that it is taken from.
    func answersTable(_ answers: [Answer]) -> CSVTable {
        let lines = answers.flatMap { answer in
            answer.figures.isEmpty
                ? [AnswerLine(answer: answer, figure: nil)]
                : answer.figures.map { AnswerLine(answer: answer, figure: $0) }
        }
        let cell = cellColumns.map { $0.of { (line: AnswerLine) in line.figure?.cell } }
        return CSVTable(
            file: "answers.csv",
            columns: [runColumn()] + answerColumns + figureColumns(study.statistics.confidence) + cell, rows: lines)
    }
}

private var answerColumns: [Column<AnswerLine>] {
    [
        Column("question", "", .integer, "Number of the question, in the order in which people ask") {
            String($0.answer.question.rawValue)
        },
        Column(
            "topic", "", .text, "What the question is about: \(Question.allCases.map(\.topic).joined(separator: ", "))"
        ) {
            $0.answer.question.topic
        },
        Column("question_text", "", .text, "The question") { $0.answer.question.words }.plainSigns,
        Column(
            "state", "", .text,
            "answered, impossible (by the structure of the position), zero_seen (it can happen and was not seen), rejected, "
                + "no_data or not_asked"
        ) { $0.answer.state.rawValue },
        Column("answer", "", .text, "The answer in one sentence, from this run's numbers") {
            $0.answer.sentence.sentence
        }.plainSigns,
        Column(
            "study_key", "", .text,
            "Keys of a study that would answer what is missing, with blanks between; empty without"
        ) {
            $0.answer.studyKeys.joined(separator: " ")
        },
        Column("hint", "", .text, "What else would say more; empty without") { $0.answer.hint }.plainSigns,
        Column("link", "", .text, "The section with more of it, from the run's folder") { $0.answer.link },
    ]
}

private func figureColumns(_ confidence: Double) -> [Column<AnswerLine>] {
    [
        Column(
            "figure", "", .text,
            "A number of the answer, with its unit last: _count, _frac (fraction), _margin_frac (of margin), _h (hours), _quote (money); empty "
                + "where an answer has none"
        ) { $0.figure?.name ?? "" },
        Column("value", "", .number, "The number") { field($0.figure?.value) },
        Column("ci_low_frac", "fraction", .number, "Lower end of its interval; empty without one") {
            field($0.figure?.interval?.low)
        },
        Column("ci_high_frac", "fraction", .number, "Upper end of its interval") { field($0.figure?.interval?.high) },
        Column("confidence", "fraction", .number, "Confidence of the interval; empty without one") {
            $0.figure?.interval == nil ? "" : numberText(confidence)
        },
        Column(
            "entries_count", "entries", .integer,
            "Entries that the number stands on; empty where it is no share of them"
        ) {
            $0.figure?.entries.map(String.init) ?? ""
        },
        Column("subject", "", .text, "The behaviour, basket or platform that the number is of; empty elsewhere") {
            $0.figure?.subject ?? ""
        }.plainSigns,
        Column("time_utc", "time", .time, "When it happened; empty where it is of no moment") {
            $0.figure?.time?.rfc3339 ?? ""
        },
        Column("source_file", "", .text, "The file of the run that holds it") { $0.figure?.file ?? "" },
    ]
}
