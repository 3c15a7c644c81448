import MarginModel
import StressBasics
import StressEngine

/// A position that is followed along a known path.
///
/// There is no bar to guess about: it is closed at the path's own price so long after the trigger as the platform takes, then pays
/// slippage and fees. Funding and interest are left out.
public struct PathPosition: Sendable {
    /// The contract.
    public let contract: ContractKind
    /// What it was opened with.
    public let terms: PositionTerms
    private let position: any MarginPosition
    private let entryPrice: Double

    /// A position that is opened at `entryPrice`, above 0; nil where the platform would not open it.
    public init?(_ contract: ContractKind, _ terms: PositionTerms, entryPrice: Double) {
        guard terms.rejection(contract, entryPrice: entryPrice) == nil else { return nil }
        (self.contract, self.terms, self.entryPrice) = (contract, terms, entryPrice)
        position = terms.opened(contract, at: entryPrice)
    }

    /// `d`.
    var sign: Double { position.sign }

    /// `p*/P0`; nil where no price above 0 triggers, or nobody liquidates.
    var trigger: Double? {
        let trigger = position.triggerPrice(.none)
        guard terms.rules.liquidation.enabled, trigger > 0, trigger.isFinite else { return nil }
        return trigger / entryPrice
    }

    /// What is taken of the notional that is traded when the platform closes it, or its holder does.
    private func feeRate(isLiquidated: Bool) -> Double {
        let fees = terms.rules.fees
        return isLiquidated ? fees.close + fees.liquidation : fees.close
    }

    /// What is left in parts of the margin when it is closed at `price`, in parts of the entry price.
    func leftOver(at price: Double, isLiquidated: Bool) -> Double {
        // A part of the price's size: worth less to a long on either side of zero.
        let slippage = position.sign * (price < 0 ? -1 : 1) * terms.rules.slippage.base
        let fill = entryPrice * price * (1 - slippage)
        let fee = feeRate(isLiquidated: isLiquidated) * position.tradedNotional(at: fill)
        return (position.equity(at: fill, .none) - fee) / position.initialMargin
    }

    /// The same for every price above 0, by the logarithm of the price.
    func leftOver(isLiquidated: Bool) -> AffineEquity {
        let kind = type(of: position)
        return AffineEquity(
            atAnchor: leftOver(at: 1, isLiquidated: isLiquidated),
            base: leftOver(at: kind.vanishingPrice, isLiquidated: isLiquidated), power: kind.pricePower)
    }

    /// What becomes of it.
    public func outcome(on path: KnownPath) -> PathOutcome {
        guard let trigger, let triggered = path.firstReach(trigger, isBelow: sign > 0) else {
            return PathOutcome(triggered: nil, trigger: trigger, closing: path.end.price, of: self)
        }
        let closing = path.price(at: triggered + terms.rules.liquidation.delay.inSeconds)
        return PathOutcome(triggered: triggered, trigger: trigger, closing: closing, of: self)
    }

    /// What of an amount of equity is owed. Nothing is lent to a spot account, whose fee was paid at the purchase.
    func owed(_ equity: Double) -> Double {
        contract != .spot && equity < -CellRules.tolerance * terms.leverage.value ? -equity : 0
    }
}

/// What became of a position on a known path. Prices are in parts of the entry price, amounts in parts of the initial margin.
public struct PathOutcome: Hashable, Sendable {
    /// When it was due, seconds after the entry; nil when it never was.
    public let triggered: Double?
    /// Where it is due; nil where no price is.
    public let trigger: Double?
    /// Where the path stood when it was closed: by the platform, or by its holder at the path's end.
    public let closing: Double
    /// What is left, after slippage and fees.
    public let equity: Double
    /// What is missing; 0 where nothing is.
    public let owed: Double

    init(triggered: Double?, trigger: Double?, closing: Double, of position: PathPosition) {
        (self.triggered, self.trigger, self.closing) = (triggered, trigger, closing)
        equity = position.leftOver(at: closing, isLiquidated: triggered != nil)
        owed = position.owed(equity)
    }

    /// Whether the platform closed it.
    public var isLiquidated: Bool { triggered != nil }
}
