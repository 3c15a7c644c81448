import StressBasics
import StressResults

extension RunDifference {
    /// The comparison for a terminal: plain text without colour codes.
    public var terminalText: String {
        var lines = [plainText(title), ""]
        if !headlineSentence.isEmpty { lines += [plainText(headlineSentence), ""] }
        if !causes.isEmpty {
            let rows = causes.map { cause in
                [
                    cause.cause.words, grouped(cause.cells), grouped(cause.beyond),
                    cause.headline.map { step in
                        [step.before, step.after].map { $0?.frequency.map { shareNumber($0) + " %" } ?? "none" }
                            .joined(separator: " to ")
                    } ?? "unmoved",
                ]
            }
            lines += aligned([["cause", "cells moved", "intervals apart", "headline"]] + rows) + [""]
        }
        lines += inputs.map { plainText("  \($0.asset): \($0.words)") }
        lines += studyLines.prefix(20).map { plainText("  \($0.sign) \($0.line)") }
        if studyLines.count > 20 { lines.append("  … \(studyLines.count - 20) more lines of the study differ") }
        lines += notes.map { plainText("note: \($0)") }
        let striking = strikingFirst.prefix(10).map { change in
            [
                change.key.fullWords, change.before?.shareWords ?? "none", change.after?.shareWords ?? "none",
                change.changeWords, change.verdict,
            ]
        }
        if !striking.isEmpty {
            lines += [""] + aligned([["cell", "before, %", "after, %", "points", ""]] + striking)
            if changes.count > 10 { lines.append("  … \(grouped(changes.count - 10)) more, see --out") }
        }
        return lines.joined(separator: "\n")
    }
}
