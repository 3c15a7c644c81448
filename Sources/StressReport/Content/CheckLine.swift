import StressBasics

/// A state in words and a sign, with a colour that is never alone.
struct Pill {
    /// The class of its colour.
    let style: String
    /// One sign, for those who do not see the colour.
    let sign: String
    /// What the state is called.
    let words: String

    init(_ style: String, _ sign: String, _ words: String) {
        (self.style, self.sign, self.words) = (style, sign, words)
    }

    static let noData = Pill("bad", "–", "no data")
}

/// A line of what was found: its state, and what is said of it.
struct CheckLine {
    /// Nil for a line that speaks of the others.
    let pill: Pill?
    let words: [Inline]
    /// What is there to be opened under it.
    var more: [Block] = []

    init(_ pill: Pill?, _ words: [Inline], more: [Block] = []) {
        (self.pill, self.words, self.more) = (pill, words, more)
    }
}
