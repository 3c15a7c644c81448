/// A position that may change while it stands: margin is paid in, more is bought into it, a part of it is taken away.
///
/// What was opened at several prices is one position: coins, cost, margin and fees add up, and one requirement and one trigger price hold
/// for all of it.
public protocol AdjustablePosition: MarginPosition {
    /// Raises equity by `amount` and ``MarginPosition/initialMargin`` by `margin`, both in the margin's unit. A loan is paid back by
    /// it and bears no more interest on that part.
    mutating func credit(_ amount: Double, margin: Double, _ carry: Carry)

    /// Adds a position of the same terms that was opened now, when `carry` is this one's.
    mutating func join(_ other: Self, _ carry: Carry)

    /// The part `part` of it, 0…1: everything in proportion.
    func scaled(by part: Double) -> Self
}

extension LinearPositionOn: AdjustablePosition {
    /// Joins the margin that backs the position.
    public mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        cash += amount
        initialMargin += margin
    }

    /// `P̄ = Σ q P/Σ q`.
    public mutating func join(_ other: Self, _ carry: Carry) {
        let total = quantity + other.quantity
        entryPrice = (quantity * entryPrice + other.quantity * other.entryPrice) / total
        quantity = total
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        entryValue += other.entryValue
        cash += other.cash
    }

    /// Coins, margin and fee in proportion.
    public func scaled(by part: Double) -> Self {
        var copy = self
        copy.quantity *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.entryValue *= part
        copy.cash *= part
        return copy
    }
}

extension InversePosition: AdjustablePosition {
    /// Joins the coins that back the position.
    public mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        initialMargin += margin
        credited += amount - margin
    }

    /// Notional in quote currency and its coins at each entry add up.
    public mutating func join(_ other: InversePosition, _ carry: Carry) {
        notional += other.notional
        entryValue += other.entryValue
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        credited += other.credited
    }

    /// Notional, margin and fee in proportion.
    public func scaled(by part: Double) -> InversePosition {
        var copy = self
        copy.notional *= part
        copy.entryValue *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.credited *= part
        return copy
    }
}

extension BorrowedCashPosition: AdjustablePosition {
    /// Pays back a part of the loan.
    public mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        loan -= amount
        interestCredit -= amount * yearlyRate * carry.years
        initialMargin += margin
    }

    /// Loans add up; the later one bears no interest of the time before.
    public mutating func join(_ other: BorrowedCashPosition, _ carry: Carry) {
        quantity += other.quantity
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        entryValue += other.entryValue
        loan += other.loan
        interestCredit += other.interestCredit + other.loan * yearlyRate * carry.years
    }

    /// Coins, loan and fee in proportion.
    public func scaled(by part: Double) -> BorrowedCashPosition {
        var copy = self
        copy.quantity *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.entryValue *= part
        copy.loan *= part
        copy.interestCredit *= part
        return copy
    }
}

extension BorrowedCoinPosition: AdjustablePosition {
    /// Joins the cash of the account.
    public mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        initialMargin += margin
        credited += amount - margin
    }

    /// Owed coins add up; the later ones bear no interest of the time before.
    public mutating func join(_ other: BorrowedCoinPosition, _ carry: Carry) {
        coinCredit += other.coinCredit + other.quantity * yearlyRate * carry.years
        quantity += other.quantity
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        entryValue += other.entryValue
        credited += other.credited
    }

    /// Coins, margin and fee in proportion.
    public func scaled(by part: Double) -> BorrowedCoinPosition {
        var copy = self
        copy.quantity *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.entryValue *= part
        copy.coinCredit *= part
        copy.credited *= part
        return copy
    }
}

extension SpotPosition: AdjustablePosition {
    /// Joins the account.
    public mutating func credit(_ amount: Double, margin: Double, _ carry: Carry) {
        initialMargin += margin
        credited += amount
    }

    /// Coins and what was paid for them add up.
    public mutating func join(_ other: SpotPosition, _ carry: Carry) {
        quantity += other.quantity
        initialMargin += other.initialMargin
        openingFee += other.openingFee
        credited += other.credited
    }

    /// Coins, cost and fee in proportion.
    public func scaled(by part: Double) -> SpotPosition {
        var copy = self
        copy.quantity *= part
        copy.initialMargin *= part
        copy.openingFee *= part
        copy.credited *= part
        return copy
    }
}
