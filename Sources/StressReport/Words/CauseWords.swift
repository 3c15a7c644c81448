import StressBasics
import StressResults
import StressStatistics

/// The stages that a shortfall is made of, as pages and files name them.
enum ShortfallCause: String, CaseIterable {
    case price, gap, latency, slippage, fees, funding

    /// Its part of a shortfall.
    func part(of causes: ShortfallCauses) -> Double {
        switch self {
        case .price: causes.price
        case .gap: causes.gap
        case .latency: causes.latency
        case .slippage: causes.slippage
        case .fees: causes.fees
        case .funding: causes.funding
        }
    }

    /// Its name in a figure.
    func label(_ contract: ContractKind) -> String {
        switch self {
        case .latency: "Delay"
        case .funding where contract == .margin: "Interest"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// Subject of a sentence with its verb: `gaps make up`.
    func makesUp(_ contract: ContractKind) -> String {
        switch self {
        case .price: "the price itself makes up"
        case .gap: "gaps make up"
        case .fees: "fees make up"
        default: label(contract).lowercased() + " makes up"
        }
    }

    /// What happens in this stage.
    func meaning(_ contract: ContractKind) -> String {
        switch self {
        case .price: "below zero already at the trigger price, or at the last close when nobody liquidated."
        case .gap: "from the trigger price to the price that could be had at once."
        case .latency: "from there to the price some bars later; less than zero when the price came back."
        case .slippage: "what the order itself moved the price."
        case .fees: "to open, to close and to liquidate."
        case .funding where contract == .margin: "on the loan since entry."
        case .funding: "paid since entry; less than zero when it was received."
        }
    }
}

/// The causes of the mean shortfall of one cell.
struct CauseShares {
    /// The mean shortfall, in parts of the initial margin.
    let mean: Double
    /// Its parts, in stage order.
    let parts: [(cause: ShortfallCause, value: Double)]

    /// Nil without a shortfall.
    init?(_ exit: ExitEstimate) {
        guard let causes = exit.causes, let mean = exit.shortfall?.mean, mean > 0 else { return nil }
        self.mean = mean
        parts = ShortfallCause.allCases.map { ($0, $0.part(of: causes)) }
    }

    /// A cause in parts of the initial margin.
    func part(_ cause: ShortfallCause) -> Double { parts.first { $0.cause == cause }?.value ?? 0 }

    /// A cause over the mean shortfall; below zero where its stage lessened it.
    func share(_ cause: ShortfallCause) -> Double { part(cause) / mean }

    /// The largest cause, the earlier stage at a tie.
    var largest: ShortfallCause {
        parts.dropFirst().reduce(parts[0]) { $1.value > $0.value ? $1 : $0 }.cause
    }
}

extension AssetSide {
    /// The largest cause of the headline's mean shortfall.
    var causesTitle: String {
        guard let row = headline else { return "No cell matches the headline" }
        let position = "At \(row.cell.leverage.screenText)"
        guard let shares = CauseShares(row.estimate.exit) else {
            return "\(position) there is no shortfall to take apart"
        }
        let words = shares.largest.makesUp(row.cell.contract)
        let share = shares.share(shares.largest)
        let relief = share > 1 ? "; other stages lessen it" : ""
        return "\(position), \(words) \(percentText(share)) of the mean shortfall\(relief)"
    }
}

/// A part in percent, which may be below zero: `−4.2`.
func signedPercentNumber(_ fraction: Double) -> String {
    fraction < 0 ? "−" + percentNumber(-fraction) : percentNumber(fraction)
}
