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
        guard let map = reader.map(Known.section), let name = map.required(Known.name),
            let legs = map.required(Known.legs).flatMap(basketLegs),
            var basket = Known.placed.read(map, into: Basket(name: name, legs: legs))
        else { return nil }
        if let value = map[Known.collateral] {
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
        guard let map = reader.map(Known.section), let asset = map.required(Known.asset),
            let side = map.required(Known.side), let share = map.required(Known.share)
        else { return nil }
        var leg = BasketLeg(asset: asset, side: side, share: share)
        if map[Known.rate.key] != nil {
            guard let rate = map.value(of: Known.rate) else { return nil }
            leg.rate = rate
        }
        return leg
    }

    /// One mode, or several without repeats.
    static func accountModes(_ reader: YAMLReader) -> [AccountMode]? {
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
        guard let map = reader.map(Known.section), let asset = map.required(Known.asset) else { return nil }
        return map.value(of: Known.haircut).map { BasketCollateral(asset: asset, haircut: $0) }
    }
}
