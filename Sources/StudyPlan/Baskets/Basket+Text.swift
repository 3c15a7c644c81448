import StressBasics

extension Basket {
    /// The basket as an entry of a study's `baskets`, with everything that it says; reads back as the same.
    ///
    /// - Parameter quoted: a text as YAML.
    func parts(quoted: (String) -> String) -> [String] {
        typealias Known = Settings.Baskets
        let legs = legs.map { leg in
            let parts = [
                "asset: \(quoted(leg.asset))", Settings.BasketLegs.side.entry(leg.side),
                Settings.BasketLegs.share.entry(leg.share), leg.rate.map(Settings.BasketLegs.rate.entry),
            ]
            return "{\(parts.compactMap { $0 }.joined(separator: ", "))}"
        }
        let parts: [String?] = [
            "name: \(quoted(name))", "legs: [\(legs.joined(separator: ", "))]",
            "mode: [\(modes.map(\.rawValue).joined(separator: ", "))]", Known.path.entry(path),
            Known.closing.entry(closing), Known.rebalance.entry(rebalance),
            collateral.map { collateral in
                "collateral: {asset: \(quoted(collateral.asset)), "
                    + "\(Settings.Collateral.haircut.entry(collateral.haircut))}"
            },
        ]
        return parts.compactMap { $0 }
    }
}
