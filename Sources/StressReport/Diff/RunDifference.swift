import RunStore
import StressBasics
import StressResults
import StudyPlan

/// One of the two runs that are compared.
public struct ComparedRun: Sendable {
    /// Content name of the run.
    public var runID: String
    /// Name of its study.
    public var study: String
    /// The study as canonical text.
    public var studyText: String
    /// Version of the program that made it.
    public var version: String
    /// When it started.
    public var started: UTCInstant
    /// Confidence of its intervals.
    public var confidence: Double
    /// The cell its first sentence speaks of; nil when it has none.
    public var headline: CellKey?
    /// Its cells, in plan order.
    public var cells: [(key: CellKey, figures: CellFigures)]

    /// A run of the given facts.
    public init(
        runID: String, study: String, studyText: String, version: String, started: UTCInstant, confidence: Double,
        headline: CellKey?, cells: [(key: CellKey, figures: CellFigures)]
    ) {
        (self.runID, self.study, self.studyText, self.version) = (runID, study, studyText, version)
        (self.started, self.confidence, self.headline, self.cells) = (started, confidence, headline, cells)
    }
}

/// Why the results of two runs differ. The raw value is what outputs print.
public enum DifferenceCause: String, Hashable, Sendable, CaseIterable {
    /// Another version of the program.
    case version = "version_changed"
    /// Prices that both runs cover are not what they were.
    case revised = "data_revised"
    /// Another version or revised prices: without the earlier files the two cannot be told apart.
    case versionOrRevised = "version_or_data_revised"
    /// Prices before or after those of the earlier run.
    case appended = "data_appended"
    /// Another grid, platform, position or other setting.
    case study = "study_changed"
    /// What this program, on the files as they are now, does not compute again.
    case unexplained = "unexplained"
    /// Nothing was computed again, so the causes were not told apart.
    case unseparated = "not_separated"
}

/// What one cause did to one cell.
public struct CausedChange: Hashable, Sendable {
    /// The cause.
    public var cause: DifferenceCause
    /// The cell before it; nil when it did not exist.
    public var before: CellFigures?
    /// The cell after it; nil when it no longer exists.
    public var after: CellFigures?

    /// Whether the cell exists only behind it.
    public var isNew: Bool { before == nil }

    /// Whether the cell existed only before it.
    public var isGone: Bool { after == nil }

    /// A change.
    public init(cause: DifferenceCause, before: CellFigures?, after: CellFigures?) {
        (self.cause, self.before, self.after) = (cause, before, after)
    }
}

/// One cell of two runs.
public struct CellChange: Sendable {
    /// The cell.
    public var key: CellKey
    /// What the earlier run says; nil when it lacks the cell.
    public var before: CellFigures?
    /// What the later run says; nil when it lacks the cell.
    public var after: CellFigures?
    /// What each cause did, in the order in which they were isolated; causes without effect are left out.
    public var steps: [CausedChange]

    /// A cell.
    public init(key: CellKey, before: CellFigures?, after: CellFigures?, steps: [CausedChange]) {
        (self.key, self.before, self.after, self.steps) = (key, before, after, steps)
    }

    /// Whether only the later run has it.
    public var isNew: Bool { before == nil }

    /// Whether only the earlier run has it.
    public var isGone: Bool { after == nil }

    /// Whether both runs have it, and say other things of it.
    public var isMove: Bool { before != nil && after != nil }

    /// How far the share below zero moved, fraction; nil when one run has none.
    public var change: Double? {
        guard let a = before?.frequency, let b = after?.frequency else { return nil }
        return b - a
    }

    /// Whether both runs have the cell, and other shares of it below zero.
    public var isShareMove: Bool { isMove && !isAlike(before?.frequency, after?.frequency) }

    /// Whether both runs have the cell, and another largest shortfall of it.
    public var isShortfallMove: Bool {
        isMove && !isAlike(before?[.largestShortfall], after?[.largestShortfall])
    }

    /// How far the largest shortfall moved, in margins; nil when one run has none.
    public var shortfallChange: Double? {
        guard let a = before?[.largestShortfall], let b = after?[.largestShortfall] else { return nil }
        return b - a
    }

    /// The move in lengths of the earlier interval's arm in that direction; nil without an interval or a move.
    public var changeInArms: Double? {
        guard let change, change != 0, let a = before?.frequency, let ends = before?.interval else { return nil }
        let arm = change > 0 ? ends.high - a : a - ends.low
        return arm > 0 ? change / arm : nil
    }

    /// Whether the two intervals have no value in common.
    public var isBeyond: Bool {
        guard let a = before?.interval, let b = after?.interval else { return false }
        return a.high < b.low || b.high < a.low
    }

    /// Whether the later share lies outside the earlier interval.
    public var isOutside: Bool {
        guard let frequency = after?.frequency, let ends = before?.interval else { return false }
        return frequency < ends.low || frequency > ends.high
    }
}

/// One input of the runs.
public struct InputChange: Hashable, Sendable {
    /// Price history.
    public var asset: String
    /// What became of it, in words.
    public var words: String

    /// A change of an input.
    public init(asset: String, words: String) { (self.asset, self.words) = (asset, words) }
}

/// Two runs side by side.
public struct RunDifference: Sendable {
    /// The earlier run.
    public var before: ComparedRun
    /// The later run.
    public var after: ComparedRun
    /// Cells that are not the same in both, in the later run's order, those that are gone last.
    public var changes: [CellChange]
    /// Cells that are the same.
    public var same: Int
    /// What became of the inputs.
    public var inputs: [InputChange]
    /// Why causes were not told apart where they were not, one sentence each.
    public var notes: [String]

    /// Compares two runs; `steps` says how each cell went from one to the other.
    ///
    /// O(cells).
    public init(
        before: ComparedRun, after: ComparedRun, inputs: [InputChange], notes: [String],
        steps: (CellKey, CellFigures?, CellFigures?) -> [CausedChange]
    ) {
        (self.before, self.after, self.inputs, self.notes) = (before, after, inputs, notes)
        let earlier = Dictionary(before.cells.map { ($0.key, $0.figures) }, uniquingKeysWith: { first, _ in first })
        let later = Set(after.cells.map(\.key))
        let pairs =
            after.cells.map { ($0.key, earlier[$0.key], Optional($0.figures)) }
            + before.cells.filter { !later.contains($0.key) }.map { ($0.key, Optional($0.figures), nil) }
        let moved = pairs.filter { RunDifference.isMove($0.1, $0.2) }
        changes = moved.map { key, a, b in
            CellChange(
                key: key, before: a, after: b,
                steps: steps(key, a, b).filter { step in
                    step.before != nil || step.after != nil ? RunDifference.isMove(step.before, step.after) : false
                })
        }
        same = pairs.count - moved.count
    }

    /// Whether a cell is not the same on both sides; one that only one side has is not.
    private static func isMove(_ before: CellFigures?, _ after: CellFigures?) -> Bool {
        guard let before, let after else { return true }
        return !before.agrees(with: after)
    }

    /// Cells of both runs that are not the same in them.
    public var moved: [CellChange] { changes.filter(\.isMove) }

    /// The cell of both runs whose largest shortfall moved farthest, the first of equals; nil where none moved, or none has one in both.
    public var farthestShortfall: CellChange? {
        var farthest: (change: CellChange, size: Double)?
        for change in moved where change.isShortfallMove {
            guard let size = change.shortfallChange.map(abs), size > farthest?.size ?? 0 else { continue }
            farthest = (change, size)
        }
        return farthest?.change
    }

    /// How many cells only the later run has.
    public var new: Int { changes.count(where: \.isNew) }

    /// How many cells only the earlier run has.
    public var gone: Int { changes.count(where: \.isGone) }

    /// How many cells both runs have.
    public var shared: Int { changes.count(where: \.isMove) + same }

    /// Cells whose intervals no longer overlap.
    public var beyond: [CellChange] { changes.filter(\.isBeyond) }

    /// Lines of the study that only one run has: `-` and `+`, in order.
    public var studyLines: [(sign: String, line: String)] {
        let lines = { (text: String) in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        let difference = lines(after.studyText).difference(from: lines(before.studyText))
        let removed = difference.removals.compactMap { change -> (Int, String, String)? in
            if case .remove(let place, let line, _) = change { (place, "-", line) } else { nil }
        }
        let inserted = difference.insertions.compactMap { change -> (Int, String, String)? in
            if case .insert(let place, let line, _) = change { (place, "+", line) } else { nil }
        }
        return (removed + inserted).sorted { ($0.0, $0.1 == "+" ? 1 : 0) < ($1.0, $1.1 == "+" ? 1 : 0) }
            .map { ($0.1, $0.2) }
    }

    /// The change of the later run's headline cell; nil when it is the same.
    public var headlineChange: CellChange? {
        changes.first { $0.key == (after.headline ?? before.headline) }
    }

    /// What each cause did, in the order of ``DifferenceCause``.
    public var causes: [CauseSummary] {
        DifferenceCause.allCases.compactMap { cause in
            let touched = changes.filter { change in change.steps.contains { $0.cause == cause } }
            guard !touched.isEmpty else { return nil }
            let steps = touched.flatMap(\.steps).filter { $0.cause == cause }
            let (new, gone) = (steps.count(where: \.isNew), steps.count(where: \.isGone))
            return CauseSummary(
                cause: cause, moved: steps.count - new - gone, new: new, gone: gone,
                beyond: touched.count(where: \.isBeyond),
                headline: headlineChange?.steps.first { $0.cause == cause })
        }
    }
}

/// What one cause did to all cells.
public struct CauseSummary: Hashable, Sendable {
    /// The cause.
    public var cause: DifferenceCause
    /// Cells that it moved.
    public var moved: Int
    /// Cells that exist since it.
    public var new: Int
    /// Cells that exist no longer since it.
    public var gone: Int
    /// Of those that it touched, cells whose intervals no longer overlap in the end.
    public var beyond: Int
    /// What it did to the headline; nil when nothing.
    public var headline: CausedChange?
}
