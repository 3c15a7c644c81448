import StressBasics
import StressResults
import StudyPlan

/// Why a price history has no whole window of a holding time: how long it is, and which holding times fit.
struct HistoryFit: Hashable {
    /// From the open of the first bar to the close of the last.
    let length: TimeSpan
    /// The holding time that does not fit.
    let wanted: TimeSpan
    /// The study's holding times that some entry of the history was held or looked at for, ascending.
    let fitting: [TimeSpan]
    /// From the close of the first bar, the earliest entry, to that of the last; nil where it is not known.
    var afterFirst: TimeSpan?

    /// `the history is 49 hours long, and of the study's holding times 4 hours fit`.
    var words: String {
        if afterFirst?.milliseconds == 0 {
            return "the history is a single bar, after whose close nothing is known, and \(fittingWords)"
        }
        return "the history is \(lengthWords) long\(limit), and \(fittingWords)"
    }

    /// What keeps windows from a history that is as long as they are: an entry is at the close of a bar, so that the first bar is no
    /// part of any.
    private var limit: String {
        guard length >= wanted else { return "" }
        guard let afterFirst, afterFirst < wanted else { return ", with gaps that no window may span" }
        return ", the first bar included, which is in no window"
    }

    private var fittingWords: String {
        guard let last = fitting.last else { return "none of the study’s holding times fits" }
        guard fitting.count > 1 else { return "of the study’s holding times \(spanWords(last)) fits" }
        let most = 6
        let (shown, rest) = (fitting.prefix(min(most, fitting.count - 1)), fitting.count - most)
        let end = fitting.count > most ? "\(rest) more" : spanWords(last)
        return "of the study’s holding times \(shown.map(spanWords).joined(separator: ", ")) and \(end) fit"
    }

    /// In days and hours, as it is read: `49 hours`, `16 days`.
    private var lengthWords: String { spanWords(shownLength) }

    /// The length as it is said: whole days where there are some.
    var shownLength: TimeSpan {
        let days = length.milliseconds / 86_400_000
        return days >= 3 ? .days(days) : length
    }
}

extension RunReport {
    /// Why the history of a cell without data has none; nil where its job failed.
    func historyFit(of cell: StudyCell) -> HistoryFit? {
        guard let asset = assets.first(where: { $0.asset == cell.asset }) else { return nil }
        let fitting = study.grid.horizons.filter { horizon in
            rows.contains {
                $0.cell.asset == cell.asset && $0.cell.horizon == horizon
                    && $0.estimate.windows.entries + $0.estimate.windows.rejected > 0
            }
        }
        return HistoryFit(
            length: asset.last + asset.barLength - asset.first, wanted: cell.horizon, fitting: fitting,
            afterFirst: asset.last - asset.first)
    }
}
