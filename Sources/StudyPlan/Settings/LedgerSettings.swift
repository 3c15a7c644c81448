import StressBasics

extension Settings {
    /// Who trades.
    public enum Traders {
        /// Notional that each side opens at a bar; no single payment is larger than 2⁶⁰ millionths, a little more than the most of it.
        public static let openInterest = Setting(
            "open_interest_per_bar", 1e-6...1e12, standard: 10_000,
            "Notional that each side opens at a bar, quote currency.")
        /// Whether it follows the volume.
        public static let scale = Setting(
            "scale", standard: Population.Scale.constant, "Open interest of a bar: constant, or by its volume.")
        static let preset = SettingFacts("preset", presets, "A population that somebody published.")
        static let classes = SettingFacts(
            "classes", .list(.section(TraderClasses.section), most: TraderClasses.most), "Who trades, class by class.")
        /// Populations by their names.
        static let presets = SettingKind.choice(PopulationPreset.all.map(\.name))
        static let section = Section(
            "ledger.population", [openInterest.facts, scale.facts, preset, classes],
            forms: Section.Form.one(of: [preset.key, classes.key]))
    }

    /// Traders who all do the same.
    enum TraderClasses {
        static let weight = Setting(
            "weight", 1e-9...1e9, standard: 1, "Part of its side's open interest, relative to the side's other classes."
        )
        static let (side, leverage) = (Grid.side, Grid.leverage)
        /// Classes of a population.
        static let most = 1000
        static let section = Section(
            "ledger.population.classes", [weight.facts, side.facts, leverage.facts],
            required: [side.key, leverage.key])
    }

    /// Who pays.
    public enum Ledger {
        /// How long positions are held.
        public static let horizon = Setting(
            "horizon", standard: .days(7), "How long the population holds its positions.")
        /// Who gets what a liquidation leaves over.
        static let surplus = Setting<Double>(
            "surplus", .oneOf([.choice(["fund", "trader"]), .section(Surplus.section)]), standard: 1,
            "Who gets what a liquidation leaves over: fund, trader, or {fund: part}.",
            read: { reader in
                switch reader.node.scalar?.string {
                case "fund": 1
                case "trader": 0
                default:
                    reader.node.mapping == nil
                        ? reader.expected("fund, trader or {fund: part}")
                        : reader.map(Surplus.section)?.required(Surplus.fund)
                }
            }, text: { $0 == 1 ? "fund" : $0 == 0 ? "trader" : "{\(Surplus.fund.entry($0))}" })
        /// Who gets the liquidation fee.
        static let feeShare = Setting(
            "fund_share", 0.0...1, standard: 1,
            "Part of the liquidation fee that goes to the fund; the platform keeps the rest.")
        /// Which winners are closed.
        static let queue = Setting<SafeguardSettings.Switched<DeleveragingRule>>(
            "adl", .choice(["off"] + DeleveragingRule.allCases.map(\.rawValue)), standard: .off,
            "Queue of winners that auto-deleveraging closes: off, \(DeleveragingRule.allCases.map(\.rawValue).joined(separator: ", ")).",
            read: { reader in
                // YAML reads a bare off as false; the scalar's text is what was written.
                reader.isOff ? .off : reader.choice(DeleveragingRule.self).map { .on($0) }
            }, text: { $0.value?.rawValue ?? "off" })
        /// Who bears what nobody has paid.
        static let recourse = Setting(
            "recourse", standard: Recourse.trader,
            "Who bears what no safeguard has paid: trader (owes it) or platform (negative-balance protection).")
        static let population = SettingFacts(
            "population", .oneOf([Traders.presets, .section(Traders.section)]),
            "Who trades: one of those that somebody published, or classes.")
        static let fund = SettingFacts("fund", .section(Fund.section), "The insurance fund.")
        static let early = SettingFacts(
            "adl_when", .oneOf([.off, .section(EarlyQueue.section)]), "When deleveraging comes before the fund.")
        static let socialised = SettingFacts(
            "socialised", .oneOf([.off, .section(Socialised.section)]), "What the day's winners may be charged.")
        static let impact = SettingFacts(
            "impact", .oneOf([.off, .section(Impact.section)]),
            "What liquidations do to the price of those that come later.")
        /// What one platform may say of itself.
        static let safeguards: [SettingFacts] = [
            surplus.facts, feeShare.facts, queue.facts, recourse.facts, fund, early, socialised, impact,
        ]
        static let section = Section(
            "ledger", [horizon.facts, population] + safeguards, required: [population.key])
        static let ofPlatform = Section("platform.ledger", safeguards)
    }

    /// What a liquidation leaves over, in parts.
    enum Surplus {
        static let fund = Setting("fund", 0.0...1, "The part that goes to the fund; the trader gets the rest.")
        static let section = Section("ledger.surplus", [fund.facts], required: [fund.key])
    }

    /// The insurance fund.
    public enum Fund {
        private static let range = 0.0...1e15
        /// What it begins with.
        public static let amount = Setting(
            "amount", range, standard: 0, "What the insurance fund begins with, quote currency.")
        static let daysOfFees = Setting(
            "days_of_fees", 0.0...1e6,
            "What it begins with instead of 'amount': the fees of so many days, all positions opened and closed once.")
        static let floor = Setting("floor", range, standard: 0, "What it never goes below, quote currency.")
        static let topUp = SettingFacts(
            "top_up", .oneOf([.off, .section(TopUp.section)]), "When the platform fills the fund up.")
        static let section = Section(
            "fund", [amount.facts, daysOfFees.facts, floor.facts, topUp], apart: [[amount.key, daysOfFees.key]])
    }

    /// When the platform fills the fund up.
    enum TopUp {
        static let below = Setting("below", 0.0...1e15, "Balance at a day's end below which the platform fills up.")
        static let to = Setting("to", 0.0...1e15, "What it fills up to, quote currency.")
        static let section = Section("fund.top_up", [below.facts, to.facts], required: [below.key, to.key])
    }

    /// When deleveraging comes before the fund.
    enum EarlyQueue {
        static let fall = Setting("fall", 1e-6...1, "Fall of the fund from its highest, a fraction.")
        static let within = Setting("within", "How long ago the highest may lie.")
        static let section = Section("adl_when", [fall.facts, within.facts], required: [fall.key, within.key])
    }

    /// What the day's winners may be charged.
    enum Socialised {
        static let cap = Setting("cap", 0.0...1, "Part of a day's realised profits that may be taken.")
        static let section = Section("socialised", [cap.facts], required: [cap.key])
    }

    /// What liquidations do to the price of those that come later.
    enum Impact {
        static let gamma = Setting(
            "gamma", 0.0...100, standard: 1,
            "Move of the log price, in deviations of the bar, where as much as 'depth' was liquidated in it.")
        static let depth = Setting(
            "depth", 1e-6...1e15, "Notional whose liquidation moves the price by 'gamma' deviations, quote currency.")
        static let halfLife = Setting("half_life", standard: .hours(1), "After how long half of a move is left.")
        static let maxRounds = Setting(
            "max_rounds", 1...1000, standard: 10,
            "How often a bar is looked through for positions that liquidations before have made due.")
        static let section = Section(
            "impact", [gamma.facts, depth.facts, halfLife.facts, maxRounds.facts], required: [depth.key])
    }
}
