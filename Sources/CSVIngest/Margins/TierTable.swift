import MarginModel
import StressBasics

/// Makes the rows of one symbol into brackets and notes what had to be decided.
struct TierTable {
    private let rows: [TierRow]
    private let file: String
    private let symbol: String
    private(set) var tiers: [MaintenanceTier] = []
    /// Rows whose amount the file does not state.
    private var computedCount = 0
    /// Rows whose amount was replaced, with the widest difference.
    private var rounded: (count: Int, largest: Double, row: Int) = (0, 0, 0)
    /// The last cap, when it is a real one.
    private var finiteCap: Double?

    /// - Throws: ``IngestError`` that names the 1-based row of a hole, an overlap or a wrong amount.
    init(_ rows: [TierRow], symbol: String, file: String) throws(IngestError) {
        (self.rows, self.file, self.symbol) = (rows, file, symbol)
        var floor = 0.0
        for index in rows.indices {
            let cap = try cap(index, floor: floor)
            let amount = try amount(index, floor: floor)
            tiers.append(
                MaintenanceTier(
                    notionalCap: cap, rate: rows[index].rate, amount: amount, maxLeverage: rows[index].maxLeverage))
            floor = cap
        }
    }

    /// How far two notionals may be apart and mean the same: a unit, since tables write `50000` and then `50001`, but
    /// less where the notionals are coins and a unit is a whole bracket.
    private static func slack(_ notional: Double) -> Double { min(1, abs(notional) / 1000) }

    private mutating func cap(_ index: Int, floor: Double) throws(IngestError) -> Double {
        let row = rows[index]
        guard abs(row.floor - floor) <= TierTable.slack(floor) else {
            let what = row.floor < floor ? "overlaps the tier before" : "leaves a hole"
            throw refusal(
                "tier \(index + 1): it starts at \(numberText(row.floor)) instead of \(numberText(floor)) and \(what)")
        }
        guard index == rows.count - 1 else {
            guard let cap = row.cap, cap < 1e18 else {
                throw refusal("tier \(index + 1): it has no cap but is not the last")
            }
            return cap
        }
        guard let cap = row.cap, cap < 1e15 else { return .infinity }
        guard cap > floor else {
            throw refusal("tier \(index + 1): its cap \(numberText(cap)) does not rise above \(numberText(floor))")
        }
        finiteCap = cap
        return .infinity
    }

    /// The stated amount where it fits the rule exactly, the rule's where the stated one is rounded or absent.
    private mutating func amount(_ index: Int, floor: Double) throws(IngestError) -> Double {
        let before = tiers.last
        let exact = before.map { $0.amount + floor * (rows[index].rate - $0.rate) } ?? 0
        guard let stated = rows[index].amount else {
            computedCount += 1
            return exact
        }
        let difference = abs(stated - exact)
        // The last bits of a product are no rounding of the publisher's.
        if difference <= 1e-9 * floor { return stated }
        guard difference <= max(TierTable.slack(floor), 1e-6 * abs(exact)) else {
            throw refusal(
                "tier \(index + 1): amount \(numberText(stated)) breaks continuity at \(numberText(floor)), "
                    + "expected \(numberText(exact))")
        }
        rounded.count += 1
        if difference > rounded.largest { (rounded.largest, rounded.row) = (difference, index + 1) }
        return exact
    }

    /// An error about this symbol.
    func refusal(_ why: String) -> IngestError {
        IngestError(
            .malformed, "cannot use the tiers of \"\(SourceLocation.presentable(symbol))\"", why: why,
            at: SourceLocation(file: file))
    }

    // MARK: Findings

    /// One finding for each check, also for those that passed.
    var findings: [Finding] { [capped, roundedAmounts, computedAmounts] }

    private func finding(
        _ check: String, _ severity: Finding.Severity, _ message: String, count: Int, action: String, hint: String = ""
    ) -> Finding {
        Finding(
            check: check, severity: count == 0 ? .pass : severity, message: message, count: count,
            location: count == 0 ? nil : SourceLocation(file: file), action: count == 0 ? "" : action, hint: hint)
    }

    private var capped: Finding {
        guard let cap = finiteCap else {
            return finding("capped_table", .warning, "the last tier has no cap", count: 0, action: "")
        }
        return finding(
            "capped_table", .note,
            "the table ends at a notional of \(numberText(cap)), above which the venue opens nothing", count: 1,
            action: "the last tier holds above it too", hint: "keep positions below this cap")
    }

    private var roundedAmounts: Finding {
        guard rounded.count > 0 else {
            return finding("amounts_rounded", .note, "0 amounts are rounded", count: 0, action: "")
        }
        return finding(
            "amounts_rounded", .note,
            "\(counted(rounded.count, "amount")) \(rounded.count == 1 ? "is" : "are") rounded, tier \(rounded.row) most, "
                + "by \(significantText(rounded.largest, digits: 3))",
            count: rounded.count, action: "the exact amount used")
    }

    private var computedAmounts: Finding {
        finding(
            "amounts_computed", .note,
            "\(spacedCount(computedCount)) of \(counted(rows.count, "tier")) state no maintenance amount",
            count: computedCount, action: "computed from the rates")
    }
}
