/// What the data up to a year said of it, beside what it showed.
public struct YearTest: Hashable, Codable, Sendable {
    /// The calendar year that is looked at, UTC.
    public let year: Int
    /// Entries before it whose window had closed when it began.
    public let pastEntries: Int
    /// Their share.
    public let pastFrequency: Double
    /// The confidence interval of the long run's share, from them.
    public let confidence: Interval
    /// The prediction of the year's share, from them.
    public let prediction: Interval
    /// Entries of the year, those of cut windows among them.
    public let entries: Int
    /// Those of them that it was seen to happen to, or the sum of their probabilities.
    public let events: Double
    /// The year's share, from 0 to 1; more than ``events`` of ``entries`` where windows are cut.
    public let frequency: Double

    /// Whether the share lay in the confidence interval.
    public var isInConfidence: Bool { confidence.holds(frequency) }
    /// Whether the share lay in the prediction.
    public var isInPrediction: Bool { prediction.holds(frequency) }

    /// A year's test; nil where one of the two has no entries.
    ///
    /// - Parameters:
    ///   - year: the calendar year, UTC.
    ///   - past: block sums of the entries before it.
    ///   - next: block sums of its entries.
    ///   - seen: events that were seen of them.
    ///   - meanLength: mean length of a resampled run as of then, in blocks, at least 1.
    ///   - disjointWindows: of `past`.
    ///   - yearBlocks: blocks in a year.
    ///   - level: confidence of both, strictly between 0 and 1.
    public init?(
        year: Int, past: BlockShare, next: BlockShare, seen: Double, meanLength: Double, disjointWindows: Int,
        yearBlocks: Double,
        level: Double
    ) {
        guard let frequency = next.frequency,
            let found = YearPrediction(
                past, meanLength: meanLength, disjointWindows: disjointWindows, yearBlocks: yearBlocks,
                confidence: level)
        else { return nil }
        (self.year, pastEntries, pastFrequency) = (year, past.total, found.longRun.frequency)
        (confidence, prediction) = (found.longRun.bounds, found.interval)
        (entries, events) = (next.total, seen)
        self.frequency = min(1, frequency)
    }
}

extension Interval {
    /// Whether a value lies within it, its ends included.
    public func holds(_ value: Double) -> Bool { low <= value && value <= high }
}
