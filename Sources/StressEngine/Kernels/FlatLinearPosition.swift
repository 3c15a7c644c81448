import MarginModel

/// A ``LinearPosition`` on a platform that asks the same rate of all sizes: the same formulas with the same bits.
///
/// A table of brackets is storage that is counted by reference, so that a copy of a position costs more than its arithmetic. Here the one
/// bracket stands beside the figures.
struct FlatLinearPosition: KernelPosition {
    let sign: Double
    private var entryPrice: Double
    private var quantity: Double
    private(set) var initialMargin: Double
    private(set) var openingFee: Double
    private(set) var entryValue: Double
    /// `M − f_o N0`.
    private var cash: Double
    /// The bracket.
    private let (rate, amount): (Double, Double)

    init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        let tier = terms.rules.tiers.tiers[0]
        sign = terms.side.sign
        self.entryPrice = entryPrice
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional / terms.leverage.value
        openingFee = terms.rules.fees.open * terms.notional
        entryValue = terms.notional
        cash = terms.notional / terms.leverage.value - terms.rules.fees.open * terms.notional
        (rate, amount) = (tier.rate, tier.amount)
    }

    /// All but price and quantity is the same at every price.
    @inline(__always)
    func reopened(_ terms: borrowing PositionTerms, at price: Double) -> FlatLinearPosition {
        var copy = self
        copy.entryPrice = price
        copy.quantity = entryValue / price
        return copy
    }

    @inline(__always)
    func equity(at price: Double, _ carry: Carry) -> Double {
        cash + sign * quantity * (price - entryPrice) - carry.funding
    }

    @inline(__always)
    func requirement(at price: Double, _ carry: Carry) -> Double {
        (rate * (quantity * abs(price)) - amount) + quantity * carry.maintenancePerCoin
    }

    @inline(__always)
    func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    func fundingCharge(rate: Double, at price: Double) -> Double { sign * rate * quantity * price }

    func triggerPrice(_ carry: Carry) -> Double {
        let margin = cash - carry.funding - quantity * carry.maintenancePerCoin
        let base = quantity * entryPrice - sign * (margin + amount)
        let price = base / (quantity * (1 - sign * rate))
        return price >= 0 ? price : base / (quantity * (1 + sign * rate))
    }

    func bankruptcyPrice(_ carry: Carry) -> Double { entryPrice - sign * (cash - carry.funding) / quantity }
}

extension FlatLinearPosition: AdjustablePosition {
    mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        cash += amount
        initialMargin += margin
    }

    mutating func join(_ other: FlatLinearPosition, _ carry: Carry) {
        let total = quantity + other.quantity
        entryPrice = (quantity * entryPrice + other.quantity * other.entryPrice) / total
        quantity = total
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        entryValue += other.entryValue
        cash += other.cash
    }

    func scaled(by part: Double) -> FlatLinearPosition {
        var copy = self
        copy.quantity *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.entryValue *= part
        copy.cash *= part
        return copy
    }
}

extension CellRules {
    /// Whether positions are taken over whole by one rate of all sizes, so that a ``FlatLinearPosition`` is what a ``LinearPosition`` is.
    private var isFlat: Bool {
        cell.contract == .linear && platform.tiers.tiers.count == 1 && !platform.liquidation.isPartial
    }

    /// Shows a visitor the positions of the cell, those of one bracket by their figures alone.
    func withFigures<Visitor: PositionVisitor>(_ visitor: Visitor) -> Visitor.Value {
        isFlat ? visitor.visit(FlatLinearPosition.self) : withPosition(cell.contract, cell.side, visitor)
    }
}
