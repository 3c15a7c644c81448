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
        let cell: [Column<AnswerLine>] = axisColumns { $0.figure?.cell?.key[$1] }
        return CSVTable(
            file: "answers.csv",
            columns: [runColumn()] + questionColumns + answerColumns + figureColumns(study.statistics.confidence)
                + sourceColumns + cell,
            rows: lines)
    }
}

private var questionColumns: [Column<AnswerLine>] {
    [
        .integer("question", "Number of the question, in the order in which people ask", \.answer.question.rawValue),
        .words(
            "topic", "What the question is about: \(Question.allCases.map(\.topic).joined(separator: ", "))",
            \.answer.question.topic),
        .words("question_text", "The question", \.answer.question.words).plainSigns,
    ]
}

private var answerColumns: [Column<AnswerLine>] {
    [
        .words(
            "state",
            "answered, impossible (by the structure of the position), zero_seen (it can happen and was not seen), rejected, "
                + "no_data or not_asked", \.answer.state.rawValue),
        .words("answer", "The answer in one sentence, from this run's numbers", \.answer.sentence.sentence)
            .plainSigns,
        .words(
            "study_key", "Keys of a study that would answer what is missing, with blanks between; empty without"
        ) { $0.answer.studyKeys.joined(separator: " ") },
        .words("hint", "What else would say more; empty without", \.answer.hint).plainSigns,
        .words("link", "The section with more of it, from the run's folder", \.answer.link),
    ]
}

private func figureColumns(_ confidence: Double) -> [Column<AnswerLine>] {
    [
        .words(
            "figure",
            "A number of the answer, with its unit last: _count, _frac (fraction), _margin_frac (of margin), _h (hours), _quote (money); empty "
                + "where an answer has none"
        ) { $0.figure?.name },
        .number("value", "", "The number") { $0.figure?.value },
    ]
        + endColumns("ci_*_frac", low: "Lower end of its interval; empty without one") { $0.figure?.interval } + [
            .share("confidence", "Confidence of the interval; empty without one") {
                $0.figure?.interval == nil ? nil : confidence
            },
            .count("entries_count", "Entries that the number stands on; empty where it is no share of them") {
                $0.figure?.entries
            },
        ]
}

private var sourceColumns: [Column<AnswerLine>] {
    [
        .words("subject", "The behaviour, basket or platform that the number is of; empty elsewhere") {
            $0.figure?.subject
        }.plainSigns,
        Column("time_utc", "time", .time, "When it happened; empty where it is of no moment") {
            $0.figure?.time?.rfc3339 ?? ""
        },
        .words("source_file", "The file of the run that holds it") { $0.figure?.file },
    ]
}
