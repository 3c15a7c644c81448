import MarginModel
import StressBasics

extension Study {
    /// What is wrong with the study's baskets, each with its place: what, what to do.
    var basketObjections: [(message: String, hint: String, path: String)] {
        guard !baskets.isEmpty else { return [] }
        let assets = baskets.enumerated().flatMap { place, basket in
            basket.assets.compactMap { asset in
                unknownBasketAsset(asset).map {
                    ("baskets[\(place)]: \($0.message)", $0.hint, "baskets[\(place)]")
                }
            }
        }
        return assets + gridObjections + platforms.flatMap(objections)
    }

    private func unknownBasketAsset(_ asset: String) -> (message: String, hint: String)? {
        unknownParts(of: CellSelector(asset: asset)).first
    }

    private var gridObjections: [(message: String, hint: String, path: String)] {
        guard !grid.contracts.contains(.linear) else { return [] }
        return [
            (
                "baskets are of linear contracts, which the grid does not have", "add linear to grid.contract",
                "baskets"
            )
        ]
    }

    private func objections(to platform: NamedPlatform) -> [(message: String, hint: String, path: String)] {
        func objection(_ what: String, _ hint: String) -> (message: String, hint: String, path: String) {
            ("platform '\(platform.name)' \(what)", hint, "baskets")
        }
        let rules = platform.rules.liquidation
        let parts = objection(
            "reduces positions in parts, an account of several legs closes whole ones",
            "give baskets a study without partial liquidation")
        let best = objection(
            "fills at the trigger price, which an account of several legs does not have", "use fill: gap")
        let margins = objection(
            "has margins per contract, baskets need brackets", "give baskets a study of their own")
        var isDated = false
        if case .schedule = platform.tierFile { isDated = true }
        return [(rules.isPartial, parts), (rules.fill == .best, best), (isDated, margins)].filter(\.0).map(\.1)
    }
}
