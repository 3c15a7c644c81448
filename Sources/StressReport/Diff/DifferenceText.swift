import StressBasics
import StressResults

extension RunDifference {
    /// The comparison for a terminal: plain text without colour codes.
    public var terminalText: String {
        var lines = [plainText(title), ""]
        if !headlineSentence.isEmpty { lines += [plainText(headlineSentence), ""] }
        if !causes.isEmpty { lines += [causeTable.text(.plain), ""] }
        lines += inputs.map { plainText("  \($0.asset): \($0.words)") }
        lines += studyLines.prefix(20).map { plainText("  \($0.sign) \($0.line)") }
        if studyLines.count > 20 { lines.append("  … \(studyLines.count - 20) more lines of the study differ") }
        lines += notes.map { plainText("note: \($0)") }
        if !changes.isEmpty {
            lines += ["", cellTable(most: 10).text(.plain)]
            if changes.count > 10 { lines.append("  … \(grouped(changes.count - 10)) more, see --out") }
        }
        return lines.joined(separator: "\n")
    }
}
