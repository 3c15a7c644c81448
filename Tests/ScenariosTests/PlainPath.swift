import MarginModel
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The judge: a position as the model's page writes it down, followed along a price that is a function of time. Entered at a price
/// of 1 with a notional of 1.
struct PlainPath {
    var contract = ContractKind.linear
    var side = Side.long
    var leverage = 10.0
    var open = 0.0005
    var close = 0.0005
    var liquidation = 0.0
    var slippage = 0.0005
    var tiers: [(cap: Double, rate: Double, amount: Double)] = [(.infinity, 0.005, 0)]
    var level = 1.1
    var delay = 30.0

    private var sign: Double { side == .long ? 1 : -1 }

    /// Equity over margin.
    func equity(_ p: Double) -> Double {
        switch (contract, side) {
        case (.linear, _): 1 - open * leverage + sign * leverage * (p - 1)
        case (.inverse, _): 1 - open * leverage + sign * leverage * (1 - 1 / p)
        case (.margin, .long): leverage * p - open * leverage - (leverage - 1)
        case (.margin, .short): 1 + leverage - open * leverage - leverage * p
        case (.spot, _): p - open
        }
    }

    /// Requirement over margin.
    func requirement(_ p: Double) -> Double {
        switch (contract, side) {
        case (.linear, _): maintenance(abs(p)) * leverage
        case (.inverse, _): maintenance(1 / p) * leverage
        case (.margin, .long): (level - 1) * (leverage - 1)
        case (.margin, .short): (level - 1) * leverage * p
        case (.spot, _): -.infinity
        }
    }

    private func maintenance(_ notional: Double) -> Double {
        let tier = tiers.first { notional <= $0.cap } ?? tiers[tiers.count - 1]
        return tier.rate * notional - tier.amount
    }

    /// Final equity over margin of a position closed at `p`.
    func left(_ p: Double, isLiquidated: Bool) -> Double {
        let fill = p * (1 - sign * slippage)
        let traded = contract == .inverse ? leverage / fill : leverage * fill
        return equity(fill) - (close + (isLiquidated ? liquidation : 0)) * traded
    }

    private func isDue(_ p: Double) -> Bool { equity(p) <= requirement(p) }

    /// Whether it is due on the way to a move of `depth`, `|ln|` of the price.
    func isLiquidated(depth: Double) -> Bool { isDue(exp(-sign * depth)) }

    /// Follows a line of `depth` over `length` seconds, 0 for a jump, to the fill; nil when it is never due.
    func fill(depth: Double, length: Double) -> Double? {
        func price(_ time: Double) -> Double {
            length == 0 ? exp(-sign * depth) : exp(-sign * depth * min(1, time / length))
        }
        guard isDue(price(length)) else { return nil }
        var (early, late) = (0.0, length)
        for _ in 0..<200 {
            let middle = (early + late) / 2
            if isDue(price(middle)) { late = middle } else { early = middle }
        }
        return price(late + delay)
    }

    func owes(_ share: Double, depth: Double, length: Double) -> Bool {
        fill(depth: depth, length: length).map { left($0, isLiquidated: true) < -share } ?? false
    }

    /// The smallest depth for which `holds`, by bisection; nil up to a depth of 700.
    func least(_ holds: (Double) -> Bool) -> Double? {
        var (low, high) = (0.0, 700.0)
        guard holds(high) else { return nil }
        for _ in 0..<300 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// The part of the price that a depth is.
    func move(_ depth: Double) -> Double { side == .long ? -expm1(-depth) : expm1(depth) }

    /// The rules as the model has them.
    var rules: PlatformRules {
        get throws {
            try PlatformRules(
                fees: Fees(open: open, close: close, liquidation: liquidation), slippage: Slippage(base: slippage),
                tiers: MaintenanceTiers(
                    tiers.map { MaintenanceTier(notionalCap: $0.cap, rate: $0.rate, amount: $0.amount) }),
                liquidation: LiquidationRules(delay: TimeSpan(milliseconds: Int64((delay * 1000).rounded()))),
                borrow: BorrowRules(yearlyRate: 0.1, marginLevel: level))
        }
    }

    /// What the position is opened with, of any notional and entry price: with brackets they scale.
    var terms: PositionTerms {
        get throws {
            PositionTerms(side: side, leverage: Leverage(leverage)!, notional: 1, rules: try rules)
        }
    }
}

extension PlainPath {
    /// A position at random, one to four brackets, some never opened.
    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        contract = [ContractKind.linear, .inverse, .margin][Int(random.next() % 3)]
        side = random.uniform() < 0.5 ? .long : .short
        leverage = 1 + (random.uniform() < 0.2 ? 0 : 1) * 100 * random.uniform() * random.uniform()
        (open, close) = (0.001 * random.uniform(), 0.002 * random.uniform())
        (liquidation, slippage) = (0.01 * random.uniform() * random.uniform(), 0.003 * random.uniform())
        level = 1 + 0.2 * random.uniform()
        delay = Double(1 + random.next() % 600)
        tiers = []
        var (rate, amount, floor) = (0.02 * random.uniform(), 0.0, 0.0)
        for _ in 0..<random.next() % 4 {
            let cap = floor + random.uniform() * 2 + 1e-3
            tiers.append((cap, rate, amount))
            let next = rate + 0.05 * random.uniform()
            amount += cap * (next - rate)
            (rate, floor) = (next, cap)
        }
        tiers.append((.infinity, rate, amount))
    }
}
