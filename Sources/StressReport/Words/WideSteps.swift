import StressBasics
import StressResults

extension WideSteps.Step {
    /// `2022-05-13 00:39 → 2022-05-31 06:00 (18 d)`.
    var words: [Phrase] {
        [.date(before.minuteText), .plain(" → "), .date(after.minuteText), .plain(" (\(timeText(length)))")]
    }

    /// `−40 %`, with a sign unless it is nothing; words where there is no ratio.
    var moveWords: String {
        guard let move else { return "an amount that has no ratio" }
        return (move < 0 ? "−" : move > 0 ? "+" : "") + percentText(abs(move))
    }
}
