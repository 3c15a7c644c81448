import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A recipe for an invented price history. Nothing in it was measured; it has the features that make leverage dangerous:
/// volatility that clusters, heavy tails, jumps between bars, and scripted catastrophes.
public struct SyntheticMarket: Hashable, Sendable {
    /// Name of the invented asset.
    public var name: String
    /// Open time of the first bar.
    public var start: UTCInstant
    /// Bar length.
    public var barLength: TimeSpan
    /// Number of bars on the full grid, before outages.
    public var bars: Int
    /// Price before the first bar; sets the tick too, which is a hundred-thousandth of its power of ten.
    public var startPrice: Double
    /// Typical volatility of a day, as a standard deviation of the log return.
    public var dailyVolatility: Double
    /// Jumps a year that fall between two bars.
    public var jumpsPerYear: Double
    /// What happens at set places.
    public var events: [Event]

    /// A scripted stretch of the history, placed by the share of the bars before it.
    public struct Event: Hashable, Sendable {
        /// What happens.
        public enum Kind: String, Hashable, Sendable {
            /// The price drifts to `factor` times what it was.
            case drift
            /// The bars are missing.
            case outage
        }
        /// What happens.
        public var kind: Kind
        /// Share of the bars before it, 0…1.
        public var position: Double
        /// How long it lasts.
        public var length: TimeSpan
        /// For a drift: the price at its end over the price at its start, noise apart.
        public var factor: Double
        /// Volatility over the usual, while it lasts.
        public var turbulence: Double

        /// An event.
        public init(_ kind: Kind, at position: Double, length: TimeSpan, factor: Double = 1, turbulence: Double = 1) {
            self.kind = kind
            self.position = position
            self.length = length
            self.factor = factor
            self.turbulence = turbulence
        }
    }

    /// A recipe of the given parts.
    public init(
        name: String, start: UTCInstant, barLength: TimeSpan, bars: Int, startPrice: Double, dailyVolatility: Double,
        jumpsPerYear: Double, events: [Event]
    ) {
        self.name = name
        self.start = start
        self.barLength = barLength
        self.bars = bars
        self.startPrice = startPrice
        self.dailyVolatility = dailyVolatility
        self.jumpsPerYear = jumpsPerYear
        self.events = events
    }

    /// The three histories of the samples: a large coin, one with a short squeeze, one that collapses to near zero.
    public static func samples(start: UTCInstant, barLength: TimeSpan, bars: Int) -> [SyntheticMarket] {
        func market(_ name: String, _ price: Double, _ volatility: Double, _ jumps: Double, _ events: [Event])
            -> SyntheticMarket
        {
            SyntheticMarket(
                name: name, start: start, barLength: barLength, bars: bars, startPrice: price,
                dailyVolatility: volatility, jumpsPerYear: jumps, events: events)
        }
        return [
            market("SYN-MAJOR", 24_000, 0.026, 14, fall), market("SYN-SQUEEZE", 1.6, 0.05, 24, squeeze),
            market("SYN-COLLAPSE", 78, 0.045, 20, collapse),
        ]
    }

    private static let fall = [
        Event(.outage, at: 0.31, length: .hours(7)),
        Event(.drift, at: 0.62, length: .hours(16), factor: 0.68, turbulence: 3),
    ]
    private static let squeeze = [
        Event(.drift, at: 0.47, length: .hours(9), factor: 3.9, turbulence: 4),
        Event(.drift, at: 0.4708, length: .hours(15), factor: 0.36, turbulence: 4),
        Event(.outage, at: 0.80, length: .hours(14)),
    ]
    private static let collapse = [
        Event(.drift, at: 0.86, length: .hours(30), factor: 0.45, turbulence: 3),
        Event(.drift, at: 0.8618, length: .hours(42), factor: 0.004, turbulence: 7),
    ]
}

extension SyntheticMarket {
    /// Makes the history. The same seed gives the same bars; O(bars).
    public func series(seed: UInt64) -> BarSeries {
        var walk = Walk(market: self, random: SeededGenerator(seed: seed).stream(name))
        var rows = Rows()
        for bar in 0..<bars {
            let (open, high, low, close) = walk.nextBar(in: events.filter { covers($0, bar: bar) })
            if events.contains(where: { $0.kind == .outage && covers($0, bar: bar) }) { continue }
            rows.time.append(start.milliseconds + Int64(bar) * barLength.milliseconds)
            rows.open.append(open)
            rows.high.append(high)
            rows.low.append(low)
            rows.close.append(close)
            rows.volume.append(walk.volume(range: high / low))
        }
        do {
            return try BarSeries(
                time: rows.time, open: rows.open, high: rows.high, low: rows.low, close: rows.close, volume: rows.volume
            )
        } catch {
            preconditionFailure("bars on a rising grid with rounded prices are a series: \(error)")
        }
    }

    private func covers(_ event: Event, bar: Int) -> Bool {
        let first = Int(event.position * Double(bars))
        return bar >= first && bar < first + Int(event.length.milliseconds / barLength.milliseconds)
    }

    private struct Rows {
        var time: [Int64] = []
        var open: [Double] = []
        var high: [Double] = []
        var low: [Double] = []
        var close: [Double] = []
        var volume: [Double] = []
    }

    /// The price walk: steps of a twelfth of a bar, log volatility that reverts to its mean over days, Student-t steps
    /// with four degrees of freedom, and jumps between bars.
    private struct Walk {
        let market: SyntheticMarket
        var random: SeededGenerator
        var logPrice: Double
        var logVolatility = 0.0

        static let stepsPerBar = 12

        init(market: SyntheticMarket, random: SeededGenerator) {
            self.market = market
            self.random = random
            logPrice = log(market.startPrice)
        }

        mutating func nextBar(in events: [Event]) -> (open: Double, high: Double, low: Double, close: Double) {
            let turbulence = events.map(\.turbulence).max() ?? 1
            jumpBetweenBars(turbulence: turbulence)
            let daysPerBar = Double(market.barLength.milliseconds) / 86_400_000
            logVolatility += -0.01 * logVolatility + 0.09 * normal()
            let scale = market.dailyVolatility * (daysPerBar / Double(Walk.stepsPerBar)).squareRoot() * turbulence
            let drift = events.filter { $0.kind == .drift }.reduce(0) { sum, event in
                let bars = Double(event.length.milliseconds / market.barLength.milliseconds)
                return sum + log(event.factor) / (bars * Double(Walk.stepsPerBar))
            }
            var prices = [price]
            for _ in 0..<Walk.stepsPerBar {
                logPrice += drift + scale * exp(logVolatility) * heavyTailed()
                prices.append(price)
            }
            return (prices[0], prices.max()!, prices.min()!, prices[prices.count - 1])
        }

        private mutating func jumpBetweenBars(turbulence: Double) {
            let barsPerYear = 365 * 86_400_000 / Double(market.barLength.milliseconds)
            guard random.uniform() < market.jumpsPerYear * turbulence / barsPerYear else { return }
            logPrice += -0.2 * market.dailyVolatility + 0.9 * market.dailyVolatility * heavyTailed()
        }

        mutating func volume(range: Double) -> Double {
            (1000 * (1 + 40 * (range - 1)) * exp(0.4 * normal())).rounded()
        }

        /// The price on its tick grid, never below one tick.
        private var price: Double {
            let tick = pow(10, floor(log10(market.startPrice)) - 5)
            let ticks = max(1, (exp(logPrice) / tick).rounded())
            // Dividing by the whole number of ticks a unit has gives the double nearest to the decimal.
            return tick < 1 ? ticks / (1 / tick).rounded() : ticks * tick
        }

        /// Student's t with four degrees of freedom, scaled to unit variance.
        private mutating func heavyTailed() -> Double {
            let numerator = normal()
            let chiSquared = (0..<4).reduce(0.0) { sum, _ in
                let z = normal(); return sum + z * z
            }
            return numerator / (chiSquared / 4).squareRoot() / 2.0.squareRoot()
        }

        /// Box–Muller.
        private mutating func normal() -> Double {
            let radius = (-2 * log(1 - random.uniform())).squareRoot()
            return radius * cos(2 * Double.pi * random.uniform())
        }
    }
}
