import StressBasics
import StressStatistics
import StudyPlan

/// One cell taken apart, ready to be shown, in the units that the titles say.
public struct CellExplanation: Sendable {
    /// The cell.
    public var cell: StudyCell
    /// Names and values of the cell as a whole.
    public var cellFacts: [(String, String)]
    /// The crashes that its frequency is made of.
    public var episodes: Episodes
    /// Names and values at the entry that is followed.
    public var entryFacts: [(String, String)]
    /// What the entry met from bar to bar.
    public var way: Way
    /// Names and values of the exit.
    public var exitFacts: [(String, String)]
    /// The same entry under behaviours.
    public var behaved: [Behaved]

    /// An explanation of the given parts.
    public init(
        cell: StudyCell, cellFacts: [(String, String)], episodes: Episodes, entryFacts: [(String, String)], way: Way,
        exitFacts: [(String, String)], behaved: [Behaved] = []
    ) {
        (self.cell, self.cellFacts, self.episodes) = (cell, cellFacts, episodes)
        (self.entryFacts, self.way, self.exitFacts) = (entryFacts, way, exitFacts)
        self.behaved = behaved
    }

    /// The bars that an entry lived through, oldest first.
    public struct Way: Sendable {
        /// What is told of each.
        public var titles: [String]
        /// When a bar opened, and a figure for each title.
        public var bars: [(open: UTCInstant, figures: [ShownFigure])]

        /// A way of these bars.
        public init(titles: [String], bars: [(open: UTCInstant, figures: [ShownFigure])]) {
            (self.titles, self.bars) = (titles, bars)
        }
    }

    /// What the entry became under a behaviour.
    public struct Behaved: Sendable {
        /// The behaviour, as its study names it.
        public var name: String
        /// How it ended, in words.
        public var ending: String
        /// Empty where the behaviour does not make the entry.
        public var way: Way
        /// What it did, and when.
        public var events: [(open: UTCInstant, words: String)]

        /// What became of the entry.
        public init(name: String, ending: String, way: Way, events: [(open: UTCInstant, words: String)]) {
            (self.name, self.ending, self.way, self.events) = (name, ending, way, events)
        }
    }
}
