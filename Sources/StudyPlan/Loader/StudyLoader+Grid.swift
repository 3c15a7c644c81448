import StressBasics
import Yams

extension StudyLoader {
    /// The `grid` section, but for the names of platforms.
    static func gridSection(_ reader: YAMLReader) -> StudyGrid? {
        typealias Known = Settings.Grid
        guard let map = reader.map(Known.section),
            var grid = Known.placed.read(map, into: StudyGrid(leverages: [], horizons: []))
        else { return nil }
        grid.leverages.sort()
        grid.horizons.sort()
        return grid
    }

    /// The platforms that the grid names, whatever else is wrong with it; nil when it names none.
    func platformNames(_ map: YAMLMap) -> [YAMLReader]? {
        guard let grid = map[Settings.Whole.grid], grid.node.mapping != nil else { return nil }
        return grid.anyMap()?[Settings.Grid.platform]?.list()
    }

    /// An axis without repeats, where an element may stand for several values, as on the command line.
    static func axis<T: Hashable>(_ reader: YAMLReader, readAll: (YAMLReader) -> [T?]) -> [T]? {
        guard let list = reader.list() else { return nil }
        var seen: [T] = []
        for element in list {
            for value in readAll(element) {
                guard let value else { return nil }
                guard !seen.contains(value) else { return element.wrong("stands twice on this axis") }
                seen.append(value)
            }
        }
        return seen
    }

    /// One side, or `both`.
    static func sides(_ reader: YAMLReader) -> [Side?] {
        reader.node.scalar?.string == "both" ? Side.allCases : [reader.choice()]
    }

    /// `5`, `1:125` or `1:100:5`.
    private static func leverages(_ reader: YAMLReader) -> [Leverage?] {
        guard let text = reader.node.scalar?.string, text.contains(":") else { return [leverage(reader)] }
        let range = leverageRange(text)
        if range == nil {
            let _: Void? = reader.wrong(
                "'\(SourceLocation.presentable(text))' is no range of leverages",
                hint: "write 1:125 or 1:100:5, rising, within 1 to 1000")
        }
        return range ?? [nil]
    }

    /// A leverage within the allowed range.
    static func leverage(_ reader: YAMLReader) -> Leverage? {
        reader.number(Leverage.allowed).flatMap(Leverage.init)
    }

    /// A list of leverages as on the command line, or `{from, to, step}`.
    static func leverageAxis(_ reader: YAMLReader) -> [Leverage]? {
        guard reader.node.mapping != nil else {
            return axis(reader, readAll: { $0.parts().flatMap(leverages) })
        }
        typealias Known = Settings.LeverageSteps
        guard let map = reader.map(Known.section), let from = map.required(Known.from),
            let to = map.required(Known.to), let step = map.value(of: Known.step)
        else { return nil }
        return leverageRange(from: from, to: to, step: step)
            ?? reader.wrong(
                "a range rises from 'from' to 'to' in at most 10000 steps, with at most \(mostLeverageDecimals) decimals, "
                    + "not from \(numberText(from)) to \(numberText(to)) by \(numberText(step))")
    }
}

extension YAMLReader {
    /// The parts between the commas of a text, as a command line has them, each where the whole stands; anything else as it is.
    func parts() -> [YAMLReader] {
        guard let scalar = node.scalar, node.null == nil else { return [self] }
        return scalar.string.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let words = String(part.drop { $0 == " " })
            // Quotes only keep YAML from taking the text apart by itself.
            return YAMLReader(
                node: .scalar(Node.Scalar(words, .implicit, .plain, scalar.mark)), path: path, problems: problems)
        }
    }
}
