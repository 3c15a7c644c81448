import StressBasics

/// What a trader does beside opening a position and holding it to the horizon: a named set of rules.
///
/// Every rule changes entries, exits or margin, so that its effect is a difference between two numbers on the same prices. A set
/// without a rule is holding; infinite distances and zeros are no rules.
public struct Behaviour: Hashable, Sendable {
    /// The name in outputs.
    public var name: String
    /// Distance of a stop order against the position from the entry price; nil for none.
    public var stopLoss: Double?
    /// Limit orders in favour of the position, nearest first; parts of what was opened, 1 in all at most.
    public var exits: [PlannedExit] = []
    /// What the distances of ``stopLoss`` and ``exits`` are parts of.
    public var unit = DistanceUnit.price
    /// Distance of a stop order from the best close since entry, a part of that close; nil for none.
    public var trailingStop: Double?
    /// The fall from the best close since entry at which the trader sells at the next close; nil for none.
    public var panicExit: Double?
    /// Which bars the trader enters at; nil for all.
    public var enterAfter: EntryFilter?
    /// How the position is bought in parts; nil for at once.
    public var instalments: Instalments?
    /// What is paid in on margin calls; nil for nothing.
    public var topUp: TopUp?
    /// Whether the trader goes on after losing a position; nil for no.
    public var reenter: Reentry?
    /// What is taken to come first where one bar holds a loss and a gain.
    public var order = BarOrder.adverse
    /// From a stop's trigger to its fill, where fills are known by a law.
    public var stopDelay = Behaviour.defaultStopDelay

    /// How long a stop order takes to be filled, unless it is said.
    public static let defaultStopDelay = TimeSpan.seconds(1)

    /// Holding, under a name.
    public init(name: String) { self.name = name }

    /// The behaviour that all others are compared with.
    public static let hodl = Behaviour(name: "hodl")
}

/// What a distance from a price is a part of. The raw value is what studies say.
public enum DistanceUnit: String, Hashable, Sendable, CaseIterable {
    /// The price itself.
    case price
    /// The margin: at a leverage `L` a distance of `x` is `x/L` of the price.
    case margin
}

/// A limit order of an exit plan.
public struct PlannedExit: Hashable, Sendable {
    /// Distance from the entry price in favour of the position, above 0.
    public var distance: Double
    /// The part of the opened position that it closes, above 0 and at most 1.
    public var part: Double

    /// An exit of the given figures.
    public init(distance: Double, part: Double = 1) { (self.distance, self.part) = (distance, part) }
}

/// Which bars a trader enters at, by the bars before.
public enum EntryFilter: Hashable, Sendable {
    /// The price has risen by at least a part over so many bars: who fears to miss a rally.
    case gain(Double, bars: Int)
    /// It has fallen by at least a part: who buys the dip.
    case fall(Double, bars: Int)
    /// It has moved more over so many bars than it used to: see ``EntryFilter/highVolatilityRatio``.
    case highVolatility(bars: Int)

    /// How many times as far as over the ten times as many bars before the closes must have moved, as root mean squares of log returns.
    public static let highVolatilityRatio = 1.5

    /// Bars before the entry that it looks at.
    public var reachBack: Int {
        switch self {
        case .gain(_, let bars), .fall(_, let bars): bars
        case .highVolatility(let bars): 11 * bars
        }
    }
}

/// Buying in equal parts.
public struct Instalments: Hashable, Sendable {
    /// Parts, at least 1.
    public var count: Int
    /// Time from one to the next.
    public var every: TimeSpan

    /// Parts of the given figures.
    public init(count: Int, every: TimeSpan) { (self.count, self.every) = (count, every) }
}

/// Paying in on margin calls.
public struct TopUp: Hashable, Sendable {
    /// The equity, in times of the requirement, at and below which the platform calls.
    public var at: Double
    /// What is paid in, in times of the initial margin.
    public var add: Double
    /// How often at most.
    public var times: Int
    /// Bars from the call to the payment, at least 1.
    public var latency: Int

    /// Payments of the given figures.
    public init(at: Double, add: Double, times: Int, latency: Int = 1) {
        (self.at, self.add, self.times, self.latency) = (at, add, times, latency)
    }
}

/// Going on after a position was liquidated or stopped out.
public struct Reentry: Hashable, Sendable {
    /// Time from the exit to the next entry; 0 for the close of the same bar.
    public var after: TimeSpan
    /// How often at most.
    public var times: Int

    /// Re-entries of the given figures.
    public init(after: TimeSpan, times: Int) { (self.after, self.times) = (after, times) }
}

/// What is taken to come first where one bar reaches levels on both sides. The raw value is what studies say.
public enum BarOrder: String, Hashable, Sendable, CaseIterable {
    /// The level against the position.
    case adverse
    /// The level in its favour.
    case favourable
    /// Both, as a bracket: each in a row of its own.
    case split
}
