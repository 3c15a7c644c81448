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
    /// Shortfalls of equal probability given that there is one, rising: one out of each half of its law, at the entry's
    /// ``phase(_:)``.
    public var parts: SIMD2<Double>

    /// Nothing below zero.
    @inlinable
    public init() { (negative, shortfall, largest, parts) = (.zero, 0, 0, .zero) }

    /// A spread of known figures.
    @inlinable
    public init(negative: EventCount, shortfall: Double, largest: Double, parts: SIMD2<Double>) {
        (self.negative, self.shortfall, self.largest, self.parts) = (negative, shortfall, largest, parts)
    }

    /// Where in each half of its law an entry is counted, in 0..<1.
    ///
    /// Multiples of the golden ratio fill the interval evenly, however few or many follow each other: together the entries that one
    /// fall liquidates trace the whole law, its tail as well, for the price of two values an entry. (H. Niederreiter, Random Number
    /// Generation and Quasi-Monte Carlo Methods, 1992, chapter 3.)
    ///
    /// - Parameter bar: the entry's open time in bar lengths, so that it depends on nothing else in the history.
    @inlinable
    public static func phase(_ bar: Int) -> Double {
        Double((UInt64(truncatingIfNeeded: bar) &* 0x9E37_79B9_7F4A_7C15) >> 11) * 0x1p-53
    }
}
