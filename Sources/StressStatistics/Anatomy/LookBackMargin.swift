import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The margin that the moves from one day's price to the next would have asked for, over a look-back.
///
/// Moves are `ln(today / day before)` and the margin is in the same measure, as Japan's
/// futures association (FFAJ) defines its ratio; the documentation's page on replication has the published numbers.
public struct LookBackMargin: Hashable, Codable, Sendable {
    /// Price history; set by whoever knows its name.
    public var asset: String
    /// Direction whose losses are counted.
    public let side: Side
    /// When the look-back ends.
    public let asOf: UTCInstant
    /// Hour of the day of the prices, UTC.
    public let hour: Int
    /// Length of the look-back.
    public let lookBack: TimeSpan
    /// The share of days that a move may go beyond the margin.
    public let frequency: Double
    /// What could be said.
    public let status: Status
    /// Moves within the look-back.
    public let moves: Int
    /// Moves left out because one of their prices was 0 or below, where there is no logarithm.
    public let leftOut: Int
    /// Their standard deviation (of a sample, about their mean); nil for fewer than two.
    public let deviation: Double?
    /// The margin by counting, with its interval; nil where ``status`` says why.
    public let counted: RequiredMargin?

    /// What a look-back could say. The raw value is what outputs print.
    public enum Status: String, Hashable, Codable, Sendable, CaseIterable {
        /// All of it.
        case ok
        /// The prices begin after the look-back does.
        case shortHistory = "short_history"
        /// Fewer moves than one beyond the margin needs: no margin by counting.
        case tooFewMoves = "too_few_moves"
        /// No price within the week before its end.
        case noPrices = "no_prices"
    }

    /// What is asked of a look-back.
    public struct Question: Hashable, Sendable {
        /// Direction.
        public var side: Side
        /// When it ends.
        public var asOf: UTCInstant
        /// Hour of the prices.
        public var hour: Int
        /// Length.
        public var lookBack: TimeSpan
        /// Share of days beyond the margin, above 0.
        public var frequency: Double

        /// A question of the given parts.
        public init(side: Side, asOf: UTCInstant, hour: Int, lookBack: TimeSpan, frequency: Double) {
            (self.side, self.asOf, self.hour) = (side, asOf, hour)
            (self.lookBack, self.frequency) = (lookBack, frequency)
        }
    }

    /// Answers one question from prices of days, oldest first.
    ///
    /// - Parameters:
    ///   - times: when each price stood, milliseconds.
    ///   - rules: of the interval.
    ///
    /// O(days log days).
    public init(_ question: Question, times: [Int64], prices: [Double], rules: ResamplingRules) {
        (side, asOf, hour, asset) = (question.side, question.asOf, question.hour, "")
        (lookBack, frequency) = (question.lookBack, question.frequency)
        let end = question.asOf.milliseconds
        let begin = end - question.lookBack.milliseconds
        let week = TimeSpan.days(7).milliseconds
        let inside = times.indices.dropFirst().filter { times[$0] > begin && times[$0] <= end }
        let usable = inside.filter { prices[$0] > 0 && prices[$0 - 1] > 0 }
        let losses = usable.map { -question.side.sign * log(prices[$0] / prices[$0 - 1]) }
        (moves, leftOut) = (losses.count, inside.count - losses.count)
        deviation = losses.count > 1 ? sampleVariance(losses).squareRoot() : nil
        guard let last = inside.last, end - times[last] < week else {
            (status, counted) = (.noPrices, nil)
            return
        }
        guard Double(losses.count) * question.frequency >= 1 else {
            (status, counted) = (.tooFewMoves, nil)
            return
        }
        status = times[0] - begin < week ? .ok : .shortHistory
        counted = LookBackMargin.counted(losses, frequency: question.frequency, rules: rules)
    }

    private static func counted(_ losses: [Double], frequency: Double, rules: ResamplingRules) -> RequiredMargin? {
        let blocks = losses.indices.map { Int32($0) }
        func context(_ length: Double) -> CellAnatomy.Context {
            CellAnatomy.Context(
                horizon: .days(1), barLength: .days(1), blocks: losses.count, meanLength: length, rules: rules)
        }
        // The memory of the days beyond the margin, as of any frequency.
        let beyond = RequiredMargin.observedMove(losses, frequency: frequency)
        let share = BlockShare(
            counts: losses.map { $0 > beyond ? 1 : 0 }, entries: Array(repeating: 1, count: losses.count))
        return RequiredMargin(
            moves: losses, blocks: blocks, frequency: frequency, disjointWindows: losses.count,
            context: context(AutomaticBlockLength(share.residuals)?.stationary ?? 1), hasLowerEnd: true)
    }

    /// The margin of a normal distribution without a mean: the quantile of the frequency times ``deviation``.
    public var normal: Double? { deviation.map { $0 * normalQuantile(twoSided: 1 - 2 * frequency) } }
}
