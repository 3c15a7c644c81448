import StressBasics

extension Behaviour {
    /// Whether it never does anything that holding does not.
    public var isHodl: Bool {
        !hasExitRule && !changesEntries && !changesMargin && reenter.map { $0.times == 0 } ?? true
    }

    /// Whether it may close a position before its horizon.
    public var hasExitRule: Bool {
        [stopLoss, trailingStop, panicExit].contains { $0.map(\.isFinite) ?? false }
            || exits.contains { $0.distance.isFinite }
    }

    /// Whether it leaves entries out.
    public var changesEntries: Bool { enterAfter != nil }

    /// Whether what is held or paid in changes while a position stands.
    public var changesMargin: Bool {
        instalments.map { $0.count > 1 } ?? false || topUp.map { $0.times > 0 && $0.add > 0 && $0.at > 0 } ?? false
    }

    /// The same with levels against the position first, and with levels in its favour first; itself where it does not ask for both.
    public var orders: [Behaviour] {
        guard order == .split else { return [self] }
        return [BarOrder.adverse, .favourable].map { order in
            var copy = self
            copy.order = order
            return copy
        }
    }
}
