import StressBasics

extension StudyLoader {
    /// The `behaviours` section: sets of rules, or names of known sets.
    static func behaviourSection(_ reader: YAMLReader) -> [Behaviour]? {
        guard let list = reader.list(most: Settings.Behaviours.most) else { return nil }
        let behaviours = list.map(behaviour)
        guard !behaviours.contains(where: { $0 == nil }) else { return nil }
        let found = behaviours.compactMap { $0 }
        var names = Set([Behaviour.hodl.name])
        for (place, behaviour) in found.enumerated() where !names.insert(behaviour.name).inserted {
            return list[place].wrong(
                "there is another behaviour '\(SourceLocation.presentable(behaviour.name))'",
                hint: behaviour.name == "hodl"
                    ? "hodl is holding, which stands beside every behaviour" : "rename one of them")
        }
        return found
    }

    private static func behaviour(_ reader: YAMLReader) -> Behaviour? {
        if let name = reader.node.scalar?.string { return known(name, reader) }
        typealias Known = Settings.Behaviours
        guard let map = reader.map(Known.section), let name = map.required(Known.name),
            var behaviour = Known.placed.read(map, into: Behaviour(name: name))
        else { return nil }
        var parts = Parts(map: map)
        behaviour.exits =
            parts.read(Known.takeProfit.facts, Known.takeProfit.read).map { [PlannedExit(distance: $0)] } ?? []
        behaviour.enterAfter = parts.read(Known.enterAfter, entryFilter)
        behaviour.instalments = parts.read(Known.instalments, instalments)
        behaviour.topUp = parts.read(Known.topUp, topUp)
        behaviour.reenter = parts.read(Known.reenter, reentry)
        if let exits = parts.read(Known.exits, exitPlan) {
            guard behaviour.exits.isEmpty else {
                return reader.wrong("has both 'take_profit' and 'exits'", hint: "an exit plan says all of it")
            }
            behaviour.exits = exits
        }
        return parts.areRight ? together(behaviour, reader) : nil
    }

    /// Parts of a section that may be left out, but not be wrong.
    private struct Parts {
        let map: YAMLMap
        private(set) var areRight = true

        init(map: YAMLMap) { self.map = map }

        mutating func read<Value>(_ setting: SettingFacts, _ read: (YAMLReader) -> Value?) -> Value? {
            guard let value = map[setting] else { return nil }
            let found = read(value)
            if found == nil { areRight = false }
            return found
        }
    }

    private static func known(_ name: String, _ reader: YAMLReader) -> Behaviour? {
        if let found = Behaviour.known.first(where: { $0.behaviour.name == name }) { return found.behaviour }
        let names = Behaviour.known.map(\.behaviour.name)
        let near = didYouMean(name, among: names) ?? "known: \(names.joined(separator: ", "))"
        return reader.wrong("'\(SourceLocation.presentable(name))' is no known behaviour", hint: near)
    }

    /// A name that outputs print.
    static func label(_ reader: YAMLReader, of what: String) -> String? {
        guard let name = reader.text() else { return nil }
        let isPlain = name.unicodeScalars.allSatisfy { !$0.isHostile && $0 != "\n" && $0 != "\t" }
        guard isPlain, !name.isEmpty, name.count <= 64 else {
            return reader.wrong("a \(what)'s name has 1 to 64 characters, none of them invisible")
        }
        return name
    }

    private static func exitPlan(_ reader: YAMLReader) -> [PlannedExit]? {
        guard let list = reader.list(most: Settings.PlannedExits.most) else { return nil }
        let exits = list.map { element -> PlannedExit? in
            guard let map = element.map(Settings.PlannedExits.section) else { return nil }
            guard let at = map.required(Settings.PlannedExits.at), let part = map.required(Settings.PlannedExits.part)
            else { return nil }
            return PlannedExit(distance: at, part: part)
        }
        let found = exits.compactMap { $0 }.sorted { $0.distance < $1.distance }
        guard found.count == list.count else { return nil }
        guard found.reduce(0, { $0 + $1.part }) <= 1 + 1e-9 else {
            return reader.wrong("the parts add up to more than the position", hint: "make them add up to at most 1")
        }
        return found
    }

    private static func entryFilter(_ reader: YAMLReader) -> EntryFilter? {
        typealias Known = Settings.EnterAfter
        guard let map = reader.map(Known.section) else { return nil }
        let given = Known.forms.filter { map[$0] != nil }
        guard given.count == 1 else {
            return reader.wrong(
                given.isEmpty ? "has no 'gain', 'fall' or 'volatility'" : "has both '\(given[0])' and '\(given[1])'",
                hint: "write it like enter_after: {gain: 10%, bars: 7}")
        }
        guard let bars = map.required(Known.bars) else { return nil }
        switch given[0] {
        case Known.gain.key: return map.required(Known.gain).map { .gain($0, bars: bars) }
        case Known.fall.key: return map.required(Known.fall).map { .fall($0, bars: bars) }
        default: return map.required(Known.volatility).map { _ in .highVolatility(bars: bars) }
        }
    }

    private static func instalments(_ reader: YAMLReader) -> Instalments? {
        typealias Known = Settings.Instalment
        guard let map = reader.map(Known.section), let count = map.required(Known.count),
            let every = map.required(Known.every)
        else { return nil }
        return Instalments(count: count, every: every)
    }

    private static func topUp(_ reader: YAMLReader) -> TopUp? {
        typealias Known = Settings.TopUps
        guard let map = reader.map(Known.section), let at = map.required(Known.at),
            let add = map.required(Known.add), let times = map.required(Known.times),
            let latency = map.value(of: Known.latency)
        else { return nil }
        return TopUp(at: at, add: add, times: times, latency: latency)
    }

    private static func reentry(_ reader: YAMLReader) -> Reentry? {
        typealias Known = Settings.Reentries
        guard let map = reader.map(Known.section), let after = map.value(of: Known.after),
            let times = map.required(Known.times)
        else { return nil }
        return Reentry(after: after, times: times)
    }

    /// What cannot be done at once.
    private static func together(_ behaviour: Behaviour, _ reader: YAMLReader) -> Behaviour? {
        let isSequence = behaviour.reenter.map { $0.times > 0 } ?? false
        if isSequence, behaviour.instalments != nil || behaviour.topUp != nil {
            return reader.wrong(
                "'reenter' opens a position with what the last one left, so nothing else is paid in",
                hint: "give 'instalments' and 'top_up' a behaviour of their own")
        }
        if behaviour.instalments != nil, behaviour.exits.contains(where: { $0.part < 1 }) {
            return reader.wrong(
                "parts of 'exits' are parts of a position that is bought at once",
                hint: "leave 'instalments' or 'exits' out")
        }
        return behaviour
    }
}
