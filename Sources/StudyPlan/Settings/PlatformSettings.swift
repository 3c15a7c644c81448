import MarginModel
import StressBasics

extension Settings {
    /// What trading costs.
    public enum FeeRates {
        private static let range = -0.1...0.1
        /// When a position is opened.
        public static let open = Setting(
            "open", share: range, standard: 0, said: 0.0005, "Opening and closing fee, a fraction of notional.")
        /// When it is closed.
        public static let close = Setting(
            "close", share: range, standard: 0, said: 0.0005, "Closing fee, a fraction of notional.")
        /// When it is liquidated.
        public static let liquidation = Setting(
            "liquidation", share: range, standard: 0, "Extra fee of a liquidation, a fraction of notional.")
        static let section = Section("fees", [open.facts, close.facts, liquidation.facts])
    }

    /// What an exit costs.
    public enum SlippageLaw {
        /// What every exit costs.
        public static let base = Setting(
            "base", share: 0...Slippage.most, said: 0.0005, "Slippage of every exit, a fraction of the price.")
        /// How it grows with what is sold.
        public static let kappa = Setting(
            "kappa", 0...100, said: 0, "Slippage grows by kappa x sigma x sqrt(notional / volume) of the bar.")
        static let section = Section("slippage", [base.facts, kappa.facts], required: [base.key, kappa.key])
    }

    /// What borrowing costs.
    public enum Borrowing {
        /// Interest.
        public static let rate = Setting("rate", share: 0...10, said: 0.1, "Yearly borrow rate of margin contracts.")
        /// When the lender closes.
        public static let marginLevel = Setting(
            "margin_level", 1...10, said: 1.1, "Margin level at which a lender closes a margin contract.")
        static let section = Section(
            "borrow", [rate.facts, marginLevel.facts], required: [rate.key, marginLevel.key])
    }

    /// Who is closed, and at which price.
    public enum Liquidation {
        /// Whether anybody is.
        public static let enabled = Setting("enabled", standard: true, "Whether anybody liquidates.")
        /// Which price triggers.
        public static let trigger = Setting(
            "trigger", standard: LiquidationTrigger.extreme, "Liquidation trigger: extreme or close.")
        /// Which price fills; `bounds` is the default rule with its bounds beside it.
        public static let fill = Setting(
            "fill", standard: FillRule.auto, also: ["bounds"],
            "Liquidation fill: auto, delay, gap, next, worst or best.")
        /// Of the next fill.
        public static let latency = Setting(
            "latency", 1...10_000, standard: 1, "Bars between trigger and fill, for the next fill.")
        /// Of the delay fill.
        public static let delay = Setting(
            "delay", within: LiquidationRules.allowedDelays, standard: LiquidationRules.defaultDelay,
            "Time from trigger to fill, for the delay fill: 1s to 1d.")
        /// Of the delay fill.
        public static let overshoot = Setting(
            "overshoot", LiquidationRules.allowedOvershoots, standard: LiquidationRules.defaultOvershoot,
            "How far the price moves on in that time; 2.2 was fitted to minutes.")
        /// Whether a position is reduced by bracket first.
        public static let partial = Setting(
            "partial", standard: false, "Whether a position is reduced by bracket before it is taken over.")
        /// Whether other fills stand beside.
        public static let bounds = Setting(
            "bounds", standard: false, "Evaluate the best and the worst fill beside the chosen one.")
        static let section = Section(
            "liquidation",
            [
                enabled.facts, trigger.facts, fill.facts, latency.facts, delay.facts, overshoot.facts, partial.facts,
                bounds.facts,
            ])
    }

    /// A bracket of the maintenance table.
    public enum Tier {
        static let cap = Setting(
            "to", 0...Double.infinity, beside: 0, "Notional up to which it holds, quote currency; .inf for no cap.")
        /// What has to be kept.
        public static let rate = Setting(
            "rate", share: 0...1, beside: 1, said: 0.005, "Maintenance rate, a fraction of notional.")
        static let amount = Setting(
            "amount", 0...1e18, standard: 0, "What is taken off the maintenance margin, quote currency.")
        static let maxLeverage = Setting("max_leverage", Leverage.allowed, "Highest leverage of the bracket.")
        static let section = Section(
            "tiers", [cap.facts, rate.facts, amount.facts, maxLeverage.facts], required: [cap.key, rate.key])
        /// Brackets of a table.
        static let most = 1000
    }

    /// A file with the maintenance table.
    enum TierTable {
        static let file = Setting(
            "file", .text, "The file, relative to the study.", read: { $0.filledText("a path") })
        static let symbol = Setting(
            "symbol", .text, "The market whose brackets it holds, in ccxt's layout.",
            read: { $0.filledText("the name of a market") })
        static let size = Setting(
            "contract_size", 1e-12...1e12, "Units of a contract whose margins it holds, dated and per contract.")
        static let section = Section(
            "tiers.file", [file.facts, symbol.facts, size.facts],
            forms: [
                Section.Form(has: [file.key, symbol.key], lacks: [size.key]),
                Section.Form(has: [file.key, size.key], lacks: [symbol.key]),
            ])
    }

    /// The rules of one platform.
    enum Platform {
        static let fees = SettingFacts("fees", .section(FeeRates.section), "What trading costs.")
        static let slippage = SettingFacts(
            "slippage", .oneOf([SlippageLaw.base.kind, .section(SlippageLaw.section)]), "What an exit costs.")
        static let tiers = SettingFacts(
            "tiers",
            .oneOf([.array(.section(Tier.section), 1...Tier.most), .section(TierTable.section)]),
            "The maintenance margin by notional.")
        static let liquidation = SettingFacts(
            "liquidation", .section(Liquidation.section), "Who is closed, and at which price.")
        static let borrow = SettingFacts("borrow", .section(Borrowing.section), "What borrowing costs.")
        static let ledger = SettingFacts(
            "ledger", .section(Ledger.ofPlatform), "What this platform says of its own safeguards.")
        static let section = Section("platform", [fees, slippage, tiers, liquidation, borrow, ledger])
    }
}
