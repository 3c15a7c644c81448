import StressBasics

extension Settings {
    /// What commands on scenarios are asked with; studies hold none of it.
    public enum Scenario {
        /// A move of the price.
        public static let size = Setting(
            "size", share: -1...1e6, "The move of the price: -30% for a fall, 50% for a rise.")
        /// What comes back of a move.
        public static let recover = Setting(
            "recover", share: 0...1, "The part of the move that comes back, in the same time: 50%. Of a v alone.")
        /// What is owed.
        public static let owes = Setting(
            "owes", share: 0...1000, "More than so much of the margin is owed: 0% for anything at all.")
        /// How long a move takes.
        public static let over = Setting<TimeSpan>(
            "over", .spanOr(["0s"]), standard: nil, "How long the move takes: 0s at once, 1m, 20m, 2h.",
            read: { $0.node.scalar?.string == "0s" ? .seconds(0) : $0.span() }, text: \.text)
        /// A part of a whole.
        public static let part = Setting("part", share: 0...1, "A part: 30%, or 0.3.")
        /// A hazard.
        public static let hazard = Setting("hazard", share: 0...10, "Failures a year: 1%, or 0.01.")
    }
}
