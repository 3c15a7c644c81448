import StressBasics
import StressStatistics

extension StudyLoader {
    /// The `limits` section.
    func limitSection(_ reader: YAMLReader) -> [StudyLimit]? {
        guard let list = reader.list() else { return nil }
        let limits = list.map(limit)
        return limits.contains { $0 == nil } ? nil : limits.compactMap { $0 }
    }

    private static let forms = ["max", "min", "drift", "max_age", "min_bars"]
    static let noValueKey = "on_no_value"
    static let monitorKey = "monitor"
    static let behaviourKey = "behaviour"

    private func limit(_ reader: YAMLReader) -> StudyLimit? {
        let keys =
            [
                StudyLoader.behaviourKey, "measure", "bound", StudyLimit.notShownKey, StudyLoader.monitorKey,
                StudyLoader.noValueKey,
            ]
            + StudyLoader.forms
        guard let cells = selector(reader, extra: keys), let map = reader.anyMap() else { return nil }
        let given = StudyLoader.forms.filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty
                    ? "has no 'max', 'min', 'drift', 'max_age' or 'min_bars'"
                    : "has both '\(given[0])' and '\(given[1])'",
                hint: "a limit has one of max, min, drift, max_age and min_bars; write two limits for two")
        }
        guard var limit = historyLimit(cells, map) ?? cellLimit(reader, cells, map, form: given[0]) else { return nil }
        if let value = map[StudyLoader.noValueKey] {
            guard let rule = value.choice(StudyLimit.NoValueRule.self) else { return nil }
            limit.onNoValue = rule
        }
        return limit
    }

    /// A limit on a measure of cells; nil for the forms of whole histories, too.
    private func cellLimit(
        _ reader: YAMLReader, _ cells: CellSelector, _ map: YAMLMap, form name: String
    ) -> StudyLimit? {
        guard name != "max_age", name != "min_bars" else { return nil }
        guard let measure = map.required("measure")?.choice(Measure.self) else { return nil }
        guard !measure.isOfHistory else {
            return reader.wrong(
                "\(measure.rawValue) is limited by '\(measure == .newestBarAge ? "max_age" : "min_bars")'")
        }
        guard let form = form(map, measure) else { return nil }
        var limit = StudyLimit(cells: cells, measure: measure, form: form)
        if let value = map[StudyLoader.behaviourKey] {
            guard let name = behaviour(value, of: limit) else { return nil }
            // Holding is what results.csv holds.
            limit.behaviour = name == Behaviour.hodl.name ? nil : name
        }
        if let value = map["bound"] {
            guard let bound = bound(value, of: limit) else { return nil }
            limit.bound = bound
        }
        if let value = map[StudyLoader.monitorKey] {
            guard let monitored = monitored(value, limit, isBoundSaid: map["bound"] != nil) else { return nil }
            limit = monitored
        }
        let isBoundSaid = map["bound"] != nil || limit.monitor != nil
        return map[StudyLimit.notShownKey].map { notShown($0, of: limit, isBoundSaid: isBoundSaid) } ?? limit
    }

    /// The behaviour that a limit is on; which there are is known with the whole study.
    private func behaviour(_ reader: YAMLReader, of limit: StudyLimit) -> String? {
        guard Measure.ofBehaviours.contains(limit.measure) else {
            let known = Measure.ofBehaviours.map(\.rawValue).joined(separator: ", ")
            return reader.wrong(
                "\(limit.measure.rawValue) is not computed under behaviours", hint: "behaviours.csv has \(known)")
        }
        if case .drift = limit.form {
            return reader.wrong(
                "a drift limit compares with earlier runs, which keep no figures of behaviours",
                hint: "use max or min, or leave 'behaviour' out")
        }
        return reader.text()
    }

    /// The limit with a bound on false alarms, which all of an interval is held for.
    private func monitored(_ reader: YAMLReader, _ limit: StudyLimit, isBoundSaid: Bool) -> StudyLimit? {
        guard limit.hasInterval, limit.form.name != "drift" else {
            return reader.wrong(
                limit.hasInterval
                    ? "a drift limit is scaled by the nights before" : "\(limit.measure.rawValue) has no interval",
                hint: "leave 'monitor' out")
        }
        guard !isBoundSaid || limit.bound == .interval else {
            return reader.wrong("a monitored limit holds all of the interval", hint: "leave 'bound' out")
        }
        guard let map = reader.map(known: ["false_alarm"]), let value = map.required("false_alarm"),
            let text = value.text()
        else { return nil }
        guard let monitor = StudyLimit.Monitor(text) else {
            return value.expected(
                "false alarms, from 0.01% to 50% a year", hint: "write it like monitor: {false_alarm: 5% a year}")
        }
        var limit = limit
        (limit.monitor, limit.bound) = (monitor, .interval)
        return limit
    }

    /// The limit with the rule for an interval that holds it. Who asks for that without a bound asks for all of the interval: the
    /// figure alone would call a breach what is not shown.
    private func notShown(_ reader: YAMLReader, of limit: StudyLimit, isBoundSaid: Bool) -> StudyLimit? {
        guard let rule = reader.choice(StudyLimit.NotShownRule.self) else { return nil }
        if case .drift = limit.form {
            return reader.wrong("a drift limit compares values", hint: "leave 'not_shown' out")
        }
        guard limit.hasInterval else {
            return reader.wrong("\(limit.measure.rawValue) has no interval", hint: "leave 'not_shown' out")
        }
        var limit = limit
        limit.notShown = rule
        if !isBoundSaid { limit.bound = .interval }
        guard limit.mayBeNotShown else {
            return reader.wrong(
                "bound: \(limit.bound.rawValue) makes a breach of whatever is not shown, so 'not_shown' decides nothing",
                hint: "leave one of them out")
        }
        return limit
    }

    private func form(_ map: YAMLMap, _ measure: Measure) -> StudyLimit.Form? {
        let range = -1e9...1e9
        if let max = map["max"] {
            return max.number(range).flatMap { max.judged($0, measure.objection(toMax: $0)) }.map(StudyLimit.Form.max)
        }
        if let min = map["min"] {
            return min.number(range).flatMap { min.judged($0, measure.objection(toMin: $0)) }.map(StudyLimit.Form.min)
        }
        return map["drift"].flatMap { drift($0, measure) }.map(StudyLimit.Form.drift)
    }

    private func drift(_ reader: YAMLReader, _ measure: Measure) -> StudyLimit.Drift? {
        let forms = ["max_change", "half_widths", "night_moves"]
        guard let map = reader.map(known: ["runs"] + forms) else { return nil }
        let fewest =
            map["night_moves"] == nil ? StudyLimit.Drift.fewestRuns : StudyLimit.Drift.fewestRunsOfMoves
        let runs = map["runs"].map { $0.integer(fewest...1000) } ?? 20
        guard let runs else { return nil }
        let given = forms.filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty
                    ? "has no 'max_change', 'half_widths' or 'night_moves'"
                    : "has both '\(given[0])' and '\(given[1])'",
                hint: "write it like drift: {runs: 20, night_moves: 8}")
        }
        if let moves = map["night_moves"] {
            return moves.number(0.1...1e6).map { StudyLimit.Drift(runs: runs, change: .nightMoves($0)) }
        }
        switch (map["max_change"], map["half_widths"]) {
        case (let change?, nil):
            return change.number(0...1e9).flatMap { change.judged($0, measure.objection(toChange: $0)) }
                .map { StudyLimit.Drift(runs: runs, change: .absolute($0)) }
        case (nil, let widths?):
            guard measure.hasInterval else {
                return widths.wrong("\(measure.rawValue) has no interval", hint: "use max_change")
            }
            return widths.number(1e-3...1e6).map { StudyLimit.Drift(runs: runs, change: .halfWidths($0)) }
        default: return nil
        }
    }

    private func bound(_ reader: YAMLReader, of limit: StudyLimit) -> StudyLimit.Bound? {
        guard let bound = reader.choice(StudyLimit.Bound.self) else { return nil }
        guard bound == .value || limit.hasInterval else {
            return reader.wrong("\(limit.measure.rawValue) has no interval", hint: "leave 'bound' out")
        }
        if case .drift = limit.form, bound != .value {
            return reader.wrong("a drift limit compares values", hint: "use half_widths to compare with the interval")
        }
        return bound
    }

    /// A limit on whole price histories: `max_age` or `min_bars`; nil for other forms.
    private func historyLimit(_ cells: CellSelector, _ map: YAMLMap) -> StudyLimit? {
        guard let name = ["max_age", "min_bars"].first(where: { map[$0] != nil }), let value = map[name] else {
            return nil
        }
        for key in [StudyLoader.behaviourKey, "measure", "bound", StudyLimit.notShownKey, StudyLoader.monitorKey] {
            if let other = map[key] { return other.wrong("'\(name)' stands alone", hint: "leave '\(key)' out") }
        }
        guard cells == CellSelector(asset: cells.asset) else {
            return map.owner.wrong("'\(name)' is for an asset or for all", hint: "leave the other parts out")
        }
        if name == "max_age" {
            return value.span().map { StudyLimit(cells: cells, measure: .newestBarAge, form: .max($0.inHours)) }
        }
        // A history has a bar in any case.
        return value.integer(2...2_000_000_000).map {
            StudyLimit(cells: cells, measure: .historyBars, form: .min(Double($0)))
        }
    }
}

extension YAMLReader {
    /// The value, unless there is an objection to it.
    fileprivate func judged(_ value: Double, _ objection: String?) -> Double? {
        guard let objection else { return value }
        return wrong(objection, hint: "a limit that decides nothing looks like safety; change its value or remove it")
    }
}

extension Measure {
    /// Why a largest value would decide nothing, whatever the prices do; nil when it may.
    func objection(toMax most: Double) -> String? {
        if unit == .fraction, most >= 1 {
            return "\(rawValue) cannot exceed 1, so a max of \(numberText(most)) is never breached"
        }
        if self != .meanEquity, most < 0 {
            return "\(rawValue) cannot be negative, so a max of \(numberText(most)) is always breached"
        }
        return nil
    }

    /// The same for a smallest value.
    func objection(toMin least: Double) -> String? {
        if self != .meanEquity, least <= 0 {
            return "\(rawValue) cannot be negative, so a min of \(numberText(least)) is never breached"
        }
        if unit == .fraction, least > 1 {
            return "\(rawValue) cannot exceed 1, so a min of \(numberText(least)) is always breached"
        }
        return nil
    }

    /// The same for the largest distance from the runs before.
    func objection(toChange change: Double) -> String? {
        guard unit == .fraction, change >= 1 else { return nil }
        return "\(rawValue) lies between 0 and 1, so a max_change of \(numberText(change)) is never breached"
    }
}
