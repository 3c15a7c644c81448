import StressBasics

extension Basket {
    /// The basket as an entry of a study's `baskets`, with everything that it says; reads back as the same.
    var parts: [String] {
        typealias Known = Settings.Baskets
        let legs = legs.map { leg in
            let parts = [
                Settings.BasketLegs.asset.entry(leg.asset), Settings.BasketLegs.side.entry(leg.side),
                Settings.BasketLegs.share.entry(leg.share), leg.rate.map(Settings.BasketLegs.rate.entry),
            ]
            return "{\(parts.compactMap { $0 }.joined(separator: ", "))}"
        }
        let parts: [String?] = [
            Known.name.entry(name), Known.legs.entry("[\(legs.joined(separator: ", "))]"),
            Known.placed.entries(self), collateral.map { Known.collateral.entry("{\($0.text)}") },
        ]
        return parts.compactMap { $0 }
    }
}

extension BasketCollateral {
    fileprivate var text: String {
        typealias Known = Settings.Collateral
        return "\(Known.asset.entry(asset)), \(Known.haircut.entry(haircut))"
    }
}
