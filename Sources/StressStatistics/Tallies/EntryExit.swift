/// How one held entry ended under one fill rule, in parts of the initial margin.
public struct EntryExit: Hashable, Sendable {
    /// Final equity; infinite where the contract has no bound (inverse contracts at prices of 0 or below). Expected, where the
    /// fill is known by a law.
    public var equity: Double
    /// What the shortfall is made of; all 0 without one.
    public var causes: ShortfallCauses
    /// The bar in which the last of the position was closed because of a liquidation; nil at the end of the holding time.
    public var closedBar: Int?
    /// What is below zero, where the fill is known by a law; nil where the equity is certain.
    public var spread: ShortfallSpread?

    /// An exit of the given figures.
    @inlinable
    public init(
        equity: Double, causes: ShortfallCauses = ShortfallCauses(), spread: ShortfallSpread? = nil,
        closedBar: Int? = nil
    ) {
        self.closedBar = closedBar
        self.equity = equity
        self.causes = causes
        self.spread = spread
    }

    /// How much of the entry ended below zero, which means below −`tolerance`: all or nothing where the equity is certain.
    @inlinable
    public func negative(tolerance: Double) -> EventCount {
        if let spread { return spread.negative }
        return equity < -tolerance ? .one : .zero
    }

    /// The expected shortfall of an entry that ended below zero.
    @inlinable
    public var shortfall: Double { spread?.shortfall ?? -equity }
}

/// What of an entry ends below zero when its fill is known by a law, in parts of the initial margin.
public struct ShortfallSpread: Hashable, Sendable {
    /// The probability to end below zero.
    public var negative: EventCount
    /// The expected shortfall, what is above zero counting as none.
    public var shortfall: Double
    /// The largest shortfall that the law leaves possible.
    public var largest: Double
    /// The bins, see ``LogHistogram/bin(of:)``, of the shortfalls at ``shares``, rising; the last stands in what is left.
    public var bins: SIMD16<Int16>

    /// At how many shares a law is looked at.
    @inlinable
    public static var looks: Int { 13 }

    /// The shares of the probability below zero at which a law is looked at, the least shortfall first. Between them an entry counts in
    /// equal parts in every bin, which leaves the median, the 90 % and the 99 % quantile of many about 1 % off, while a single entry has its
    /// median where its law has it.
    @inlinable
    public static var shares: SIMD16<Double> { SIMD16(parts) / 1024 }

    /// The same in whole 1,024ths.
    @inlinable
    static var parts: SIMD16<Int64> {
        SIMD16(51, 205, 369, 512, 655, 778, 870, 932, 973, 998, 1014, 1021, 1024, 1024, 1024, 1024)
    }

    /// Nothing below zero.
    @inlinable
    public init() { self.init(negative: .zero, shortfall: 0) }

    /// What is asked for where neither quantiles nor the largest are wanted.
    @inlinable
    public init(negative: EventCount, shortfall: Double) {
        (self.negative, self.shortfall, largest, bins) = (negative, shortfall, 0, .zero)
    }

    /// A spread of known figures.
    ///
    /// - Parameter quantile: the shortfall that a share of the probability below zero does not pass; not asked for the whole, which is
    ///   `largest`.
    @inlinable
    @inline(__always)
    public init(negative: EventCount, shortfall: Double, largest: Double, quantile: (Double) -> Double) {
        (self.negative, self.shortfall, self.largest) = (negative, shortfall, largest)
        let shares = ShortfallSpread.shares
        bins = SIMD16(repeating: ShortfallSpread.bin(of: largest))
        for place in 0..<ShortfallSpread.looks - 1 { bins[place] = ShortfallSpread.bin(of: quantile(shares[place])) }
    }

    /// The same, asked for four shares at a time: whichever bin is next to an edge may be the one beside it.
    @inlinable
    @inline(__always)
    public init(
        negative: EventCount, shortfall: Double, largest: Double, quantiles: (SIMD4<Double>) -> SIMD4<Double>
    ) {
        (self.negative, self.shortfall, self.largest) = (negative, shortfall, largest)
        let (first, last) = (ShortfallSpread.shares.lowHalf, ShortfallSpread.shares.highHalf.lowHalf)
        let low = LogHistogram.bins(near: quantiles(first.lowHalf))
        let middle = LogHistogram.bins(near: quantiles(first.highHalf))
        let high = LogHistogram.bins(near: quantiles(last))
        bins = SIMD16(
            lowHalf: SIMD8(lowHalf: low, highHalf: middle),
            highHalf: SIMD8(lowHalf: high, highHalf: SIMD4(repeating: ShortfallSpread.bin(of: largest))))
    }

    /// The bin of what may have been rounded to nothing.
    @inlinable
    static func bin(of shortfall: Double) -> Int16 {
        Int16(truncatingIfNeeded: LogHistogram.bin(of: max(shortfall, .leastNonzeroMagnitude)))
    }
}
