import StressBasics

/// What a position has paid or must meet besides the price: it changes from bar to bar, the position does not.
public struct Carry: Hashable, Sendable {
    /// `F`: funding paid since entry, in the margin's unit; negative when more was received.
    public var funding: Double
    /// `τ`: years of 365 days since entry, for interest.
    public var years: Double
    /// Maintenance margin per coin of a dated schedule, quote currency; 0 where brackets rule alone.
    public var maintenancePerCoin: Double

    /// A carry of the given parts.
    @inlinable
    public init(funding: Double = 0, years: Double = 0, maintenancePerCoin: Double = 0) {
        self.funding = funding
        self.years = years
        self.maintenancePerCoin = maintenancePerCoin
    }

    /// Nothing paid, no time passed.
    public static let none = Carry()
}

/// What a position is opened with.
public struct PositionTerms: Hashable, Sendable {
    /// The direction.
    public var side: Side
    /// `L`.
    public var leverage: Leverage
    /// `N0`, quote currency, above 0.
    public var notional: Double
    /// The platform's rules.
    public var rules: PlatformRules

    /// Terms of the given parts.
    public init(side: Side, leverage: Leverage, notional: Double, rules: PlatformRules) {
        self.side = side
        self.leverage = leverage
        self.notional = notional
        self.rules = rules
    }

    /// The same terms on storage of their own. Positions hold a reference to their table; threads that open positions from
    /// one shared table would wait for each other's reference counts.
    public var withOwnStorage: PositionTerms {
        PositionTerms(
            side: side, leverage: leverage, notional: notional,
            rules: rules.replacing(tiers: rules.tiers.withOwnStorage))
    }
}

/// A position of one contract kind: equity, requirement and their closed forms.
///
/// Symbols: `d` side sign, `P0` entry price, `N0` notional, `q = N0/P0`, `M` initial margin, `f_o` opening fee. The margin's
/// unit is the quote currency, or the coin for inverse contracts. Kernels are generic over the kind, so that the choice is
/// made outside their loops.
public protocol MarginPosition: Sendable {
    /// Opens a position at `entryPrice`, which must be above 0.
    init(_ terms: borrowing PositionTerms, entryPrice: Double)

    /// Whether equity depends on the time since entry.
    static var bearsInterest: Bool { get }

    /// `d`: +1 long, −1 short.
    var sign: Double { get }
    /// `M`, before the opening fee.
    var initialMargin: Double { get }
    /// What the opening fee took from the margin.
    var openingFee: Double { get }
    /// The entry value, in the margin's unit: what rounding is judged against.
    var entryValue: Double { get }

    /// The power `k` of the price in which equity is straight: `A + B p^k` at prices above 0.
    static var pricePower: Double { get }

    /// Equity at `price`, before any exit cost.
    func equity(at price: Double, _ carry: Carry) -> Double
    /// Maintenance requirement at `price`; minus infinity where nobody can liquidate.
    func requirement(at price: Double, _ carry: Carry) -> Double
    /// Notional traded when the position is closed at `price`, in the margin's unit.
    func tradedNotional(at price: Double) -> Double
    /// What a funding rate charges at `price`; negative when it pays.
    func fundingCharge(rate: Double, at price: Double) -> Double
    /// `p*`, where equity equals the requirement: a long is due at and below it, a short at and above it. Infinite or
    /// negative where no positive price triggers.
    func triggerPrice(_ carry: Carry) -> Double
    /// Where equity is 0, before exit costs; infinite for a short that no price can ruin.
    func bankruptcyPrice(_ carry: Carry) -> Double
}

extension MarginPosition {
    /// Most contracts bear no interest.
    @inlinable
    public static var bearsInterest: Bool { false }

    /// Equity of most contracts is straight in the price itself.
    @inlinable
    public static var pricePower: Double { 1 }

    /// The price at which nothing of `p^k` is left.
    @inlinable
    public static var vanishingPrice: Double { pricePower > 0 ? 0 : .infinity }
}
