import MarginModel
import StressBasics

/// Everything a position is opened with, at random: the seed in a failure's message draws the same again.
struct RandomTerms {
    let seed: UInt64
    var terms: PositionTerms
    var entry: Double
    var carry: Carry

    /// Leverage 1…125 (one in ten exactly 1), fees of ±0.1 %, one to four brackets, funding up to half the margin either
    /// way, up to two years, and now and then a scheduled maintenance per coin.
    init(seed: UInt64, _ kind: HeldKind) {
        var random = SeededGenerator(seed: seed)
        let price = 100 * (random.uniform() * 14 - 5).exponential
        let notional = 1000 * (random.uniform() * 10 - 2).exponential
        let leverage = kind == .spot || random.uniform() < 0.1 ? 1 : 1 + 124 * random.uniform()
        let value = kind == .inverse ? notional / price : notional
        entry = price
        carry = Carry(
            funding: (random.uniform() - 0.5) * value / leverage, years: 2 * random.uniform(),
            maintenancePerCoin: random.uniform() < 0.3 ? 0.02 * price * random.uniform() : 0)
        terms = PositionTerms(
            side: kind.side ?? (random.uniform() < 0.5 ? .long : .short), leverage: Leverage(leverage)!,
            notional: notional, rules: RandomTerms.rules(&random, value: value))
        self.seed = seed
    }

    private static func rules(_ random: inout SeededGenerator, value: Double) -> PlatformRules {
        do {
            let borrow = try BorrowRules(yearlyRate: 0.5 * random.uniform(), marginLevel: 1 + 0.3 * random.uniform())
            return try MarginModelTests.rules(
                tiers: randomTiers(&random, around: value), open: 0.002 * (random.uniform() - 0.5), borrow: borrow)
        } catch {
            preconditionFailure("the drawn rules are within their ranges: \(error)")
        }
    }

    /// The same with another leverage.
    func with(leverage: Double) -> RandomTerms {
        var changed = self
        changed.terms.leverage = Leverage(leverage)!
        return changed
    }
}

/// One to four brackets with caps around a position's value, so that its trigger falls into any of them.
func randomTiers(_ random: inout SeededGenerator, around value: Double) -> MaintenanceTiers {
    let count = 1 + Int(random.next() % 4)
    var (floors, rates) = ([0.0], [0.01 * random.uniform()])
    for _ in 1..<max(count, 2) where count > 1 {
        floors.append(floors[floors.count - 1] + value * random.uniform() + 1e-6 * value)
        rates.append(rates[rates.count - 1] + 0.1 * random.uniform())
    }
    do {
        return try continuousTable(floors: floors, rates: rates)
    } catch {
        preconditionFailure("rising floors and rates make a table: \(error)")
    }
}

/// The kinds of position there are.
enum HeldKind: CaseIterable {
    case linear, inverse, borrowedCash, borrowedCoin, spot

    /// The only side the kind has.
    var side: Side? {
        switch self {
        case .linear, .inverse: nil
        case .borrowedCash, .spot: .long
        case .borrowedCoin: .short
        }
    }

    func open(_ drawn: RandomTerms) -> any MarginPosition {
        switch self {
        case .linear: LinearPosition(drawn.terms, entryPrice: drawn.entry)
        case .inverse: InversePosition(drawn.terms, entryPrice: drawn.entry)
        case .borrowedCash: BorrowedCashPosition(drawn.terms, entryPrice: drawn.entry)
        case .borrowedCoin: BorrowedCoinPosition(drawn.terms, entryPrice: drawn.entry)
        case .spot: SpotPosition(drawn.terms, entryPrice: drawn.entry)
        }
    }

    /// The seeds for which a law does not hold, of the first 4,000.
    func seeds(breaking law: (any MarginPosition, RandomTerms) -> Bool) -> [UInt64] {
        (0..<4000).filter { seed in
            let drawn = RandomTerms(seed: seed, self)
            return !law(open(drawn), drawn)
        }
    }
}

extension MarginPosition {
    /// `E − R`: above 0 while nobody closes the position.
    func excess(at price: Double, _ carry: Carry) -> Double { equity(at: price, carry) - requirement(at: price, carry) }

    /// What rounding in equity and requirement is judged against at `price`.
    func magnitude(at price: Double, _ carry: Carry) -> Double {
        entryValue + initialMargin + abs(carry.funding) + tradedNotional(at: price)
            + abs(requirement(at: price, carry))
    }
}

extension Double {
    /// `2^x`, near enough for drawing magnitudes, from integer powers only.
    var exponential: Double {
        let whole = rounded(.down)
        return Double(sign: .plus, exponent: Int(whole), significand: 1 + (self - whole))
    }
}
