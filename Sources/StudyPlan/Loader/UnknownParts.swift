import StressBasics

extension Study {
    /// What a selector names and the study does not have, part by part, each with what it has instead; empty when it picks at
    /// least one cell.
    public func unknownParts(of selector: CellSelector) -> [(message: String, hint: String)] {
        CellAxis.allCases.compactMap { axis in
            if axis == .asset, mayBecomeKnown(selector) { return nil }
            return selector.plainText(axis).flatMap { unknown(axis, $0, among: plainTexts(of: axis)) }
        }
    }

    /// What a limit names and the study does not have: cells, and the behaviour.
    func unknownParts(of limit: StudyLimit) -> [(message: String, hint: String)] {
        unknownParts(of: limit.cells) + (limit.behaviour.flatMap(unknownBehaviour).map { [$0] } ?? [])
    }

    private func unknownBehaviour(_ wanted: String) -> (message: String, hint: String)? {
        let known = behaviours.map(\.name)
        guard !known.contains(wanted) else { return nil }
        let message = "the study has no behaviour '\(SourceLocation.presentable(wanted))'"
        guard !known.isEmpty else { return (message, "add it under 'behaviours', or leave 'behaviour' out") }
        let names = [Behaviour.hodl.name] + known
        return (message, didYouMean(wanted, among: names, rest: Study.words(names)))
    }

    /// Whether the selector may name one of the assets that a file is yet to be divided into.
    func mayBecomeKnown(_ selector: CellSelector) -> Bool {
        guard let asset = selector.asset, !inputs.contains(where: { $0.asset == asset }) else { return false }
        return inputs.contains { $0.mayBecome(asset) }
    }

    private func unknown(_ axis: CellAxis, _ wanted: String, among known: [String]) -> (message: String, hint: String)?
    {
        guard !known.contains(wanted) else { return nil }
        // Numbers that differ in a digit are not slips of each other.
        return (
            "the study has no \(axis.rawValue) '\(SourceLocation.presentable(wanted))'",
            didYouMean(wanted, among: axis.isName ? known : [], rest: Study.words(known))
        )
    }

    /// What there is instead, cut where it is long.
    private static func words(_ known: [String]) -> String {
        let rest = known.count > mostNamed ? ", … \(groupedText(known.count, separator: " ")) in all" : ""
        return "it has \(known.prefix(mostNamed).joined(separator: ", "))\(rest)"
    }

    private static let mostNamed = 12
}
