import StressBasics

extension Study {
    /// What a selector names and the study does not have, part by part, each with what it has instead; empty when it picks at
    /// least one cell.
    public func unknownParts(of selector: CellSelector) -> [(message: String, hint: String)] {
        [
            mayBecomeKnown(selector) ? nil : unknown("asset", selector.asset, among: inputs.map(\.asset)),
            unknown("contract", selector.contract?.rawValue, among: grid.contracts.map(\.rawValue)),
            unknown("side", selector.side?.rawValue, among: grid.sides.map(\.rawValue)),
            unknown("leverage", selector.leverage?.plainText, among: grid.leverages.map(\.plainText)),
            unknown("horizon", selector.horizon?.text, among: grid.horizons.map(\.text)),
            unknown("platform", selector.platform, among: platforms.map(\.name)),
        ].compactMap { $0 }
    }

    /// Whether the selector may name one of the assets that a file is yet to be divided into.
    func mayBecomeKnown(_ selector: CellSelector) -> Bool {
        guard let asset = selector.asset, !inputs.contains(where: { $0.asset == asset }) else { return false }
        return inputs.contains { $0.mayBecome(asset) }
    }

    private func unknown(_ part: String, _ wanted: String?, among known: [String]) -> (message: String, hint: String)? {
        guard let wanted, !known.contains(wanted) else { return nil }
        // Numbers that differ in a digit are not slips of each other.
        let isName = part == "asset" || part == "platform"
        let near = isName ? nearestName(to: wanted, among: known).map { "did you mean '\($0)'? " } ?? "" : ""
        let rest = known.count > Study.mostNamed ? ", … \(groupedText(known.count, separator: " ")) in all" : ""
        return (
            "the study has no \(part) '\(SourceLocation.presentable(wanted))'",
            near + "it has \(known.prefix(Study.mostNamed).joined(separator: ", "))\(rest)"
        )
    }

    private static let mostNamed = 12
}
