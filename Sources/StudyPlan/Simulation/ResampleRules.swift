import StressBasics

/// How futures are put together from the bars of a history. The raw value is what outputs print.
public enum ResampleMethod: String, Hashable, Codable, Sendable, CaseIterable {
    /// Runs of bars as they followed each other (stationary bootstrap).
    case stationary
    /// Bars in parts of the volatility of their time, at the volatility of the path (filtered historical simulation).
    case filtered
}

/// Which simulated futures a study asks for.
public struct ResampleRules: Hashable, Codable, Sendable {
    /// How they are made.
    public var method = ResampleMethod.stationary
    /// How many.
    public var paths = 1000
    /// Mean length of what is drawn together; a bar at least.
    public var block = TimeSpan.days(1)
    /// Lengths of the futures, and with it holding times, ascending, without repeats.
    public var lengths: [TimeSpan] = [.days(30), .days(365)]
    /// Seed of the draws.
    public var seed: UInt64 = 1

    /// A thousand futures of a month and a year, of runs of a day, unless said otherwise.
    public init() {}

    /// Bars that all paths of a history may have together.
    public static let mostBars = 200_000_000

    /// Bars after the entry that a path of bars of a length holds.
    public func bars(of length: TimeSpan) -> Int {
        let longest = lengths.max() ?? .days(1)
        return max(1, Int((longest.milliseconds + length.milliseconds - 1) / max(1, length.milliseconds)))
    }
}
