import StressBasics

extension Settings {
    /// Where the figures of a side calculation are from.
    fileprivate static let source = Setting<String>(
        "source", .scalarForm("[\\s\\S]{0,200}", words: "at most 200 characters"), standard: "",
        "Where the figures are from, for the page.",
        read: { reader in
            reader.text().flatMap { text in
                text.count <= 200 ? text : reader.wrong("is longer than 200 characters", hint: "name the source alone")
            }
        }, text: yamlText)

    /// What may be lost wherever the price goes.
    public enum CustodyRates {
        /// Hazards that were counted.
        public static let preset = Setting<[CustodyPreset]>(
            axis: "preset", .words(CustodyPreset.all.map(\.name)), standard: nil,
            "Hazards that were counted, with their sources: \(CustodyPreset.all.map(\.name).joined(separator: ", ")). What is said beside them goes first.",
            read: { $0.parts().map(StudyLoader.custodyPreset) }, text: \.name)
        static let years = Setting("years", 0.001...100, standard: 5, "How long, in years.")
        static let hazard = Setting("hazard", share: 0...10, "Failures of the platform a year, such as 1%.")
        static let keys = Setting("keys", share: 0...10, "Losses of the keys a year, such as 0.5%.")
        static let share = Setting("share", share: 0...1, "The part of the capital that is held there.")
        /// What has to be gone.
        public static let moreThan = Setting(
            "more_than", share: 0...0.999,
            "More than which part of the capital has to be gone to be counted, such as 50%.")
        static let recovery = Setting("recovery", share: 0...1, "What is given back after a failure of the platform.")
        static let section = Section(
            "custody",
            [
                preset.facts, years.facts, hazard.facts, keys.facts, share.facts, recovery.facts, moreThan.facts,
                source.facts,
            ],
            forms: [Section.Form(has: [preset.key], lacks: []), Section.Form(has: [hazard.key], lacks: [])])
    }

    /// What a realised loss does to taxes.
    enum TaxRates {
        /// Money.
        static let most = 1e15
        static let loss = Setting(
            "loss", 1e-9...most, "The realised loss, quote currency; the headline's margin unless said.")
        /// Years of gains that a study may name.
        static let mostGains = 100
        static let gains = SettingFacts(
            "gains", .list(.number(0...most), most: mostGains),
            "What else is realised each year; the last figure goes on.")
        static let incomeRate = Setting("income_rate", share: 0...1, "Tax saved on a unit of income, such as 24%.")
        static let gainsRate = Setting("gains_rate", share: 0...1, "Tax saved on a unit of gains, such as 15%.")
        static let limit = Setting(
            "limit", 0...most, standard: 3000, "Income that may be offset a year; 3000 by 26 U.S.C. 1211(b)(1).")
        static let section = Section(
            "tax", [loss.facts, gains, incomeRate.facts, gainsRate.facts, limit.facts, source.facts],
            required: [incomeRate.key],
            forms: [Section.Form(has: [gainsRate.key], lacks: []), Section.Form(has: [], lacks: [gains.key])])
    }
}

extension StudyLoader {
    /// The value of a setting; what is there already where the study leaves it out, nil after a problem.
    private static func value<Value>(_ setting: Setting<Value>, _ map: YAMLMap, else other: Value) -> Value? {
        guard let reader = map[setting.key] else { return other }
        return setting.read(reader)
    }

    /// The `custody` section.
    static func custodySection(_ reader: YAMLReader) -> CustodyRules? {
        typealias Known = Settings.CustodyRates
        guard let map = reader.map(Known.section), var rules = custodyBase(reader, map) else { return nil }
        guard let hazard = value(Known.hazard, map, else: rules.hazard),
            let years = value(Known.years, map, else: rules.years),
            let moreThan = value(Known.moreThan, map, else: rules.moreThan),
            let keys = value(Known.keys, map, else: rules.keys), let share = value(Known.share, map, else: rules.share),
            let recovery = value(Known.recovery, map, else: rules.recovery),
            let source = value(Settings.source, map, else: rules.source)
        else { return nil }
        (rules.hazard, rules.years, rules.keys, rules.share) = (hazard, years, keys, share)
        (rules.recovery, rules.moreThan, rules.source) = (recovery, moreThan, source)
        return rules
    }

    /// What presets say, or rules that begin with the hazard that is named.
    private static func custodyBase(_ reader: YAMLReader, _ map: YAMLMap) -> CustodyRules? {
        typealias Known = Settings.CustodyRates
        let presets = map[Known.preset.key] == nil ? [] : map.value(of: Known.preset)
        guard let presets else { return nil }
        if let rules = CustodyRules(presets) { return rules }
        guard map[Known.hazard.key] != nil else {
            let names = CustodyPreset.all.map(\.name).joined(separator: ", ")
            return reader.wrong(
                "has no \(Known.hazard.key)",
                hint: "add \(Known.hazard.key), such as 1%, or \(Known.preset.key), one of \(names)")
        }
        return CustodyRules(hazard: 0)
    }

    /// A preset by its name.
    static func custodyPreset(_ reader: YAMLReader) -> CustodyPreset? {
        guard let name = reader.text() else { return nil }
        if let preset = CustodyPreset.all.first(where: { $0.name == name }) { return preset }
        let names = CustodyPreset.all.map(\.name)
        return reader.wrong(
            "'\(SourceLocation.presentable(name))' is no preset",
            hint: didYouMean(name, among: names, rest: "there are \(names.joined(separator: ", "))"))
    }

    /// The `tax` section.
    static func taxSection(_ reader: YAMLReader) -> TaxRules? {
        typealias Known = Settings.TaxRates
        guard let map = reader.map(Known.section), let rate = map.required(Known.incomeRate) else {
            return nil
        }
        var rules = TaxRules(incomeRate: rate)
        guard let gainsRate = value(Known.gainsRate, map, else: rules.gainsRate),
            let limit = value(Known.limit, map, else: rules.limit),
            let source = value(Settings.source, map, else: rules.source), let gains = gains(map[Known.gains])
        else { return nil }
        // Gains that cost nothing are no gains to a tax office: a rate of 0 must be meant.
        guard map[Known.gainsRate.key] != nil || map[Known.gains.key] == nil else {
            return reader.wrong(
                "names gains and no \(Known.gainsRate.key)",
                hint:
                    "add \(Known.gainsRate.key), the tax saved on a unit of gains, such as 15%; 0% where they are not taxed"
            )
        }
        if map[Known.loss.key] != nil {
            guard let loss = map.value(of: Known.loss) else { return nil }
            rules.loss = loss
        }
        (rules.gainsRate, rules.limit, rules.source, rules.gains) = (gainsRate, limit, source, gains)
        return rules
    }

    /// One figure for every year, or several.
    private static func gains(_ reader: YAMLReader?) -> [Double]? {
        guard let reader else { return [0] }
        guard reader.node.sequence != nil else { return reader.number(0...Settings.TaxRates.most).map { [$0] } }
        guard let list = reader.list(most: Settings.TaxRates.mostGains) else { return nil }
        let found = list.compactMap { $0.number(0...Settings.TaxRates.most) }
        return found.count == list.count ? found : nil
    }
}

extension CustodyRules {
    /// The section of a study's text, entry by entry, as the loader reads it.
    var parts: [String] {
        typealias Known = Settings.CustodyRates
        let figures = [
            Known.years.entry(years), Known.hazard.entry(hazard), Known.keys.entry(keys), Known.share.entry(share),
            Known.recovery.entry(recovery), Known.moreThan.entry(moreThan),
        ]
        return figures + sourcePart(source)
    }
}

extension TaxRules {
    /// The same.
    var parts: [String] {
        typealias Known = Settings.TaxRates
        let figures = [
            loss.map(Known.loss.entry), Known.gains.entry("[\(gains.map(numberText).joined(separator: ", "))]"),
            Known.incomeRate.entry(incomeRate), Known.gainsRate.entry(gainsRate), Known.limit.entry(limit),
        ]
        return figures.compactMap { $0 } + sourcePart(source)
    }
}

private func sourcePart(_ source: String) -> [String] {
    source.isEmpty ? [] : [Settings.source.entry(source)]
}
