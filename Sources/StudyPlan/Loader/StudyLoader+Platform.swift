import MarginModel
import StressBasics

extension StudyLoader {
    /// The platforms that the grid names, in its order; all of the study's own when it names none.
    ///
    /// - Parameter hasLedger: whether anybody asks who pays; what venues say of it has no part in other studies.
    func platformSection(_ reader: YAMLReader?, wanted: [YAMLReader]?, hasLedger: Bool) -> [NamedPlatform]? {
        var known: [NamedPlatform] = []
        if let reader {
            guard let map = reader.anyMap(), !map.entries.isEmpty else {
                return reader.expected("at least one platform")
            }
            known = map.entries.compactMap { namedPlatform($0.key, $0.value) }
            guard known.count == map.entries.count else { return nil }
            for (entry, platform) in zip(map.entries, known) where !hasLedger && platform.safeguards != nil {
                return entry.value.wrong(
                    "its 'ledger' says who pays, but the study asks for no ledger",
                    hint: "name who trades: ledger: {population: \(PopulationPreset.all[0].name)}")
            }
        }
        if let wanted { return pick(wanted, from: known, hasLedger: hasLedger) }
        guard !known.isEmpty else {
            problems.add(
                "missing_key", "the study has no 'platforms'", at: root.node,
                hint: "describe one, or name venues in grid.platform; 'belowzero venues' lists them")
            return nil
        }
        return known
    }

    private func pick(_ wanted: [YAMLReader], from known: [NamedPlatform], hasLedger: Bool) -> [NamedPlatform]? {
        var picked: [NamedPlatform] = []
        for reader in wanted {
            guard let name = reader.text() else { return nil }
            guard !picked.contains(where: { $0.name == name }) else { return reader.wrong("stands twice on this axis") }
            guard let platform = known.first(where: { $0.name == name }) ?? venue(name, hasLedger: hasLedger)
            else {
                let hint =
                    didYouMean(name, among: known.map(\.name) + venues.map(\.name))
                    ?? "'belowzero venues' lists the venues"
                problems.add(
                    StudyError.unknownPlatform,
                    "\(reader.path): there is no platform '\(SourceLocation.presentable(name))'",
                    at: reader.node, hint: hint)
                return nil
            }
            picked.append(platform)
        }
        return picked
    }

    private func venue(_ name: String, hasLedger: Bool) -> NamedPlatform? {
        venues.first { $0.name == name }.map {
            NamedPlatform(
                name: $0.name, rules: $0.platform.rules, tierFile: $0.platform.tierFile,
                safeguards: hasLedger ? $0.platform.safeguards : nil)
        }
    }

    /// One platform under its name.
    func namedPlatform(_ name: String, _ reader: YAMLReader) -> NamedPlatform? {
        guard reader.outputName(name) != nil else { return nil }
        typealias Known = Settings.Platform
        guard let map = reader.map(Known.section) else { return nil }
        let rules = platformRules(map, reader)
        let ledger = map[Known.ledger].map(platformLedger)
        guard let rules, (ledger ?? SafeguardSettings()) != nil else { return nil }
        let platform = NamedPlatform(
            name: name, rules: rules, safeguards: ledger.flatMap { $0 == SafeguardSettings() ? nil : $0 })
        // Borrowing and spot accounts need no table.
        return map[Known.tiers].map { with($0, platform) } ?? platform
    }

    /// What a platform charges and does, without its table of margins. What a file leaves out costs nothing.
    private func platformRules(_ map: YAMLMap, _ reader: YAMLReader) -> PlatformRules? {
        typealias Known = Settings.Platform
        let fees =
            map[Known.fees].map(fees)
            ?? checked(reader) { () throws(RuleError) in try Fees(open: 0, close: 0, liquidation: 0) }
        let slippage =
            map[Known.slippage].map(slippage) ?? checked(reader) { () throws(RuleError) in try Slippage(base: 0) }
        let liquidation =
            map[Known.liquidation].map(liquidation)
            ?? checked(reader) { () throws(RuleError) in try LiquidationRules() }
        let borrow = map[Known.borrow].map(borrow) ?? BorrowRules.none
        let flat = checked(reader) { () throws(RuleError) in try MaintenanceTiers(flatRate: 0) }
        guard let fees, let slippage, let liquidation, let borrow, let flat else { return nil }
        return PlatformRules(fees: fees, slippage: slippage, tiers: flat, liquidation: liquidation, borrow: borrow)
    }

    /// A platform with its table of margins, or the file that holds it.
    private func with(_ tiers: YAMLReader, _ platform: NamedPlatform) -> NamedPlatform? {
        var platform = platform
        if tiers.node.mapping != nil {
            guard let file = tierFile(tiers) else { return nil }
            platform.tierFile = file
        } else {
            guard let table = self.tiers(tiers) else { return nil }
            platform.rules = platform.rules.replacing(tiers: table)
        }
        return platform
    }

    private func fees(_ reader: YAMLReader) -> Fees? {
        typealias Known = Settings.FeeRates
        guard let map = reader.map(Known.section) else { return nil }
        let (open, close) = (map.value(of: Known.open), map.value(of: Known.close))
        guard let liquidation = map.value(of: Known.liquidation), let open, let close else { return nil }
        return checked(reader) { () throws(RuleError) in try Fees(open: open, close: close, liquidation: liquidation) }
    }

    private func slippage(_ reader: YAMLReader) -> Slippage? {
        typealias Known = Settings.SlippageLaw
        guard reader.node.mapping != nil else {
            return Known.base.read(reader).flatMap { base in
                checked(reader) { () throws(RuleError) in try Slippage(base: base) }
            }
        }
        guard let map = reader.map(Known.section) else { return nil }
        let base = map.required(Known.base)
        guard let kappa = map.required(Known.kappa), let base else { return nil }
        return checked(reader) { () throws(RuleError) in try Slippage(base: base, impact: kappa) }
    }

    private func borrow(_ reader: YAMLReader) -> BorrowRules? {
        typealias Known = Settings.Borrowing
        guard let map = reader.map(Known.section) else { return nil }
        let rate = map.required(Known.rate)
        guard let level = map.required(Known.marginLevel), let rate else { return nil }
        return checked(reader) { () throws(RuleError) in try BorrowRules(yearlyRate: rate, marginLevel: level) }
    }

    private func tierFile(_ reader: YAMLReader) -> TierFile? {
        typealias Known = Settings.TierTable
        guard let map = reader.map(Known.section), let file = map.required(Known.file) else { return nil }
        if let size = map[Known.size.facts] {
            guard map[Known.symbol.facts] == nil else { return reader.wrong("give either a symbol or a contract_size") }
            return Known.size.read(size).map { .schedule(file: file, contractSize: $0) }
        }
        return map.required(Known.symbol).map { .brackets(file: file, symbol: $0) }
    }

    private func tiers(_ reader: YAMLReader) -> MaintenanceTiers? {
        guard let list = reader.list(most: Settings.Tier.most) else { return nil }
        let rows = list.map(tier)
        guard rows.allSatisfy({ $0 != nil }) else { return nil }
        return checked(reader) { () throws(RuleError) in try MaintenanceTiers(rows.compactMap { $0 }) }
    }

    private func tier(_ reader: YAMLReader) -> MaintenanceTier? {
        typealias Known = Settings.Tier
        guard let map = reader.map(Known.section) else { return nil }
        let (cap, rate) = (map.required(Known.cap), map.required(Known.rate))
        guard let amount = map.value(of: Known.amount), let cap, let rate else { return nil }
        guard map[Known.maxLeverage.key] != nil else {
            return MaintenanceTier(notionalCap: cap, rate: rate, amount: amount)
        }
        guard let maxLeverage = map.value(of: Known.maxLeverage) else { return nil }
        return MaintenanceTier(notionalCap: cap, rate: rate, amount: amount, maxLeverage: maxLeverage)
    }

    private func liquidation(_ reader: YAMLReader) -> LiquidationRules? {
        typealias Known = Settings.Liquidation
        guard let map = reader.map(Known.section) else { return nil }
        // `fill: bounds` is the default rule with its bounds beside it.
        let isBounds = map[Known.fill.key]?.node.scalar?.string == "bounds"
        let fill = isBounds ? .auto : map.value(of: Known.fill)
        let (enabled, trigger) = (map.value(of: Known.enabled), map.value(of: Known.trigger))
        let (latency, delay) = (map.value(of: Known.latency), map.value(of: Known.delay))
        let (overshoot, partial) = (map.value(of: Known.overshoot), map.value(of: Known.partial))
        let bounds = map[Known.bounds.key] == nil ? isBounds : map.value(of: Known.bounds)
        guard let enabled, let trigger, let fill, let latency, let delay, let overshoot, let partial, let bounds else {
            return nil
        }
        let rules = checked(reader) { () throws(RuleError) in
            try LiquidationRules(
                enabled: enabled, trigger: trigger, fill: fill, latency: latency, delay: delay, overshoot: overshoot,
                isPartial: partial, hasBounds: bounds)
        }
        return rules.flatMap { withEffect($0, map) }
    }

    /// The rules, unless they say what has no effect. What scenarios go by, the delay of any fill, has one.
    private func withEffect(_ rules: LiquidationRules, _ map: YAMLMap) -> LiquidationRules? {
        typealias Known = Settings.Liquidation
        guard rules.enabled else {
            guard let idle = rules.idleWithoutLiquidation, let node = map[idle] else { return rules }
            return node.wrong(
                "nobody liquidates here, so '\(idle)' decides nothing", hint: "leave it out, or enabled: false")
        }
        if rules.fill != .next, rules.latency > 1, let node = map[Known.latency.key] {
            return node.wrong("latency is of fill: next", hint: "write fill: next, or say in seconds: delay: 2m")
        }
        return rules
    }

    /// A rule of the margin model, with its refusal reported at `reader`.
    private func checked<T>(_ reader: YAMLReader, _ make: () throws(RuleError) -> T) -> T? {
        do {
            return try make()
        } catch {
            return reader.wrong(error.message)
        }
    }
}

extension LiquidationRules {
    /// The first setting that was changed although nobody liquidates; nil for none. Bounds are asked for on every platform at once.
    fileprivate var idleWithoutLiquidation: String? {
        typealias Known = Settings.Liquidation
        let changed = [
            (Known.trigger.key, trigger != .extreme), (Known.fill.key, fill != .auto),
            (Known.latency.key, latency != Known.latency.standard), (Known.delay.key, delay != Known.delay.standard),
            (Known.overshoot.key, overshoot != Known.overshoot.standard), (Known.partial.key, isPartial),
        ]
        return changed.first { $0.1 }?.0
    }
}
