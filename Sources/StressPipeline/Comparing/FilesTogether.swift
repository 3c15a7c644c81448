import Foundation
import StressBasics
import StressStatistics

/// What several files say together: each is one observation, however long it is, since what a market's minutes do to the law is the
/// market's own.
public struct FilesTogether {
    /// Of one length of bars.
    public struct Row: Sendable {
        /// Length of the bars.
        public let barLength: TimeSpan
        /// Files with a ratio, and their geometric mean.
        public let ratio: GeometricMean?
        /// Files with an overshoot that fits, and their geometric mean.
        public let overshoot: GeometricMean?
    }

    /// How many files there are.
    public let files: Int
    /// One row a length of bars, shortest first.
    public let rows: [Row]

    /// Puts comparisons together; `confidence` lies strictly between 0 and 1.
    public init(_ comparisons: [MinuteComparison], confidence: Double) {
        files = comparisons.count
        rows = MinuteComparison.lengths.map { length in
            let spans = comparisons.flatMap { $0.spans.filter { $0.barLength == length } }
            return Row(
                barLength: length, ratio: GeometricMean(spans.compactMap { $0.ratio?.ratio }, confidence: confidence),
                overshoot: GeometricMean(spans.compactMap { $0.fit?.overshoot }, confidence: confidence))
        }
    }
}
