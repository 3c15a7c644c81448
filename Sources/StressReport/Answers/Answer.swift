import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The questions that people bring, in the order in which they ask. The raw value is the number under which outputs print them.
public enum Question: Int, Hashable, Sendable, CaseIterable {
    case holding = 1, leverage, safeguards, platforms, collapse, protection, custody, tax

    /// What it is about, as files name it.
    var topic: String { "\(self)" }

    /// The question itself.
    var words: String {
        switch self {
        case .holding: "Can a coin’s price go below zero, and can holding it put me in debt?"
        case .leverage: "And with leverage?"
        case .safeguards: "What stops it, and what is left for me to owe?"
        case .platforms: "Which platform?"
        case .collapse: "What about a collapse?"
        case .protection: "What protects me?"
        case .custody: "What else can take it all?"
        case .tax: "And after tax?"
        }
    }
}

/// What kind of answer it is. The raw value is what outputs print.
enum AnswerState: String, Hashable, Sendable, CaseIterable {
    /// The run's numbers answer it.
    case answered
    /// It cannot happen by the structure of the position, whatever prices do.
    case impossible
    /// It can happen, and this run did not see it.
    case zeroSeen = "zero_seen"
    /// The platform would not open the position.
    case rejected
    /// The cell that would answer has no data.
    case noData = "no_data"
    /// The study does not ask for it.
    case notAsked = "not_asked"

    /// Whether the run says something about the question.
    var isKnown: Bool { self == .answered || self == .impossible || self == .zeroSeen }
}

/// A number of an answer, with where it stands.
struct AnswerFigure: Sendable {
    /// What it is, snake case with the unit last.
    let name: String
    /// The number.
    let value: Double
    /// Its interval at the study's confidence, in the same unit; nil where there is none.
    var interval: Interval?
    /// How many entries it stands on; nil where it is no share of entries.
    var entries: Int?
    /// The cell it is of; nil where it is of more than one.
    var cell: StudyCell?
    /// The behaviour, basket or platform it is of; empty elsewhere.
    var subject = ""
    /// When it happened; nil where it is of no moment.
    var time: UTCInstant?
    /// The file that it is taken from.
    let file: String

    /// A figure that is no share of a cell.
    init(
        _ name: String, _ value: Double, interval: Interval? = nil, entries: Int? = nil, subject: String = "",
        time: UTCInstant? = nil, file: String
    ) {
        (self.name, self.value, self.interval, self.entries) = (name, value, interval, entries)
        (self.subject, self.time, self.file) = (subject, time, file)
    }

    /// The share of a cell; nil where it has none.
    init?(_ row: ResultRow, _ measure: Measure, confidence: Double) {
        guard let share = row.estimate.share(measure, confidence: confidence) else { return nil }
        // One interval of a cell stands beside its shares; all of them in a file of their own.
        let file = measure == .negativeEquity ? "results.csv" : "intervals.csv"
        self.init(measure.name, share.fraction, interval: share.interval?.ends, entries: share.entries, file: file)
        cell = row.cell
    }
}

/// One question with what a run says of it, in one sentence.
struct Answer: Sendable {
    /// The question.
    let question: Question
    /// What kind of answer it is.
    let state: AnswerState
    /// The sentence.
    let sentence: [Phrase]
    /// Every number of the sentence that is an estimate or a count of this run.
    var figures: [AnswerFigure] = []
    /// The section with more of it, from the run's folder.
    let link: String
    /// The keys of a study that would answer what this run cannot; empty where nothing is missing.
    var studyKeys: [String] = []
    /// What else would say more, a sentence; empty where nothing would.
    var hint = ""

    init(_ question: Question, _ state: AnswerState, _ sentence: [Phrase], link: String) {
        (self.question, self.state, self.sentence, self.link) = (question, state, sentence, link)
    }

    /// The same with figures behind it.
    func with(_ figures: AnswerFigure?...) -> Answer { with(figures.compactMap { $0 }) }

    /// The same with figures behind it.
    func with(_ figures: [AnswerFigure]) -> Answer {
        var copy = self
        copy.figures += figures
        return copy
    }

    /// The same with what would answer the rest.
    func asking(_ keys: String..., hint: String = "") -> Answer {
        var copy = self
        (copy.studyKeys, copy.hint) = (keys, hint)
        return copy
    }
}

extension [Phrase] {
    /// Without the full stop at its end, so that more can be said.
    var open: [Phrase] {
        guard let last, last.text.hasSuffix(".") else { return self }
        let words = String(last.text.dropLast())
        let rest = Array(dropLast())
        switch last {
        case .plain: return rest + [.plain(words)]
        case .key: return rest + [.key(words)]
        case .finding: return rest + [.finding(words)]
        case .quiet: return rest + [.quiet(words)]
        case .name: return rest + [.name(words)]
        case .date: return rest + [.date(words)]
        }
    }

    /// The sentence after other words, whose first is no longer the beginning of one.
    func after(_ words: String) -> [Phrase] {
        guard case .plain(let first)? = self.first else { return [.plain(words)] + self }
        return [.plain(words + first.prefix(1).lowercased() + first.dropFirst())] + dropFirst()
    }
}
