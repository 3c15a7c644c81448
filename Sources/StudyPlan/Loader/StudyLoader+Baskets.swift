import StressBasics

extension StudyLoader {
    /// The `baskets` section.
    static func basketSection(_ reader: YAMLReader) -> [Basket]? {
        guard let list = reader.list(most: Settings.Baskets.most) else { return nil }
        let found = list.compactMap(basket)
        guard found.count == list.count else { return nil }
        var names: Set<String> = []
        for (place, basket) in found.enumerated() where !names.insert(basket.name).inserted {
            return list[place].wrong(
                "there is another basket '\(SourceLocation.presentable(basket.name))'", hint: "rename one of them")
        }
        return found
    }

    private static func basket(_ reader: YAMLReader) -> Basket? {
        typealias Known = Settings.Baskets
        guard let map = reader.map(known: ["name"] + Known.section.keys.filter { $0 != "name" }),
            let name = map.required("name").flatMap({ label($0, of: "basket") }),
            let legs = map.required("legs").flatMap(basketLegs), let path = map.value(of: Known.path),
            let closing = map.value(of: Known.closing), let rebalance = map.value(of: Known.rebalance)
        else { return nil }
        var basket = Basket(name: name, legs: legs)
        (basket.path, basket.closing, basket.rebalance) = (path, closing, rebalance)
        if let value = map["mode"] {
            guard let modes = accountModes(value) else { return nil }
            basket.modes = modes
        }
        if let value = map["collateral"] {
            guard let collateral = collateral(value) else { return nil }
            basket.collateral = collateral
        }
        return basket
    }

    private static func basketLegs(_ reader: YAMLReader) -> [BasketLeg]? {
        guard let list = reader.list(most: Settings.BasketLegs.most) else { return nil }
        let legs = list.compactMap(basketLeg)
        guard legs.count == list.count else { return nil }
        guard !legs.isEmpty else { return reader.wrong("a basket has no legs", hint: "name at least one") }
        let sum = legs.reduce(0) { $0 + $1.share }
        guard abs(sum - 1) <= 1e-9 else {
            return reader.wrong(
                "the shares add up to \(numberText(sum))", hint: "make them add up to 1, such as 0.5 and 0.5")
        }
        return legs
    }

    private static func basketLeg(_ reader: YAMLReader) -> BasketLeg? {
        typealias Known = Settings.BasketLegs
        guard let map = reader.map(known: ["asset"] + Known.section.keys.filter { $0 != "asset" }),
            let asset = map.required("asset")?.text(), let side = map.required(Known.side),
            let share = map.required(Known.share)
        else { return nil }
        var leg = BasketLeg(asset: asset, side: side, share: share)
        if map[Known.rate.key] != nil {
            guard let rate = map.value(of: Known.rate) else { return nil }
            leg.rate = rate
        }
        return leg
    }

    /// One mode, or several without repeats.
    private static func accountModes(_ reader: YAMLReader) -> [AccountMode]? {
        guard reader.node.sequence != nil else { return reader.choice(AccountMode.self).map { [$0] } }
        guard let list = reader.list(most: AccountMode.allCases.count) else { return nil }
        let modes = list.compactMap { $0.choice(AccountMode.self) }
        guard modes.count == list.count else { return nil }
        guard !modes.isEmpty, Set(modes).count == modes.count else {
            return reader.wrong(
                modes.isEmpty ? "has no mode" : "has the same mode twice", hint: "known: alone, isolated, cross")
        }
        return modes
    }

    private static func collateral(_ reader: YAMLReader) -> BasketCollateral? {
        typealias Known = Settings.Collateral
        guard let map = reader.map(known: ["asset"] + Known.section.keys.filter { $0 != "asset" }),
            let asset = map.required("asset")?.text()
        else { return nil }
        guard map[Known.haircut.key] != nil else { return BasketCollateral(asset: asset) }
        return map.value(of: Known.haircut).map { BasketCollateral(asset: asset, haircut: $0) }
    }
}
