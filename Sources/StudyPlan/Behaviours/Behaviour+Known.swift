import StressBasics

/// A behaviour that a study may name without describing it.
public struct KnownBehaviour: Sendable {
    /// Its rules, under the name that people give it.
    public var behaviour: Behaviour
    /// What somebody does who behaves so, one sentence.
    public var words: String
}

extension Behaviour {
    /// Behaviours named after what people say.
    public static let known: [KnownBehaviour] = [
        known("stop at 5 %", "Sells when the price has gone 5 % against the position.") { $0.stopLoss = 0.05 },
        known("stop at half the margin", "Sells when half of the margin is lost.") {
            ($0.stopLoss, $0.unit) = (0.5, .margin)
        },
        known(
            "trailing stop at 10 %",
            "Sells when the price has gone 10 % against the position from the best close since entry."
        ) {
            $0.trailingStop = 0.1
        },
        known("takes profit at 10 %", "Sells when the price has gone 10 % in favour of the position.") {
            $0.exits = [PlannedExit(distance: 0.1)]
        },
        known("panic seller", "Sells at the first close that is 10 % below the best close since entry.") {
            $0.panicExit = 0.1
        },
        known("FOMO buyer", "Buys only what has risen by 10 % within seven bars.") {
            $0.enterAfter = .gain(0.1, bars: 7)
        },
        known("dip buyer", "Buys only what has fallen by 10 % within seven bars.") {
            $0.enterAfter = .fall(0.1, bars: 7)
        },
        known("buys weekly for a year", "Buys one 52nd a week.") {
            $0.instalments = Instalments(count: 52, every: .days(7))
        },
        known("adds margin twice", "Pays in the initial margin again at 1.5 times the requirement, twice at most.") {
            $0.topUp = TopUp(at: 1.5, add: 1, times: 2)
        },
        known("comes back ten times", "Opens a new position with what is left after losing one, ten times at most.") {
            $0.reenter = Reentry(after: .seconds(0), times: 10)
        },
    ]

    private static func known(
        _ name: String, _ words: String, _ change: (inout Behaviour) -> Void
    ) -> KnownBehaviour {
        var behaviour = Behaviour(name: name)
        change(&behaviour)
        return KnownBehaviour(behaviour: behaviour, words: words)
    }
}
