import StressBasics

extension StudyLoader {
    /// The `ledger` section.
    func ledgerSection(_ reader: YAMLReader) -> LedgerStudy? {
        typealias Known = Settings.Ledger
        guard let map = reader.map(Known.section) else { return nil }
        let horizon = map.value(of: Known.horizon)
        let traders = map.required(Known.population).flatMap(traders)
        guard let safeguards = safeguards(map), let horizon, let traders else { return nil }
        var population = traders
        population.horizon = horizon
        return LedgerStudy(population: population, safeguards: safeguards)
    }

    /// What a platform says of its own safeguards.
    func platformLedger(_ reader: YAMLReader) -> SafeguardSettings? {
        // Who trades is the same everywhere, or platforms could not be compared.
        reader.map(Settings.Ledger.ofPlatform).flatMap(safeguards)
    }

    // MARK: Population

    /// Who trades, for a week at a time until the horizon is known.
    private func traders(_ reader: YAMLReader) -> Population? {
        guard reader.node.mapping != nil else {
            return preset(reader).map { Population(classes: $0.classes, horizon: .days(7)) }
        }
        typealias Known = Settings.Traders
        guard let map = reader.map(Known.section) else { return nil }
        let (openInterest, scale) = (map.value(of: Known.openInterest), map.value(of: Known.scale))
        let classes: [TraderClass]?
        switch (map[Known.preset], map[Known.classes]) {
        case (let value?, nil): classes = preset(value)?.classes
        case (nil, let list?): classes = self.classes(list)
        default: classes = reader.wrong("give either a preset or classes")
        }
        guard let openInterest, let scale, let classes else { return nil }
        return Population(classes: classes, openInterestPerBar: openInterest, scale: scale, horizon: .days(7))
    }

    private func preset(_ reader: YAMLReader) -> PopulationPreset? {
        guard let name = reader.text() else { return nil }
        if let preset = PopulationPreset.all.first(where: { $0.name == name }) { return preset }
        let names = PopulationPreset.all.map(\.name)
        let near = didYouMean(name, among: names)
        return reader.wrong(
            "'\(SourceLocation.presentable(name))' is no population",
            hint: near ?? "known: \(names.joined(separator: ", ")); or describe classes")
    }

    private func classes(_ reader: YAMLReader) -> [TraderClass]? {
        guard let list = reader.list(most: Settings.TraderClasses.most) else { return nil }
        var classes: [TraderClass] = []
        for element in list {
            guard let found = traderClasses(element) else { return nil }
            for group in found {
                guard !classes.contains(where: { $0.side == group.side && $0.leverage == group.leverage }) else {
                    return element.wrong("\(group.side.rawValue) at \(group.leverage.screenText) stands twice")
                }
                classes.append(group)
            }
        }
        guard classes.count <= Settings.TraderClasses.most else {
            return reader.wrong("at most \(Settings.TraderClasses.most) classes")
        }
        return classes
    }

    /// The classes of an entry: one a side and leverage, each of the whole weight.
    private func traderClasses(_ reader: YAMLReader) -> [TraderClass]? {
        typealias Known = Settings.TraderClasses
        guard let map = reader.map(Known.section) else { return nil }
        let (sides, leverages) = (map.required(Known.side), map.required(Known.leverage))
        guard let weight = map.value(of: Known.weight), let sides, let leverages else { return nil }
        return sides.flatMap { side in leverages.map { TraderClass(side: side, leverage: $0, weight: weight) } }
    }

    // MARK: Safeguards

    private func safeguards(_ map: YAMLMap) -> SafeguardSettings? {
        typealias Known = Settings.Ledger
        var settings = SafeguardSettings()
        var isWhole = true
        func take<Value>(_ part: SettingFacts, _ read: (YAMLReader) -> Value?, _ use: (Value) -> Void) {
            guard let reader = map[part] else { return }
            guard let value = read(reader) else { isWhole = false; return }
            use(value)
        }
        take(Known.fund, fund) { $0(&settings) }
        take(Known.surplus.facts, Known.surplus.read) { settings.surplusToFund = $0 }
        take(Known.feeShare.facts, Known.feeShare.read) { settings.feeToFund = $0 }
        take(Known.queue.facts, Known.queue.read) { settings.deleveraging = $0 }
        take(Known.early, early) { settings.early = $0 }
        take(Known.socialised, socialised) { settings.socialisedCap = $0 }
        take(Known.recourse.facts, Known.recourse.read) { settings.recourse = $0 }
        take(Known.impact, impact) { settings.impact = $0 }
        return isWhole ? settings : nil
    }

    private func fund(_ reader: YAMLReader) -> ((inout SafeguardSettings) -> Void)? {
        typealias Known = Settings.Fund
        guard let map = reader.map(Known.section) else { return nil }
        let amount = map[Known.amount.key].map(Known.amount.read)
        let days = map[Known.daysOfFees.key].map(Known.daysOfFees.read)
        let floor = map[Known.floor.key].map(Known.floor.read)
        let topUp = map[Known.topUp].map(topUp)
        guard amount == nil || days == nil else {
            return reader.wrong("give either an amount or days_of_fees, what the fund begins with")
        }
        let isWhole = (amount ?? 0) != nil && (days ?? 0) != nil && (floor ?? 0) != nil && (topUp ?? .off) != nil
        guard isWhole else { return nil }
        return { settings in
            if let amount { settings.fundAmount = amount }
            if let days { settings.fundDays = days }
            if let floor { settings.fundFloor = floor }
            if let topUp { settings.topUp = topUp }
        }
    }

    private func topUp(_ reader: YAMLReader) -> SafeguardSettings.Switched<FundRules.TopUp>? {
        if reader.isOff { return .off }
        typealias Known = Settings.TopUp
        guard let map = reader.map(Known.section) else { return nil }
        let below = map.required(Known.below)
        guard let to = map.required(Known.to), let below else { return nil }
        guard to >= below else { return reader.wrong("'to' is the balance after filling up: at least 'below'") }
        return .on(FundRules.TopUp(below: below, to: to))
    }

    private func early(_ reader: YAMLReader) -> SafeguardSettings.Switched<EarlyDeleveraging>? {
        if reader.isOff { return .off }
        typealias Known = Settings.EarlyQueue
        guard let map = reader.map(Known.section) else { return nil }
        let fall = map.required(Known.fall)
        guard let within = map.required(Known.within), let fall else { return nil }
        return .on(EarlyDeleveraging(fall: fall, within: within))
    }

    private func socialised(_ reader: YAMLReader) -> SafeguardSettings.Switched<Double>? {
        if reader.isOff { return .off }
        typealias Known = Settings.Socialised
        return reader.map(Known.section)?.required(Known.cap).map { .on($0) }
    }

    private func impact(_ reader: YAMLReader) -> SafeguardSettings.Switched<LiquidationImpact>? {
        if reader.isOff { return .off }
        typealias Known = Settings.Impact
        guard let map = reader.map(Known.section) else { return nil }
        let (gamma, halfLife) = (map.value(of: Known.gamma), map.value(of: Known.halfLife))
        let (depth, maxRounds) = (map.required(Known.depth), map.value(of: Known.maxRounds))
        guard let gamma, let halfLife, let depth, let maxRounds else { return nil }
        return .on(LiquidationImpact(gamma: gamma, depth: depth, halfLife: halfLife, maxRounds: maxRounds))
    }
}
