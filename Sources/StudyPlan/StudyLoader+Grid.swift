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
        let contracts = axis(map["contract"], default: [ContractKind.linear], read: { $0.choice() })
        let sides = axis(map["side"], default: Side.allCases) { $0.choice() }
        let leverages = map.required("leverage").flatMap(leverageAxis)
        let horizons = map.required("horizon").flatMap { axis($0, default: []) { $0.span() } }
        guard let contracts, let sides, let leverages, let horizons else { return nil }
        let grid = StudyGrid(
            contracts: contracts, sides: sides, leverages: leverages.sorted(), horizons: horizons.sorted())
        return GridSection(grid: grid, platformNames: map["platform"]?.list())
    }

    /// An axis without repeats, or its default when the key is absent.
    static func axis<T: Hashable>(_ reader: YAMLReader?, default values: [T], read: (YAMLReader) -> T?) -> [T]? {
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
