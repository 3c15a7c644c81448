import MarginModel
import StressBasics

extension StudyLoader {
    /// The `grid` section, with the platform names still to be looked up.
    struct GridSection {
        var grid: StudyGrid
        var platformNames: [YAMLReader]?
    }

    /// The `grid` section.
    static func gridSection(_ reader: YAMLReader) -> GridSection? {
        guard let map = reader.map(known: ["contract", "side", "leverage", "horizon", "platform"]) else { return nil }
        let contracts = axis(map["contract"], default: [ContractKind.linear], read: contract)
        let sides = axis(map["side"], default: Side.allCases) { $0.choice() }
        let leverages = map.required("leverage").flatMap(leverageAxis)
        let horizons = map.required("horizon").flatMap { axis($0, default: []) { $0.span() } }
        guard let contracts, let sides, let leverages, let horizons else { return nil }
        let grid = StudyGrid(
            contracts: contracts, sides: sides, leverages: leverages.sorted(), horizons: horizons.sorted())
        return GridSection(grid: grid, platformNames: map["platform"]?.list())
    }

    private static func contract(_ reader: YAMLReader) -> ContractKind? {
        if ["inverse", "margin", "spot"].contains(reader.node.scalar?.string) {
            return reader.wrong("this version computes linear contracts only")
        }
        return reader.choice()
    }

    /// An axis without repeats, or its default when the key is absent.
    private static func axis<T: Hashable>(_ reader: YAMLReader?, default values: [T], read: (YAMLReader) -> T?) -> [T]?
    {
        guard let reader else { return values }
        guard let list = reader.list() else { return nil }
        var seen: [T] = []
        for element in list {
            guard let value = read(element) else { return nil }
            guard !seen.contains(value) else { return element.wrong("stands twice on this axis") }
            seen.append(value)
        }
        return seen
    }

    /// A leverage within the allowed range.
    static func leverage(_ reader: YAMLReader) -> Leverage? {
        reader.number(Leverage.allowed).flatMap(Leverage.init)
    }

    /// A list of leverages, or `{from, to, step}`.
    private static func leverageAxis(_ reader: YAMLReader) -> [Leverage]? {
        guard reader.node.mapping != nil else { return axis(reader, default: [], read: leverage) }
        guard let map = reader.map(known: ["from", "to", "step"]),
            let from = map.required("from")?.number(Leverage.allowed),
            let to = map.required("to")?.number(Leverage.allowed)
        else { return nil }
        let step = map["step"].map { $0.number(1e-3...1000) } ?? 1
        guard let step else { return nil }
        return leverageRange(from: from, to: to, step: step)
            ?? reader.wrong("a range rises from 'from' to 'to' in at most 10000 steps")
    }

    /// The platforms that the grid names, in its order; all of them when it names none.
    func platformSection(_ reader: YAMLReader?, wanted: [YAMLReader]?) -> [NamedPlatform]? {
        guard let reader else {
            root.problems.add("missing_key", "the study has no 'platforms'", at: root.node)
            return nil
        }
        guard let map = reader.anyMap(), !map.entries.isEmpty else {
            return reader.wrong("expected at least one platform")
        }
        let known = map.entries.compactMap { entry in
            platform(entry.value).map { NamedPlatform(name: entry.key, rules: $0) }
        }
        guard known.count == map.entries.count else { return nil }
        guard let wanted else { return known }
        return pick(wanted, from: known)
    }

    private func pick(_ wanted: [YAMLReader], from known: [NamedPlatform]) -> [NamedPlatform]? {
        var picked: [NamedPlatform] = []
        for reader in wanted {
            guard let name = reader.text() else { return nil }
            guard !picked.contains(where: { $0.name == name }) else { return reader.wrong("stands twice on this axis") }
            guard let platform = known.first(where: { $0.name == name }) else {
                let near = nearestName(to: name, among: known.map(\.name)).map { "did you mean '\($0)'?" } ?? ""
                return reader.wrong("there is no platform '\(SourceLocation.presentable(name))'", hint: near)
            }
            picked.append(platform)
        }
        return picked
    }

    private func platform(_ reader: YAMLReader) -> PlatformRules? {
        guard StudyInput.isUsableName(String(reader.path.dropFirst("platforms.".count))) else {
            return reader.wrong("a platform's name has 1 to 64 printable characters")
        }
        guard let map = reader.map(known: ["fees", "slippage", "tiers", "liquidation", "borrow"]) else { return nil }
        if let borrow = map.keyNode("borrow") {
            root.problems.add(
                "no_effect", "\(reader.path).borrow has no effect on linear contracts", at: borrow, severity: .note)
        }
        let fees =
            map["fees"].map(fees)
            ?? checked(reader) { () throws(RuleError) in try Fees(open: 0, close: 0, liquidation: 0) }
        let slippage = map["slippage"].map { $0.number(0...0.99) } ?? 0
        let tiers = map.required("tiers").flatMap(tiers)
        let liquidation =
            map["liquidation"].map(liquidation) ?? checked(reader) { () throws(RuleError) in try LiquidationRules() }
        guard let fees, let slippage, let tiers, let liquidation else { return nil }
        return checked(reader) { () throws(RuleError) in
            try PlatformRules(fees: fees, slippage: slippage, tiers: tiers, liquidation: liquidation)
        }
    }

    private func fees(_ reader: YAMLReader) -> Fees? {
        guard let map = reader.map(known: ["open", "close", "liquidation"]) else { return nil }
        let values = ["open", "close", "liquidation"].map { map[$0].map { $0.number(-0.1...0.1) } ?? 0 }
        guard let open = values[0], let close = values[1], let liquidation = values[2] else { return nil }
        return checked(reader) { () throws(RuleError) in try Fees(open: open, close: close, liquidation: liquidation) }
    }

    private func tiers(_ reader: YAMLReader) -> MaintenanceTiers? {
        if reader.node.mapping != nil {
            return reader.wrong(
                "this version does not read tier files yet",
                hint: "list the tiers: [{to: 50000, rate: 0.004, amount: 0}, …]")
        }
        guard let list = reader.list(most: 1000) else { return nil }
        let rows = list.map(tier)
        guard rows.allSatisfy({ $0 != nil }) else { return nil }
        return checked(reader) { () throws(RuleError) in try MaintenanceTiers(rows.compactMap { $0 }) }
    }

    private func tier(_ reader: YAMLReader) -> MaintenanceTier? {
        guard let map = reader.map(known: ["to", "rate", "amount", "max_leverage"]),
            let cap = map.required("to")?.number(0...Double.infinity), let rate = map.required("rate")?.number(0...1)
        else { return nil }
        let amount = map["amount"].map { $0.number(0...1e18) } ?? 0
        guard let amount else { return nil }
        guard let limit = map["max_leverage"] else {
            return MaintenanceTier(notionalCap: cap, rate: rate, amount: amount)
        }
        guard let maxLeverage = limit.number(Leverage.allowed) else { return nil }
        return MaintenanceTier(notionalCap: cap, rate: rate, amount: amount, maxLeverage: maxLeverage)
    }

    private func liquidation(_ reader: YAMLReader) -> LiquidationRules? {
        guard let map = reader.map(known: ["enabled", "trigger", "fill", "latency"]) else { return nil }
        let enabled = map["enabled"].map { $0.flag() } ?? true
        let trigger = map["trigger"].map { $0.choice(LiquidationTrigger.self) } ?? .extreme
        let fill = map["fill"].map { $0.choice(FillRule.self) } ?? .auto
        let latency = map["latency"].map { $0.integer(1...10_000) } ?? 1
        guard let enabled, let trigger, let fill, let latency else { return nil }
        return checked(reader) { () throws(RuleError) in
            try LiquidationRules(enabled: enabled, trigger: trigger, fill: fill, latency: latency)
        }
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

/// The leverages `from, from + step, …` up to `to`; nil when the range is not rising or has more than 10,000 steps.
///
/// Each is computed as `from + k·step`, so that no rounding adds up.
public func leverageRange(from: Double, to: Double, step: Double) -> [Leverage]? {
    guard from <= to, step > 0, (to - from) / step < 10_000 else { return nil }
    let count = Int(((to - from) / step + 1e-9).rounded(.down))
    let values = (0...count).map { Leverage(from + Double($0) * step) }
    return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
}
