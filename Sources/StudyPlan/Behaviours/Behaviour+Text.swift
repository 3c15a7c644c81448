import StressBasics

extension Behaviour {
    /// The set as an entry of a study's `behaviours`, with everything that it says; reads back as the same.
    var parts: [String] {
        typealias Known = Settings.Behaviours
        let exits = exits.map {
            "{\(Settings.PlannedExits.at.entry($0.distance)), \(Settings.PlannedExits.part.entry($0.part))}"
        }
        let parts: [String?] = [
            Known.name.entry(name), stopLoss.map(Known.stopLoss.entry),
            exits.isEmpty ? nil : Known.exits.entry("[\(exits.joined(separator: ", "))]"),
            trailingStop.map(Known.trailingStop.entry), panicExit.map(Known.panicExit.entry),
            enterAfter.map { Known.enterAfter.entry("{\($0.text)}") },
            instalments.map { Known.instalments.entry("{\($0.text)}") },
            topUp.map { Known.topUp.entry("{\($0.text)}") },
            reenter.map { Known.reenter.entry("{\($0.text)}") },
            Known.unit.entry(unit), Known.order.entry(order), Known.stopDelay.entry(stopDelay),
        ]
        return parts.compactMap { $0 }
    }
}

extension Instalments {
    fileprivate var text: String {
        "\(Settings.Instalment.count.entry(count)), \(Settings.Instalment.every.entry(every))"
    }
}

extension Reentry {
    fileprivate var text: String {
        "\(Settings.Reentries.after.entry(after)), \(Settings.Reentries.times.entry(times))"
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
