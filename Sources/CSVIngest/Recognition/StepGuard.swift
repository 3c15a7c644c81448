import PriceSeries
import StressBasics

/// Long stretches of even steps of two lengths in one series: hours, and then minutes. One length of bars would be taken for all.
///
/// A stretch is even when most of its steps are about as long as the median of them: bars that are absent here and there, closed
/// weekends and months of 28 to 31 days change nothing, and bars that are there only where something was traded are even at no
/// other length than their own.
struct StepGuard {
    /// Even stretches of about one step.
    private struct Length {
        let step: Int64
        var stretches: [Int]
    }

    private let time: [Int64]
    private let lengths: [Length]

    /// Steps of a stretch.
    private static let stretch = 30
    /// Fewer even stretches are no length of bars but an oddity.
    private static let leastStretches = 2
    /// Of ten steps of an even stretch seven at least are within a tenth of the median.
    private static let (evenSteps, of) = (7, 10)

    /// O(bars log bars of a stretch).
    init(_ time: [Int64]) {
        self.time = time
        var found: [Length] = []
        for index in 0..<(max(0, time.count - 1) / StepGuard.stretch) {
            guard let step = StepGuard.evenStep(time, index) else { continue }
            if let known = found.firstIndex(where: { StepGuard.isAbout($0.step, step) }) {
                found[known].stretches.append(index)
            } else if found.count < 64 {
                found.append(Length(step: step, stretches: [index]))
            }
        }
        lengths = found.filter { $0.stretches.count >= StepGuard.leastStretches }
    }

    private static func evenStep(_ time: [Int64], _ index: Int) -> Int64? {
        let start = index * stretch
        // Nearly every stretch of nearly every file is as even as can be.
        let first = time[start + 1] - time[start]
        if (1..<stretch).allSatisfy({ time[start + $0 + 1] - time[start + $0] == first }) { return first }
        let steps = (start..<start + stretch).map { time[$0 + 1] - time[$0] }.sorted()
        let median = steps[stretch / 2]
        return steps.count { isAbout(median, $0) } * of >= stretch * evenSteps ? median : nil
    }

    private static func isAbout(_ one: Int64, _ other: Int64) -> Bool { abs(other - one) <= one / 10 }

    /// The first bar of another length than the bars before, and both lengths; nil where all are of one.
    var change: (bar: Int, before: TimeSpan, after: TimeSpan)? {
        let order = lengths.flatMap { length in length.stretches.map { (index: $0, step: length.step) } }
            .sorted { $0.index < $1.index }
        guard
            let place = zip(order, order.dropFirst()).first(where: { pair in
                max(pair.0.step, pair.1.step) * 2 >= min(pair.0.step, pair.1.step) * 3
            })
        else { return nil }
        let (old, new) = (place.0, place.1)
        // The last even stretch of the old length may end with the new one, and the first of the new begin with the old.
        let (first, last) = (old.index * StepGuard.stretch, (new.index + 1) * StepGuard.stretch - 1)
        let bar = (first..<last).first { bar in
            (bar..<(bar + 2)).allSatisfy { StepGuard.isAbout(new.step, time[$0 + 1] - time[$0]) }
        }
        return (
            bar ?? new.index * StepGuard.stretch, TimeSpan(milliseconds: old.step), TimeSpan(milliseconds: new.step)
        )
    }
}

/// The refusal of a series of bars of two lengths; nil where they are of one, and where the user keeps what is missing.
func severalLengths(_ series: BarSeries, _ rows: AssembledRows, source: BarSource) -> IngestError? {
    guard SourcePolicies(source)[.missingBars] == nil, let change = StepGuard(series.time).change else { return nil }
    let length = series.barLength?.text ?? ""
    return IngestError(
        .notRecognised, "cannot read bars of several lengths as one series",
        why: "up to here a row follows the one before after \(change.before.text), and from here on after "
            + change.after.text,
        notes: ["the row is of \(series.instant(change.bar).minuteText)"], at: rows.location(change.bar),
        hint:
            "split the file here, or make bars of one length of all; policy: {missing_bars: keep} reads every row as a bar of "
            + "\(length) (--policy missing_bars=keep)")
}
