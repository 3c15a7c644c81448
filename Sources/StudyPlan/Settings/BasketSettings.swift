import StressBasics

extension Settings {
    /// The parts of a basket under `baskets`.
    static let basketSections: [Section] = [Baskets.section, BasketLegs.section, Collateral.section]

    /// Several positions and their account.
    enum Baskets {
        /// Baskets in a study.
        static let most = 50
        static let path = Setting(
            "path", standard: BarPath.sides,
            "What happens inside bars: sides (longs to their lows, then shorts to their highs), together (all to their lows, then all to their highs), apart (one after the other), or adverse (all against the account at once, a bound)."
        )
        static let closing = Setting(
            "close", standard: AccountClosing.all,
            "What is closed of an account that is due: all, or worst (the leg that has lost most, and the next while the rest is due)."
        )
        static let rebalance = Setting<TimeSpan?>(
            "rebalance", .spanOr(["none"]), standard: .some(nil),
            "How often the legs are brought back to their shares: none, or a duration such as 2d.",
            read: { reader in
                reader.node.scalar?.string == "none" ? .some(nil) : reader.span().map { .some($0) }
            },
            text: { $0?.text ?? "none" })
        static let section = Section(
            "baskets", [path.facts, closing.facts, rebalance.facts], others: ["name", "legs", "mode", "collateral"])
    }

    /// One position.
    enum BasketLegs {
        /// Legs of a basket.
        static let most = 20
        static let side = Setting("side", standard: Side.long, "Direction: long or short.")
        static let share = Setting("share", share: 1e-6...1, "Part of the notional; all of them add up to 1.")
        static let rate = Setting(
            "rate", share: 0...0.99, "Maintenance rate in place of the platform's brackets, such as 2%.")
        static let section = Section("legs", [side.facts, share.facts, rate.facts], others: ["asset"])
    }

    /// What margin is held in.
    enum Collateral {
        static let haircut = Setting(
            "haircut", share: 0...0.99, "Part of its worth that the platform leaves out of its checks.")
        static let section = Section("collateral", [haircut.facts], others: ["asset"])
    }
}
