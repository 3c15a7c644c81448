import StressBasics

extension Behaviour {
    /// The set as an entry of a study's `behaviours`, with everything that it says; reads back as the same.
    func parts(name quotedName: String) -> [String] {
        typealias Known = Settings.Behaviours
        let exits = exits.map {
            "{\(Settings.PlannedExits.at.entry($0.distance)), \(Settings.PlannedExits.part.entry($0.part))}"
        }
        let parts: [String?] = [
            "name: \(quotedName)", stopLoss.map(Known.stopLoss.entry),
            exits.isEmpty ? nil : "exits: [\(exits.joined(separator: ", "))]",
            trailingStop.map(Known.trailingStop.entry), panicExit.map(Known.panicExit.entry),
            enterAfter.map { "enter_after: {\($0.text)}" },
            instalments.map {
                "instalments: {\(Settings.Instalment.count.entry($0.count)), \(Settings.Instalment.every.entry($0.every))}"
            },
            topUp.map { "top_up: {\($0.text)}" },
            reenter.map {
                "reenter: {\(Settings.Reentries.after.entry($0.after)), \(Settings.Reentries.times.entry($0.times))}"
            },
            Known.unit.entry(unit), Known.order.entry(order), Known.stopDelay.entry(stopDelay),
        ]
        return parts.compactMap { $0 }
    }
}

extension TopUp {
    fileprivate var text: String {
        typealias Known = Settings.TopUps
        return [
            Known.at.entry(at), Known.add.entry(add), Known.times.entry(times), Known.latency.entry(latency),
        ].joined(separator: ", ")
    }
}

extension EntryFilter {
    fileprivate var text: String {
        typealias Known = Settings.EnterAfter
        switch self {
        case .gain(let least, let bars): return "\(Known.gain.entry(least)), \(Known.bars.entry(bars))"
        case .fall(let least, let bars): return "\(Known.fall.entry(least)), \(Known.bars.entry(bars))"
        case .highVolatility(let bars): return "\(Known.volatility.entry(.high)), \(Known.bars.entry(bars))"
        }
    }
}
