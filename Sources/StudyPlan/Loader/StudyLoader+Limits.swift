import StressBasics
import StressStatistics

extension StudyLoader {
    /// The `limits` section.
    func limitSection(_ reader: YAMLReader) -> [StudyLimit]? {
        guard let list = reader.list() else { return nil }
        let limits = list.map(limit)
        return limits.contains { $0 == nil } ? nil : limits.compactMap { $0 }
    }

    private typealias Known = Settings.Limits

    private func limit(_ reader: YAMLReader) -> StudyLimit? {
        guard let map = reader.map(Known.section), let cells = Settings.Cells.placed.read(map, into: CellSelector())
        else { return nil }
        let given = Known.forms.map(\.key).filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty
                    ? "has no 'max', 'min', 'drift', 'max_age' or 'min_bars'"
                    : "has both '\(given[0])' and '\(given[1])'",
                hint: "a limit has one of max, min, drift, max_age and min_bars; write two limits for two")
        }
        guard var limit = historyLimit(cells, map) ?? cellLimit(reader, cells, map, form: given[0]) else { return nil }
        guard let rule = map.value(of: Known.onNoValue) else { return nil }
        limit.onNoValue = rule
        return limit
    }

    /// A limit on a measure of cells; nil for the forms of whole histories, too.
    private func cellLimit(
        _ reader: YAMLReader, _ cells: CellSelector, _ map: YAMLMap, form name: String
    ) -> StudyLimit? {
        guard name != Known.maxAge.key, name != Known.minBars.key else { return nil }
        guard let measure = map.required(Known.measure) else { return nil }
        guard !measure.isOfHistory else {
            return reader.wrong(
                "\(measure.rawValue) is limited by '\(measure == .newestBarAge ? "max_age" : "min_bars")'")
        }
        if measure.ledgerFigure != nil, !isOfLedger(reader, cells, map, measure) { return nil }
        guard let form = form(map, measure) else { return nil }
        return judged(StudyLimit(cells: cells, measure: measure, form: form), map)
    }

    /// A limit with what its section says of how it is held against a cell.
    private func judged(_ limit: StudyLimit, _ map: YAMLMap) -> StudyLimit? {
        var limit = limit
        if let value = map[Known.behaviour.facts] {
            guard let name = behaviour(value, of: limit) else { return nil }
            // Holding is what results.csv holds.
            limit.behaviour = name == Behaviour.hodl.name ? nil : name
        }
        let said = map[Known.bound.facts]
        if let said {
            guard let bound = bound(said, of: limit) else { return nil }
            limit.bound = bound
        }
        if let value = map[Known.monitor] {
            guard let monitored = monitored(value, limit, isBoundSaid: said != nil) else { return nil }
            limit = monitored
        }
        let isBoundSaid = said != nil || limit.monitor != nil
        return map[Known.notShown.facts].map { notShown($0, of: limit, isBoundSaid: isBoundSaid) } ?? limit
    }

    /// Whether a limit on a figure of the ledger asks for nothing that it has not.
    private func isOfLedger(_ reader: YAMLReader, _ cells: CellSelector, _ map: YAMLMap, _ measure: Measure) -> Bool {
        func refuse(_ message: String, _ hint: String) -> Bool {
            let refused: StudyLimit? = reader.wrong("\(measure.rawValue) \(message)", hint: hint)
            return refused != nil
        }
        guard cells == CellSelector(asset: cells.asset, platform: cells.platform) else {
            return refuse(
                "is of everybody on a platform", "name a platform, a price history or none, and leave the rest out")
        }
        if cells.asset != nil, measure.ledgerFigure?.isOfFund == true {
            return refuse("is of a fund, which serves all price histories", "leave 'asset' out")
        }
        if let other = [Known.behaviour.facts, Known.monitor, Known.drift].first(where: { map[$0] != nil }) {
            return refuse("is no figure of a cell, and has no '\(other.key)'", "use max or min")
        }
        return true
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
        return Known.behaviour.read(reader)
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
        typealias Known = Settings.Monitoring
        guard let monitor = reader.map(Known.section)?.required(Known.falseAlarm) else { return nil }
        var limit = limit
        (limit.monitor, limit.bound) = (monitor, .interval)
        return limit
    }

    /// The limit with the rule for an interval that holds it. Who asks for that without a bound asks for all of the interval: the
    /// figure alone would call a breach what is not shown.
    private func notShown(_ reader: YAMLReader, of limit: StudyLimit, isBoundSaid: Bool) -> StudyLimit? {
        guard let rule = Known.notShown.read(reader) else { return nil }
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
        if let max = map[Known.max.facts] {
            return Known.max.number(max, of: measure).flatMap { max.judged($0, measure.objection(toMax: $0)) }.map(
                StudyLimit.Form.max)
        }
        if let min = map[Known.min.facts] {
            return Known.min.number(min, of: measure).flatMap { min.judged($0, measure.objection(toMin: $0)) }.map(
                StudyLimit.Form.min)
        }
        return map[Known.drift].flatMap { drift($0, measure) }.map(StudyLimit.Form.drift)
    }

    private func drift(_ reader: YAMLReader, _ measure: Measure) -> StudyLimit.Drift? {
        typealias Known = Settings.Drift
        guard let map = reader.map(Known.section), let runs = driftRuns(map) else { return nil }
        let given = Known.forms.filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty
                    ? "has no 'max_change', 'half_widths' or 'night_moves'"
                    : "has both '\(given[0])' and '\(given[1])'",
                hint: "write it like drift: {runs: 20, night_moves: 8}")
        }
        return change(map, measure).map { StudyLimit.Drift(runs: runs, change: $0) }
    }

    /// What is too much of a change, in the form that a section has.
    private func change(_ map: YAMLMap, _ measure: Measure) -> StudyLimit.Drift.Change? {
        typealias Known = Settings.Drift
        if let moves = map[Known.nightMoves.facts] { return Known.nightMoves.read(moves).map { .nightMoves($0) } }
        if let change = map[Known.maxChange.facts] {
            return Known.maxChange.number(change, of: measure).flatMap {
                change.judged($0, measure.objection(toChange: $0))
            }
            .map { .absolute($0) }
        }
        guard let widths = map[Known.halfWidths.facts] else { return nil }
        guard measure.hasInterval else {
            return widths.wrong("\(measure.rawValue) has no interval", hint: "use max_change")
        }
        return Known.halfWidths.read(widths).map { .halfWidths($0) }
    }

    /// How many runs are looked back at: more where moves are the measure.
    private func driftRuns(_ map: YAMLMap) -> Int? {
        typealias Known = Settings.Drift
        guard let runs = map.value(of: Known.runs) else { return nil }
        let fewest = StudyLimit.Drift.fewestRunsOfMoves
        guard map[Known.nightMoves.facts] != nil, runs < fewest else { return runs }
        return map[Known.runs.facts]?.expected("a whole number from \(fewest) to 1000")
    }

    private func bound(_ reader: YAMLReader, of limit: StudyLimit) -> StudyLimit.Bound? {
        guard let bound = Known.bound.read(reader) else { return nil }
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
        guard let name = [Known.maxAge.key, Known.minBars.key].first(where: { map[$0] != nil }),
            let value = map[name]
        else { return nil }
        for key in Known.ofCells.map(\.key) {
            if let other = map[key] { return other.wrong("'\(name)' stands alone", hint: "leave '\(key)' out") }
        }
        guard cells == CellSelector(asset: cells.asset) else {
            return map.owner.wrong("'\(name)' is for an asset or for all", hint: "leave the other parts out")
        }
        if name == Known.maxAge.key {
            return Known.maxAge.read(value).map {
                StudyLimit(cells: cells, measure: .newestBarAge, form: .max($0.inHours))
            }
        }
        return Known.minBars.read(value).map {
            StudyLimit(cells: cells, measure: .historyBars, form: .min(Double($0)))
        }
    }
}

extension Setting where Value == Double {
    /// The number, in the unit of a measure: what is no share of entries or of the margin has no percent.
    fileprivate func number(_ reader: YAMLReader, of measure: Measure) -> Double? {
        let isShare = measure.unit == .fraction || measure.unit == .ofMargin
        guard !isShare, reader.node.scalar?.string.hasSuffix("%") == true else { return read(reader) }
        return reader.expected(
            "a number", hint: "\(measure.rawValue) is no share, so that nothing tells what a percentage is of")
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
