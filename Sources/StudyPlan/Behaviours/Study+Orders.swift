import StressBasics

extension Study {
    /// Orders so far below a price that no price above zero meets them: their rows are those of holding.
    public var orderFindings: [Finding] {
        behaviours.flatMap { behaviour in
            let long = grid.sides.contains(.long) ? falls(behaviour) : []
            let short = grid.sides.contains(.short) ? targets(behaviour) : []
            return (long.map { ($0, "long") } + short.map { ($0, "short") }).map { order, side in
                Finding(
                    check: "order_out_of_reach", severity: .warning,
                    message:
                        "'\(behaviour.name)': \(order.name) of \(percent(order.distance)) is met by a \(side) at prices of zero or less alone",
                    action: "kept", hint: hint(order.distance, behaviour.unit))
            }
        }
    }

    /// Who writes 5 means 5 % as a rule.
    private func hint(_ distance: Double, _ unit: DistanceUnit) -> String {
        guard unit == .price, distance < 100 else { return "write less than 100%, or leave it out" }
        let (number, part) = (significantText(distance, digits: 4), significantText(distance / 100, digits: 4))
        return
            "\(number) is \(percent(distance)): write \(number)%, or \(part), if that is meant, and leave it out otherwise"
    }

    /// Orders of a long that a fall to zero does not reach, at any leverage of the grid.
    private func falls(_ behaviour: Behaviour) -> [(name: String, distance: Double)] {
        [
            (Settings.Behaviours.stopLoss.key, behaviour.stopLoss.map { ofPrice($0, behaviour) }),
            (Settings.Behaviours.trailingStop.key, behaviour.trailingStop),
            (Settings.Behaviours.panicExit.key, behaviour.panicExit),
        ].compactMap { name, distance in distance.flatMap { isBeyond($0) ? (name, $0) : nil } }
    }

    /// Orders of a short, likewise.
    private func targets(_ behaviour: Behaviour) -> [(name: String, distance: Double)] {
        behaviour.exits.map { ofPrice($0.distance, behaviour) }.filter(isBeyond).map {
            (Settings.Behaviours.takeProfit.key, $0)
        }
    }

    /// An endless distance is no order.
    private func isBeyond(_ distance: Double) -> Bool { distance >= 1 && distance.isFinite }

    /// The least part of the price that a distance is at the grid's leverages.
    private func ofPrice(_ distance: Double, _ behaviour: Behaviour) -> Double {
        behaviour.unit == .price ? distance : distance / (grid.leverages.map(\.value).max() ?? 1)
    }

    private func percent(_ part: Double) -> String { significantText(part * 100, digits: 4) + "%" }
}
