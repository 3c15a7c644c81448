import StressBasics

extension Settings {
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
        static let name = Setting(
            "name", .title, "The name in outputs.", read: { StudyLoader.label($0, of: "basket") })
        static let legs = SettingFacts(
            "legs", .list(.section(BasketLegs.section), most: BasketLegs.most), "The positions.")
        static let mode = Setting<[AccountMode]>(
            "mode",
            .list(
                .choice(AccountMode.allCases.map(\.rawValue)), most: AccountMode.allCases.count, different: true),
            standard: AccountMode.allCases,
            "How the legs are margined, each in rows of its own: alone, isolated, cross.",
            read: StudyLoader.accountModes, text: { "[\($0.map(\.rawValue).joined(separator: ", "))]" })
        static let collateral = SettingFacts(
            "collateral", .section(Collateral.section),
            "What margin is held in; the quote currency where it is not said.")
        static let placed: [PlacedSetting<Basket>] = [
            PlacedSetting(mode, \.modes), PlacedSetting(path, \.path), PlacedSetting(closing, \.closing),
            PlacedSetting(rebalance, \.rebalance),
        ]
        static let section = Section(
            "baskets", [name.facts] + placed.map(\.facts) + [legs, collateral], required: [name.key, legs.key])
    }

    /// One position.
    enum BasketLegs {
        /// Legs of a basket.
        static let most = 20
        static let asset = Setting("asset", .label, "Its price history.", read: { $0.text() })
        static let side = Setting<Side>("side", "Direction: long or short.")
        static let share = Setting("share", share: 1e-6...1, "Part of the notional; all of them add up to 1.")
        static let rate = Setting(
            "rate", share: 0...0.99, "Maintenance rate in place of the platform's brackets, such as 2%.")
        static let section = Section(
            "legs", [asset.facts, side.facts, share.facts, rate.facts], required: [asset.key, side.key, share.key])
    }

    /// What margin is held in.
    enum Collateral {
        static let asset = BasketLegs.asset
        static let haircut = Setting(
            "haircut", share: 0...0.99, standard: 0, "Part of its worth that the platform leaves out of its checks.")
        static let section = Section("collateral", [asset.facts, haircut.facts], required: [asset.key])
    }
}
