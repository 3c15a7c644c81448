import StressBasics
import StressResults
import StressStatistics

extension Measure {
    /// Its tab.
    var shownTab: Tab {
        guard let tab else { preconditionFailure("\(name) is not shown on a page") }
        return tab
    }

    /// Place among the measures with a tab, from 1; names the tab's parts in `report.css`.
    var place: Int { (Measure.shown.firstIndex(of: self) ?? Measure.shown.count) + 1 }

    /// A value as a field of a table; empty when missing.
    func text(_ value: Double?) -> String {
        guard let value else { return "" }
        return isWhole && abs(value) < 1e15 ? String(Int(value)) : numberText(value)
    }

    /// A value as a member of a JSON object.
    func json(_ value: Double?) -> JSONValue {
        guard let value, isWhole, abs(value) < 1e15 else { return .optional(value) }
        return .integer(Int(value))
    }

    /// The file with its interval.
    var intervalFile: String { ends == nil ? "intervals.csv" : "results.csv" }
}

/// What a cell can say about a measure. Zero seen, cannot happen, may not be opened and unknown are four things.
enum CellFigure {
    /// A share, which may be zero.
    case share(MeasuredShare)
    /// It cannot happen by the structure of the contract.
    case impossible
    /// The platform would not open the position.
    case rejected(Int)
    /// No entry has a whole window.
    case noData(excluded: Int)

    /// The share, when it is one.
    var share: MeasuredShare? {
        if case .share(let share) = self { share } else { nil }
    }
}

extension CellEstimate {
    /// What the cell says about `measure`; nil when it was not measured.
    func figure(_ measure: Measure, confidence: Double) -> CellFigure? {
        guard windows.entries > 0 else {
            return windows.rejected > 0 ? .rejected(windows.rejected) : .noData(excluded: windows.excluded)
        }
        guard let share = share(measure, confidence: confidence) else { return nil }
        let isStructural = status == .impossible && measure.subject == .belowZero && share.count == 0
        return isStructural ? .impossible : .share(share)
    }
}

extension CellEstimate {
    /// `half of them within 16 h`; nil where nobody was liquidated.
    var halfLiquidatedWords: String? { medianTimeToLiquidation.map { "half of them within \(timeText($0))" } }

    /// Measures as members of a JSON object, under the names of their columns.
    func members(_ measures: [Measure]) -> [(String, JSONValue)] {
        measures.map { ($0.name, $0.json(value($0))) }
    }
}
