import StressBasics

extension StudyLoader {
    /// The `limits` section.
    func limitSection(_ reader: YAMLReader) -> [StudyLimit]? {
        guard let list = reader.list() else { return nil }
        let limits = list.map(limit)
        return limits.contains { $0 == nil } ? nil : limits.compactMap { $0 }
    }

    private static let forms = ["max", "min", "drift", "max_age"]

    private func limit(_ reader: YAMLReader) -> StudyLimit? {
        let keys = ["measure", "bound"] + StudyLoader.forms
        guard let cells = selector(reader, extra: keys), let map = reader.anyMap() else { return nil }
        let given = StudyLoader.forms.filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty
                    ? "has no 'max', 'min', 'drift' or 'max_age'"
                    : "has both '\(given[0])' and '\(given[1])'",
                hint: "a limit has one of max, min, drift and max_age; write two limits for two")
        }
        if let age = map["max_age"] { return ageLimit(age, cells, map) }
        guard let measure = map.required("measure")?.choice(StudyLimit.Measure.self) else { return nil }
        guard measure != .newestBarAge else { return reader.wrong("\(measure.rawValue) is limited by 'max_age'") }
        guard let form = form(map, measure) else { return nil }
        var limit = StudyLimit(cells: cells, measure: measure, form: form)
        if let value = map["bound"] {
            guard let bound = bound(value, of: limit) else { return nil }
            limit.bound = bound
        }
        return limit
    }

    private func form(_ map: YAMLMap, _ measure: StudyLimit.Measure) -> StudyLimit.Form? {
        let range = -1e9...1e9
        if let max = map["max"] { return max.number(range).map(StudyLimit.Form.max) }
        if let min = map["min"] { return min.number(range).map(StudyLimit.Form.min) }
        return map["drift"].flatMap { drift($0, measure) }.map(StudyLimit.Form.drift)
    }

    private func drift(_ reader: YAMLReader, _ measure: StudyLimit.Measure) -> StudyLimit.Drift? {
        guard let map = reader.map(known: ["runs", "max_change", "half_widths"]) else { return nil }
        let runs = map["runs"].map { $0.integer(StudyLimit.Drift.fewestRuns...1000) } ?? 20
        guard let runs else { return nil }
        switch (map["max_change"], map["half_widths"]) {
        case (let change?, nil):
            return change.number(0...1e9).map { StudyLimit.Drift(runs: runs, change: .absolute($0)) }
        case (nil, let widths?):
            guard measure.hasInterval else {
                return widths.wrong("\(measure.rawValue) has no interval", hint: "use max_change")
            }
            return widths.number(1e-3...1e6).map { StudyLimit.Drift(runs: runs, change: .halfWidths($0)) }
        default:
            return reader.wrong(
                "expected either 'max_change' or 'half_widths'",
                hint: "write it like drift: {runs: 20, max_change: 0.01}")
        }
    }

    private func bound(_ reader: YAMLReader, of limit: StudyLimit) -> StudyLimit.Bound? {
        guard let bound = reader.choice(StudyLimit.Bound.self) else { return nil }
        guard bound == .value || limit.measure.hasInterval else {
            return reader.wrong("\(limit.measure.rawValue) has no interval", hint: "leave 'bound' out")
        }
        if case .drift = limit.form, bound != .value {
            return reader.wrong("a drift limit compares values", hint: "use half_widths to compare with the interval")
        }
        return bound
    }

    private func ageLimit(_ reader: YAMLReader, _ cells: CellSelector, _ map: YAMLMap) -> StudyLimit? {
        for key in ["measure", "bound"] {
            if let other = map[key] { return other.wrong("'max_age' stands alone", hint: "leave '\(key)' out") }
        }
        guard let age = reader.span() else { return nil }
        // The age of a bar is of a price history, not of a cell.
        guard cells == CellSelector(asset: cells.asset) else {
            return map.owner.wrong("'max_age' is for an asset or for all", hint: "leave the other parts out")
        }
        return StudyLimit(cells: cells, measure: .newestBarAge, form: .max(age.inHours))
    }
}
