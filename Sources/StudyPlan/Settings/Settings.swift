import MarginModel
import PriceSeries
import StressBasics

/// The settings of a study by their sections. What a section holds beside values of one word or number, such as lists, tables and
/// sections of its own, is named among its keys and read by its loader.
public enum Settings {
    /// A section with its keys in the order in which messages name them.
    struct Section {
        /// Where it stands, in the words of messages.
        let path: String
        let keys: [String]
        let settings: [SettingFacts]

        /// - Parameter others: keys of what is no ``Setting``, behind the others.
        init(_ path: String, _ settings: [SettingFacts], others: [String] = []) {
            (self.path, self.settings, keys) = (path, settings, settings.map(\.key) + others)
        }
    }

    /// All sections.
    static let sections: [Section] = [
        Source.section, Position.section, Statistics.section, FeeRates.section, SlippageLaw.section, Borrowing.section,
        Liquidation.section, Tier.section, Retained.section, Traders.section, TraderClasses.section, Ledger.section,
        Fund.section, TopUp.section, EarlyQueue.section, Socialised.section, Impact.section,
    ]

    /// How price files are read. ``Setting/standard`` is nil where the file itself tells.
    public enum Source {
        /// How times are written.
        public static let time = Setting<TimeNotation>(
            "time", .text([]), standard: .automatic,
            "Time notation: auto, s, ms, us, ns, 'ISO 8601', excel, 'ms of 2017-12-17' or a pattern such as %d/%m/%Y.",
            read: { reader in
                guard let text = reader.text() else { return nil }
                return TimeNotation(setting: text)
                    ?? reader.wrong(
                        "'\(SourceLocation.presentable(text))' is no time notation",
                        hint: "write \(TimeNotation.settings)")
            }, text: \.setting)
        /// Whether the first row holds names.
        public static let header = Setting<HeaderRule>(
            "header", .text(["auto", "true", "false"]), standard: .automatic,
            "Whether the first row holds names: auto, true or false.",
            read: { reader in
                if reader.node.scalar?.string == "auto" { return .automatic }
                return reader.node.bool.map { $0 ? .present : .absent } ?? reader.expected("auto, true or false")
            },
            text: { rule in
                switch rule {
                case .automatic: "auto"
                case .present: "true"
                case .absent: "false"
                }
            })
        /// What a row is.
        public static let kind = Setting(
            "kind", standard: RowKind.automatic, "What a row is: auto, bars, price, trades or quotes.")
        /// What single trades and quotes become.
        public static let bar = Setting("bar", "Length of the bars that trades and quotes become, such as 1m.")
        /// How numbers are written.
        public static let numbers = Setting<NumberStyle>(
            "numbers", .text(NumberStyle.allCases.map(\.rawValue)), standard: .automatic,
            "How numbers are written, by an example: auto, 1234.5, 1,234.5, 1234,5, 1.234,5, '1 234,5' or 1'234.5.",
            read: { reader in
                if let style = reader.node.scalar.flatMap({ NumberStyle(rawValue: $0.string) }) { return style }
                let known = NumberStyle.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                return reader.expected("an example of how numbers are written", hint: "write one of \(known)")
            }, text: \.rawValue)
        /// What separates the fields.
        public static let delimiter = Setting<FieldDelimiter>(
            "delimiter", .text(FieldDelimiter.allCases.map(\.rawValue)), standard: nil,
            "What separates the fields: , ; | or tab.",
            read: { reader in
                reader.text().flatMap { text in
                    FieldDelimiter(rawValue: text)
                        ?? reader.expected("a delimiter", hint: "write \",\", \";\", \"\\t\" or \"|\"")
                }
            }, text: \.rawValue)
        static let section = Section(
            "data", [time.facts, header.facts, kind.facts, bar.facts, numbers.facts, delimiter.facts],
            others: ["path", "format", "columns", "timezone", "symbol", "table", "each", "policy"])
    }

    /// What is opened, and when.
    public enum Position {
        /// Entry notional.
        public static let notional = Setting(
            "notional", 1e-6...1e15, standard: 10_000, "Entry notional, quote currency.")
        /// Bars from one entry to the next.
        public static let stride = Setting("stride", 1...1_000_000_000, standard: 1, "Enter only at every N-th bar.")
        /// The widest step that a window may span.
        public static let maxGap = Setting<MaxGap>(
            "max_gap", .spanOr(["auto", "off"]), standard: .automatic,
            "Widest step a window may span: auto, off or a duration.",
            read: { reader in
                switch reader.node.scalar?.string {
                case "auto": .automatic
                // A program that reads YAML and writes it again makes false of a bare off.
                case "off", "false": .off
                default: reader.span().map(MaxGap.span)
                }
            },
            text: { gap in
                switch gap {
                case .automatic: "auto"
                case .off: "off"
                case .span(let span): span.text
                }
            })
        static let placed: [PlacedSetting<PositionRules>] = [
            PlacedSetting(notional, \.notional), PlacedSetting(stride, \.stride), PlacedSetting(maxGap, \.maxGap),
        ]
        static let section = Section("position", placed.map(\.facts))
    }

    /// How sure a result is.
    public enum Statistics {
        /// Confidence of every interval.
        public static let confidence = Setting(
            "confidence", 0.5...0.9999, standard: 0.95, "Confidence of every interval.")
        /// Resamples. A few would only look like an interval.
        public static let resamples = Setting(
            "resamples", zeroOr: 100...100_000, standard: 2000,
            "Resamples behind differences, bands and what the headline is made of; 0 leaves these out.")
        /// Length of the time blocks.
        public static let block = Setting(
            "block", standard: .days(1), "Length of the time blocks that entries are counted in.")
        /// Seed of the resamples.
        public static let seed = Setting("seed", standard: UInt64(1), "Seed of the resamples.")
        /// The share below zero that margins and leverages are looked for at.
        public static let maxFrequency = Setting(
            "max_frequency", 1e-6...0.5, standard: 0.01,
            "Share of entries below zero that the highest leverage and the margin are looked for at.")
        static let placed: [PlacedSetting<StatisticsRules>] = [
            PlacedSetting(confidence, \.confidence), PlacedSetting(block, \.block),
            PlacedSetting(resamples, \.resamples), PlacedSetting(seed, \.seed),
            PlacedSetting(maxFrequency, \.maxFrequency),
        ]
        static let section = Section("statistics", placed.map(\.facts), others: ["look_back_margin"])
    }

    /// What trading costs.
    public enum FeeRates {
        private static let range = -0.1...0.1
        /// When a position is opened.
        public static let open = Setting(
            "open", range, standard: 0, said: 0.0005, "Opening and closing fee, a fraction of notional.")
        /// When it is closed.
        public static let close = Setting(
            "close", range, standard: 0, said: 0.0005, "Closing fee, a fraction of notional.")
        /// When it is liquidated.
        public static let liquidation = Setting(
            "liquidation", range, standard: 0, "Extra fee of a liquidation, a fraction of notional.")
        static let section = Section("fees", [open.facts, close.facts, liquidation.facts])
    }

    /// What an exit costs.
    public enum SlippageLaw {
        /// What every exit costs.
        public static let base = Setting(
            "base", 0...Slippage.most, said: 0.0005, "Slippage of every exit, a fraction of the price.")
        /// How it grows with what is sold.
        public static let kappa = Setting(
            "kappa", 0...100, said: 0, "Slippage grows by kappa x sigma x sqrt(notional / volume) of the bar.")
        static let section = Section("slippage", [base.facts, kappa.facts])
    }

    /// What borrowing costs.
    public enum Borrowing {
        /// Interest.
        public static let rate = Setting("rate", 0...10, said: 0.1, "Yearly borrow rate of margin contracts.")
        /// When the lender closes.
        public static let marginLevel = Setting(
            "margin_level", 1...10, said: 1.1, "Margin level at which a lender closes a margin contract.")
        static let section = Section("borrow", [rate.facts, marginLevel.facts])
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
        static let cap = Setting("to", 0...Double.infinity, "Notional up to which it holds, quote currency.")
        /// What has to be kept.
        public static let rate = Setting("rate", 0...1, said: 0.005, "Maintenance rate, a fraction of notional.")
        static let amount = Setting(
            "amount", 0...1e18, standard: 0, "What is taken off the maintenance margin, quote currency.")
        static let maxLeverage = Setting("max_leverage", Leverage.allowed, "Highest leverage of the bracket.")
        static let section = Section("tiers", [cap.facts, rate.facts, amount.facts, maxLeverage.facts])
    }

    /// How long runs are kept.
    enum Retained {
        static let days = Setting("days", 1...36_525, "Runs older than so many days go.")
        static let runs = Setting("runs", 1...1_000_000, "All but the newest so many runs go.")
        static let section = Section("retention", [days.facts, runs.facts])
    }
}
