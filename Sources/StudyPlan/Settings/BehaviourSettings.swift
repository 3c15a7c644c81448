import StressBasics

extension Settings {
    /// What a trader does beside holding.
    public enum Behaviours {
        /// Sets of rules in a study.
        static let most = 100
        /// Stop order at a fixed price.
        public static let stopLoss = Setting(
            "stop_loss", share: least...Double.infinity, "Stop order so far against the position from its entry price.")
        /// Limit order.
        public static let takeProfit = Setting(
            "take_profit", share: least...Double.infinity, "Limit order so far in favour of the position.")
        /// Stop order that follows the price.
        public static let trailingStop = Setting(
            "trailing_stop", share: least...Double.infinity, "Stop order so far from the best close since entry.")
        /// Selling at a close.
        public static let panicExit = Setting(
            "panic_exit", share: least...Double.infinity,
            "Sell at the first close that has fallen so far from the best close since entry.")
        /// What distances are parts of.
        public static let unit = Setting(
            "in", standard: DistanceUnit.price,
            "What stop_loss, take_profit and exits are parts of: price, or margin (a part of the price divided by the leverage)."
        )
        /// What comes first in a bar.
        public static let order = Setting(
            "order", standard: BarOrder.adverse,
            "What comes first where a bar reaches levels on both sides: adverse, favourable, or split for both in rows of their own."
        )
        /// From a stop's trigger to its fill.
        public static let stopDelay = Setting(
            "stop_delay", within: .seconds(1)...TimeSpan.days(1), standard: Behaviour.defaultStopDelay,
            "Time from a stop's trigger to its fill, for the delay fill: 1s to 1d.")
        static let name = Setting(
            "name", .title, "The name in outputs.", read: { StudyLoader.label($0, of: "behaviour") })
        static let exits = SettingFacts(
            "exits", .list(.section(PlannedExits.section), most: PlannedExits.most),
            "Limit orders in favour of the position, each for a part of it.")
        static let enterAfter = SettingFacts("enter_after", .section(EnterAfter.section), "Which bars are entered at.")
        static let instalments = SettingFacts(
            "instalments", .section(Instalment.section), "How the position is bought in parts.")
        static let topUp = SettingFacts("top_up", .section(TopUps.section), "What is paid in on margin calls.")
        static let reenter = SettingFacts(
            "reenter", .section(Reentries.section), "Going on after losing a position.")
        private static let least = 1e-6
        /// What is one value and no exit.
        static let placed: [PlacedSetting<Behaviour>] = [
            PlacedSetting(optional: stopLoss, \.stopLoss), PlacedSetting(optional: trailingStop, \.trailingStop),
            PlacedSetting(optional: panicExit, \.panicExit), PlacedSetting(unit, \.unit),
            PlacedSetting(order, \.order), PlacedSetting(stopDelay, \.stopDelay),
        ]
        static let section = Section(
            "behaviours",
            [
                name.facts, stopLoss.facts, takeProfit.facts, trailingStop.facts, panicExit.facts, unit.facts,
                order.facts, stopDelay.facts, exits, enterAfter, instalments, topUp, reenter,
            ], required: [name.key], apart: [[takeProfit.key, exits.key]])
    }

    /// An exit plan.
    enum PlannedExits {
        static let most = 20
        static let at = Setting("at", share: 1e-6...Double.infinity, "How far in favour of the position.")
        static let part = Setting("part", share: 1e-6...1, "The part of the position that it closes.")
        static let section = Section("exits", [at.facts, part.facts], required: [at.key, part.key])
    }

    /// Which bars are entered at.
    enum EnterAfter {
        static let gain = Setting("gain", share: 0...1e6, "Enter only after a rise of at least so much: FOMO.")
        static let fall = Setting("fall", share: 0...1, "Enter only after a fall of at least so much: buying the dip.")
        static let volatility = Setting(
            "volatility", standard: VolatilityWord.high, "Enter only while the price moves more than it used to: high.")
        static let bars = Setting("bars", 1...100_000, "Over so many bars.")
        /// What is looked for, one of them.
        static let forms = [gain.key, fall.key, volatility.key]
        static let section = Section(
            "enter_after", [gain.facts, fall.facts, volatility.facts, bars.facts], required: [bars.key],
            forms: Section.Form.one(of: forms))
    }

    /// The one word that a volatility may be.
    enum VolatilityWord: String, CaseIterable, Sendable {
        case high
    }

    /// Buying in parts.
    enum Instalment {
        static let count = Setting("count", 1...10_000, "Equal parts that a position is bought in.")
        static let every = Setting("every", "Time from one part to the next.")
        static let section = Section("instalments", [count.facts, every.facts], required: [count.key, every.key])
    }

    /// Paying in.
    enum TopUps {
        static let at = Setting(
            "at", 0...1e6, "The platform calls when equity is at most so many times the requirement, at a close.")
        static let add = Setting("add", 0...1e6, "What is paid in on a call, times the initial margin.")
        static let times = Setting("times", 0...1000, "Payments at most.")
        static let latency = Setting("latency", 1...10_000, standard: 1, "Bars from the call to the payment.")
        static let section = Section(
            "behaviours.top_up", [at.facts, add.facts, times.facts, latency.facts],
            required: [at.key, add.key, times.key])
    }

    /// Going on.
    enum Reentries {
        static let after = Setting<TimeSpan>(
            "after", .spanOr(["0s"]), standard: .seconds(0),
            "Time from losing a position to the next entry; 0s for the close of the same bar.",
            read: { reader in
                reader.node.scalar?.string == "0s" ? .seconds(0) : reader.span()
            },
            text: { $0.milliseconds == 0 ? "0s" : $0.text })
        static let times = Setting("times", 0...1000, "Entries after the first, at most.")
        static let section = Section("reenter", [after.facts, times.facts], required: [times.key])
    }
}

extension Setting where Value == Double {
    /// A part of something: a fraction, or a percentage such as `5%`.
    init(
        _ key: String, share range: ClosedRange<Double>, standard: Double? = nil, said: Double? = nil, _ help: String
    ) {
        self.init(
            key, .share(range), standard: standard, said: said, help, read: { $0.share(range) }, text: Setting.text)
    }

    /// The rule that the part is for refuses one end of the range.
    init(
        _ key: String, share range: ClosedRange<Double>, beside end: Double, said: Double? = nil, _ help: String
    ) {
        self.init(
            key, .shareBeside(end, in: range), standard: nil, said: said, help, read: { $0.share(range) },
            text: Setting.text)
    }
}

extension YAMLReader {
    /// A fraction, or a percentage such as `5%`.
    func share(_ range: ClosedRange<Double>) -> Double? {
        guard let text = node.scalar?.string, text.hasSuffix("%") else { return number(range) }
        let digits = text.dropLast().filter { $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" }
        guard let percent = Double(String(digits)), percent.isFinite else {
            return expected("a fraction such as 0.05 or a percentage such as 5%")
        }
        // Divided, not multiplied: 5% and 0.05 are the same number.
        guard range.contains(percent / 100) else {
            let words = range.upperBound.isFinite ? " to \(percentPlain(range.upperBound))" : " up"
            return expected("a part from \(percentPlain(range.lowerBound))\(words)")
        }
        return percent / 100
    }
}
