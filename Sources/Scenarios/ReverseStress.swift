import MarginModel
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The moves that a position does not survive, in parts of the price before: falls of a long, rises of a short.
public struct ReverseAnswer: Hashable, Sendable {
    /// The smallest that liquidates it; nil when none does.
    public let liquidated: Double?
    /// The smallest after which it owes more than was asked; nil when none is, or when it is beyond what a number can hold.
    public let owes: Double?

    /// Of a position that is not opened.
    public static let nothing = ReverseAnswer(liquidated: nil, owes: nil)
}

extension PathPosition {
    /// The smallest move, at once or on a line, after which more than `share` of the margin is owed.
    ///
    /// With `z = ∓ ln(price/entry price)`: due at `z*`, and missing more than that once filled beyond `z_0`, where what is left is
    /// straight in a power of the price, for every contract and whatever the brackets. A line of depth `z` over `T` is filled at
    /// `min(z, z* + z τ/T)`, so that `z = max(z_0, (z_0 − z*) T/τ)` where `z_0 > z*`, and `z*` elsewhere.
    ///
    /// - Parameters:
    ///   - length: how long the move takes; 0 for a jump.
    ///   - share: of the initial margin, at least 0.
    public func reverse(over length: TimeSpan, owingMoreThan share: Double) -> ReverseAnswer {
        guard terms.rules.liquidation.enabled else {
            return ReverseAnswer(liquidated: nil, owes: ruin(share, isLiquidated: false).flatMap(move))
        }
        guard let due = trigger.map({ max(0, -sign * log($0)) }) else { return .nothing }
        let owes = ruin(share, isLiquidated: true).flatMap { ruin -> Double? in
            guard ruin > due else { return move(due) }
            return move(max(ruin, (ruin - due) * slowness(length)))
        }
        return ReverseAnswer(liquidated: move(due), owes: owes)
    }

    /// `T/τ`.
    private func slowness(_ length: TimeSpan) -> Double { length.inSeconds / terms.rules.liquidation.delay.inSeconds }

    /// How deep a fill leaves −`share` of the margin; nil when none does. Nothing is lent to a spot account.
    private func ruin(_ share: Double, isLiquidated: Bool) -> Double? {
        guard contract != .spot, let fill = leftOver(isLiquidated: isLiquidated).place(of: -share) else { return nil }
        return -sign * fill
    }

    /// The part of the price that a depth is; nil beyond what a number can hold.
    private func move(_ depth: Double) -> Double? {
        let part = sign > 0 ? -expm1(-depth) : expm1(depth)
        return part.isFinite ? max(0, part) : nil
    }
}
