import StressBasics
import StressResults

extension DifferenceCause {
    /// The cause in words.
    var words: String {
        switch self {
        case .version: "version changed"
        case .revised: "data revised"
        case .versionOrRevised: "version or data revised"
        case .appended: "data appended"
        case .study: "study changed"
        case .unexplained: "not explained"
        case .unseparated: "not told apart"
        }
    }

    /// What it means, one sentence.
    var meaning: String {
        switch self {
        case .version: "The same study on the same files by another version of the program."
        case .revised: "The earlier study on the later files, cut to the earlier time: prices that both cover differ."
        case .versionOrRevised:
            "Another version, or prices that both cover differ; without the earlier files nobody can tell which."
        case .appended: "The earlier study with the prices before and after the earlier time added."
        case .study: "The later study in place of the earlier one, on the later files."
        case .unexplained: "What this program does not compute again from the later study and files."
        case .unseparated: "Nothing was computed again, see the notes."
        }
    }
}

extension CellFigures {
    /// `3.1 (2.0–4.7)`, in percent; `0 (≤0.5)` where nothing was seen.
    var shareWords: String {
        guard let frequency else { return "no entries" }
        guard let ends = interval else { return shareNumber(frequency) }
        if frequency == 0, ends.low == 0 { return "0 (≤\(boundNumber(ends.high)))" }
        return "\(shareNumber(frequency)) (\(shareNumber(ends.low))–\(shareNumber(ends.high)))"
    }
}

extension CellChange {
    /// `+0.9`, in points of percent; `new` or `gone` for a cell that only one run has.
    var changeWords: String {
        if before == nil { return "new" }
        if after == nil { return "gone" }
        guard let change else { return "entries" }
        return signedNumber(change)
    }

    /// The move against the earlier interval, and whether the two overlap.
    var verdict: String {
        if isBeyond { return "intervals apart" }
        if isOutside { return "outside the earlier interval" }
        guard let arms = changeInArms else { return before == nil || after == nil ? "" : "share unchanged" }
        return "\(significantText(abs(arms), digits: 2)) of the interval’s arm"
    }

    /// The causes that moved it.
    var causeWords: String { steps.map(\.cause.words).joined(separator: ", ") }

    /// Cells with clear moves first, then by the size of the move.
    static func isMoreStriking(_ a: CellChange, _ b: CellChange) -> Bool {
        func rank(_ change: CellChange) -> (Int, Double, Double) {
            let kind = change.isBeyond ? 0 : change.isOutside ? 1 : 2
            return (kind, -abs(change.change ?? 0), -abs(change.shortfallChange ?? 0))
        }
        return rank(a) < rank(b)
    }
}

extension RunDifference {
    /// What the comparison found, one sentence.
    public var title: String {
        guard !changes.isEmpty else { return "Nothing moved: \(counted(same, "cell is", "cells are")) the same" }
        let alone = [(new, "new"), (gone, "gone")].filter { $0.0 > 0 }
            .map { "\(counted($0.0, "cell is", "cells are")) \($0.1)" }.joined(separator: " and ")
        guard shared > 0 else { return "The runs have no cell in common: \(alone)" }
        let words = moved.isEmpty ? "None of the \(counted(shared, "cell", "cells")) of both runs moved" : movedWords
        return alone.isEmpty ? words : "\(words); \(alone)"
    }

    /// `The share below zero moved in 3 of 12 cells, in none beyond its interval; …`, of the cells that both runs have.
    private var movedWords: String {
        let parts = [shareWords, shortfallWords, countWords].filter { !$0.isEmpty }
        return parts.joined(separator: "; ")
    }

    private var shareWords: String {
        let count = moved.count(where: \.isShareMove)
        let cells = counted(shared, "cell", "cells") + (new + gone > 0 ? " of both runs" : "")
        guard count > 0 else { return "The share below zero moved in none of \(cells)" }
        let clear = beyond.count
        let ending =
            clear == 0
            ? "none beyond its interval" : "\(grouped(clear)) beyond \(clear == 1 ? "its interval" : "their intervals")"
        return "The share below zero moved in \(grouped(count)) of \(cells), in \(ending)"
    }

    /// In how many cells the largest shortfall moved, and the farthest of them; empty where it moved in none.
    private var shortfallWords: String {
        let count = moved.count(where: \.isShortfallMove)
        guard count > 0 else { return "" }
        let ends = [farthestShortfall?.before, farthestShortfall?.after].compactMap { $0?[.largestShortfall] }.map(
            percentText)
        let words =
            ends.count < 2 || ends[0] == ends[1] ? "" : ", farthest from \(ends[0]) to \(ends[1]) of the margin"
        return "the largest shortfall moved in \(grouped(count))\(words)"
    }

    /// Cells that differ in neither; empty where there are none.
    private var countWords: String {
        let count = moved.count { !$0.isShareMove && !$0.isShortfallMove }
        return count == 0 ? "" : "\(counted(count, "cell differs", "cells differ")) in other figures alone"
    }

    /// The headline before and after, one sentence; empty when the later run has none.
    public var headlineSentence: String {
        guard let key = after.headline ?? before.headline else { return "" }
        let name = "The headline, \(key.fullWords),"
        guard let change = headlineChange else { return "\(name) is the same." }
        let causes = change.steps.isEmpty ? "." : ": \(change.causeWords)."
        switch (change.before, change.after) {
        case (let before?, let after?):
            return "\(name) went from \(before.shareWords) to \(after.shareWords) % below zero" + causes
        case (nil, let after?):
            return "\(name) is not in the earlier run; in the later one it is \(after.shareWords) % below zero" + causes
        case (let before?, nil):
            return "\(name) is not in the later run; in the earlier one it was \(before.shareWords) % below zero"
                + causes
        case (nil, nil): return "\(name) is in neither run."
        }
    }

    /// The cells that are not the same, the most striking first.
    var strikingFirst: [CellChange] {
        changes.enumerated().sorted { a, b in
            if CellChange.isMoreStriking(a.element, b.element) { return true }
            return !CellChange.isMoreStriking(b.element, a.element) && a.offset < b.offset
        }.map(\.element)
    }
}
