import StressBasics

/// The steps between bars that are wider than a window may span.
public struct WideSteps: Hashable, Codable, Sendable {
    /// One step between two bars.
    public struct Step: Hashable, Codable, Sendable {
        /// Open time of the bar before it.
        public var before: UTCInstant
        /// Open time of the bar behind it.
        public var after: UTCInstant
        /// From the close before to the open behind, as a fraction of the close, above −1; nil unless both are above zero.
        public var move: Double?

        /// A step of the given facts.
        public init(before: UTCInstant, after: UTCInstant, move: Double?) {
            (self.before, self.after, self.move) = (before, after, move)
        }

        /// From open to open.
        public var length: TimeSpan { after - before }
    }

    /// How many there are, at least one.
    public var count: Int
    /// The widest.
    public var widest: Step
    /// The one across which the price fell farthest; nil where it fell across none.
    public var fall: Step?
    /// The one across which it rose farthest; nil where it rose across none.
    public var rise: Step?

    /// Steps of the given facts.
    public init(count: Int, widest: Step, fall: Step?, rise: Step?) {
        (self.count, self.widest, self.fall, self.rise) = (count, widest, fall, rise)
    }

    /// The step that went farthest against a position.
    public func farthest(against side: Side) -> Step? { side == .long ? fall : rise }
}
