import StressBasics
import StressResults
import StressStatistics

/// Somebody who paid a part of what was missing.
struct Payer {
    /// Its words in a drawing or a table.
    let label: String
    /// What it did, as the beginning of a clause: `the fund paid`.
    let clause: String
    /// How much.
    let amount: LedgerAmount
}

extension LedgerAmounts {
    /// Everybody but the traders who owe, in the order in which they are asked.
    var payers: [Payer] {
        [
            Payer(label: "Fund", clause: "the fund paid", amount: fund),
            Payer(label: "Winners’ queue", clause: "deleveraged winners gave", amount: deleveraging),
            Payer(label: "Day’s winners", clause: "the day’s winners were charged", amount: socialised),
            Payer(label: "Platform", clause: "the platform bore", amount: platform),
        ]
    }
}

extension LedgerGroup {
    /// `clients owe nothing`, or what they owe.
    var owedWords: String {
        guard counts.owing > 0 else { return "clients owe nothing" }
        return owedPerMargin.map { "clients owe \(percentText($0)) of margin" } ?? "clients owe something"
    }

    /// Who paid what was missing: `the fund paid 60 %, deleveraged winners paid 30 %, the platform bore 10 %`; nil where nothing was.
    var payerWords: String? {
        let paid = amounts.payers.filter { $0.amount > .zero }.compactMap { payer in
            payer.amount.part(of: amounts.shortfall).map { "\(payer.clause) \(shareText($0))" }
        }
        return paid.isEmpty ? nil : paid.joined(separator: ", ")
    }

    /// Why nobody opened a position; nil where somebody did.
    ///
    /// - Parameter horizon: for which positions are held, where that is known.
    func unopenedReason(horizon: TimeSpan?) -> String? {
        guard counts.entries == 0 else { return nil }
        if let rejected = counts.rejected, rejected > 0 {
            return
                "the platform rejects all of them, whose margin would not exceed the requirement or whose leverage is above what it "
                + "allows at their size"
        }
        let time =
            horizon.map { "the \(spanWords($0)) for which it would be held" } ?? "the time for which it would be held"
        return "no bar with a price above zero is followed by another within \(time)"
    }

    /// What became of the positions, from those that would have been below zero to those that owe; where there are none, why.
    func story(confidence: Double, horizon: TimeSpan?) -> String {
        if let reason = unopenedReason(horizon: horizon) { return "No position was opened: \(reason)." }
        let first =
            "Of \(counted(counts.entries, "position", "positions")) \(grouped(counts.unprotected)) would have been below "
            + "zero at some bar, had nobody liquidated; \(grouped(counts.shortfalls)) \(counts.shortfalls == 1 ? "was" : "were") closed below zero"
        guard counts.shortfalls > 0 else { return first + "." }
        let share = shortfallShare.map { " (\(shareText($0))\(ciWords(intervals.shortfall, confidence)))" } ?? ""
        let paid = payerWords.map { $0.prefix(1).uppercased() + $0.dropFirst() + "; " } ?? ""
        let owed = "\(owedWords)\(counts.owing > 0 ? ", \(moneyWords(amounts.owed)) in all" : "")."
        let end = paid.isEmpty ? owed.prefix(1).uppercased() + owed.dropFirst() : paid + owed
        return "\(first)\(share), \(moneyWords(amounts.shortfall)) short in all. \(end)"
    }

    private func ciWords(_ interval: Interval?, _ confidence: Double) -> String {
        interval.map { ", \(confidenceText(confidence)) CI\(hardSpace)\(intervalNumber($0))\(narrowSpace)%" } ?? ""
    }
}

extension LedgerResults {
    /// Platforms whose document is whole, with everybody on them.
    var whole: [(result: LedgerResult, all: LedgerGroup)] {
        platforms.compactMap { result in result.all.map { (result, $0) } }
    }

    /// Platforms on which somebody opened a position.
    var opened: [(result: LedgerResult, all: LedgerGroup)] { whole.filter { $0.all.counts.entries > 0 } }

    /// The finding: of one platform who paid, of several what traders owe on the kindest and on the harshest, or what others
    /// paid for them.
    var title: String {
        let (whole, opened) = (whole, opened)
        guard let first = opened.first else {
            return whole.isEmpty
                ? "Nobody traded" : "No position was opened" + (whole.count > 1 ? " on any platform" : "")
        }
        guard whole.count > 1 else { return oneTitle(first.all) }
        guard opened.count > 1 else {
            return "Only \(visibleText(first.result.platform)) opens positions. \(oneTitle(first.all))"
        }
        let idle = whole.filter { $0.all.counts.entries == 0 }.map { visibleText($0.result.platform) }
        let rest = idle.isEmpty ? "" : "; no position was opened on \(idle.joined(separator: ", "))"
        return "The same traders and prices: " + comparison(opened) + rest
    }

    /// What traders owe on the kindest and on the harshest of several platforms.
    private func comparison(_ platforms: [(result: LedgerResult, all: LedgerGroup)]) -> String {
        let rising = platforms.sorted { owedPerMargin($0.all) < owedPerMargin($1.all) }
        guard let (least, leastAll) = rising.first, let (most, mostAll) = rising.last, mostAll.counts.owing > 0 else {
            let count = platforms.count == 2 ? "either platform" : "any of \(grouped(platforms.count)) platforms"
            return "clients owe nothing on \(count)" + borneWords(platforms)
        }
        return
            "\(visibleText(least.platform))’s \(leastAll.owedWords), \(visibleText(most.platform))’s \(mostAll.owedWords)"
    }

    /// What others paid where nobody owes: `; others paid for the 2.9 % closed below zero on typical (0.1 % of margin) and the 13 % on bare
    /// (2.0 % of margin)`.
    private func borneWords(_ platforms: [(result: LedgerResult, all: LedgerGroup)]) -> String {
        let rising = platforms.sorted { ($0.all.shortfallPerMargin ?? 0) < ($1.all.shortfallPerMargin ?? 0) }
        guard let (least, leastAll) = rising.first, let (most, mostAll) = rising.last, mostAll.counts.shortfalls > 0
        else { return ", and no position was closed below zero" }
        func margin(_ all: LedgerGroup) -> String { "(\(percentText(all.shortfallPerMargin ?? 0)) of margin)" }
        return
            "; others paid for the \(shareText(leastAll.shortfallShare ?? 0)) closed below zero on \(visibleText(least.platform)) "
            + "\(margin(leastAll)) and the \(shareText(mostAll.shortfallShare ?? 0)) on \(visibleText(most.platform)) \(margin(mostAll))"
    }

    private func owedPerMargin(_ group: LedgerGroup) -> Double { group.owedPerMargin ?? 0 }

    private func oneTitle(_ all: LedgerGroup) -> String {
        guard all.counts.shortfalls > 0 else {
            return "No position was closed below zero, so nobody had anything to pay"
        }
        if all.counts.owing == 0 { return "Clients owe nothing: " + (all.payerWords ?? "somebody paid") }
        let part = all.amounts.owed.part(of: all.amounts.shortfall).map(shareText) ?? ""
        return "Clients owe \(part) of what was missing, \(all.owedPerMargin.map(percentText) ?? "") of margin"
    }

    /// Each further platform against the first, everybody together, in one sentence each.
    func differenceWords(confidence: Double) -> [String] {
        differences.filter { $0.asset == nil && $0.side == nil }.compactMap { found in
            let what = found.share == .owed ? "Positions that owe" : "Positions closed below zero"
            let points = found.difference.difference
            let ends = found.difference.interval
            guard points != 0 || ends.low != 0 || ends.high != 0 else { return nil }
            let size = "\(percentNumber(abs(points))) percentage points \(points < 0 ? "below" : "above")"
            let range = "\(signedPercentNumber(ends.low)) to \(signedPercentNumber(ends.high))"
            return
                "\(what): \(visibleText(found.platform)) \(size) \(visibleText(found.other)) (\(confidenceText(confidence)) CI \(range))."
        }
    }
}

extension LedgerResult {
    /// Whether it ever had a fund.
    var hasFund: Bool { fundStart > .zero || days.contains { $0.balance > .zero || $0.inflow > .zero } }

    /// Whether it keeps a part that it pays nobody with.
    var hasFloor: Bool { safeguards.fund.floor > 0 }

    /// What a reader has to know before the figures: where liquidations move the price, what they did to it; a fund that is larger than
    /// anything that could happen, or begins below its floor; and what was not opened. Empty on most platforms.
    var warnings: [String] { [impactWords, oversizeWords, floorWords, rejectionWords].compactMap { $0 } }

    private var impactWords: String? {
        guard let impact = impactAtWork else { return nil }
        let first =
            "Liquidations move the price on \(visibleText(platform)) (gamma \(numberText(impact.gamma)), depth "
            + "\(moneyWords(impact.depth)), half-life \(impact.halfLife.text)): a supposition, and not what the prices say."
        guard let all, let without = figures?.withoutImpact else { return first }
        return first
            + " Without it \(grouped(without.counts.liquidated)) positions are liquidated in place of \(grouped(all.counts.liquidated)), "
            + "\(grouped(without.counts.shortfalls)) are closed below zero in place of \(grouped(all.counts.shortfalls)), and "
            + "\(moneyWords(without.amounts.shortfall)) is missing in place of \(moneyWords(all.amounts.shortfall))."
    }

    private var oversizeWords: String? {
        guard isFundBeyondPositions, let figures else { return nil }
        return
            "The fund of \(visibleText(platform)) begins with \(moneyWords(fundStart)), more than all positions that were ever open at "
            + "once, \(moneyWords(figures.mostOpen)): it pays whatever happens, and tells nothing of the platform."
    }

    private var floorWords: String? {
        guard isFundBelowFloor else { return nil }
        return
            "The fund of \(visibleText(platform)) begins with \(moneyWords(fundStart)), below its floor of "
            + "\(moneyWords(safeguards.fund.floor)): until more flows in, it pays nobody."
    }

    /// What the platform rejects of the open interest; nil where that is nothing, or everything, which is said of everybody.
    private var rejectionWords: String? {
        guard let all, all.counts.entries > 0, let share = all.rejectedShare, share > 0 else { return nil }
        let classes = groups.filter { $0.asset == nil && $0.side != nil && $0.counts.rejected ?? 0 > 0 }.map(
            \.classWords)
        let more = classes.count > 6 ? " and \(grouped(classes.count - 6)) more classes" : ""
        return
            "\(shareText(share)) of the open interest was never opened: \(visibleText(platform)) rejects "
            + "\(classes.prefix(6).joined(separator: ", "))\(more), whose margin would not exceed the requirement or whose leverage is above what it "
            + "allows at their size. All figures are of the rest."
    }

    /// Days on which the fund could not pay everything.
    var unpaidDays: Int { days.count { $0.unpaid > .zero } }

    /// What the fund did.
    var fundTitle: String {
        let paid = days.reduce(LedgerAmount.zero) { $0 + $1.outflow }
        let unpaid = days.reduce(LedgerAmount.zero) { $0 + $1.unpaid }
        let name = visibleText(platform)
        if unpaid > .zero {
            let count = counted(unpaidDays, "day", "days")
            return "The fund of \(name) cannot pay on \(count) of \(grouped(days.count)), \(moneyWords(unpaid)) in all"
        }
        if all?.counts.entries == 0 { return "The fund of \(name) has nobody to pay for: no position was opened" }
        if let words = afterWinners { return "The fund of \(name) is never below \(moneyWords(fundLowest)): \(words)" }
        if paid > .zero { return "The fund of \(name) pays everything and is never below \(moneyWords(fundLowest))" }
        return "The fund of \(name) has nothing to pay"
    }

    /// What winners paid of what the fund had not to pay: where they are asked before it, it does not pay everything, however much it has.
    private var afterWinners: String? {
        guard let amounts = all?.amounts, amounts.deleveraging > .zero,
            let given = amounts.deleveraging.part(of: amounts.shortfall),
            let paid = amounts.fund.part(of: amounts.shortfall)
        else { return nil }
        return
            "winners were asked before it and gave \(shareText(given)) of what was missing, it paid \(shareText(paid))"
    }

    /// The fund that nearly all days would have needed.
    var neededTitle: String {
        let ofDays = needed.filter { $0.basis == .days && $0.share < 1 }
        guard let most = ofDays.max(by: { $0.share < $1.share }) else { return "The fund that would have been needed" }
        return "\(moneyWords(most.amount)) at the beginning of a day would have paid \(shareText(most.share)) of days"
    }

    /// What the platform's own queue took, or what any would have.
    var queueTitle: String {
        let name = visibleText(platform)
        if let own = queues.first(where: \.isOwn) {
            guard own.total.touched > 0 else { return "The queue of \(name) found no winner to close" }
            let part = own.total.profitShare.map { ", \(shareText($0)) of their profit" } ?? ""
            return
                "\(name) takes \(moneyWords(own.total.haircut)) from winners in \(counted(own.total.touched, "meeting", "meetings"))\(part)"
        }
        return "\(name) asks no winner; what each queue would have taken"
    }
}

extension QueueResult {
    /// The queue in words.
    var label: String {
        switch rule {
        case .bitmex: "BitMEX"
        case .binance: "Binance"
        case .hyperliquid: "Hyperliquid"
        case .profit: "Profit"
        case .proRata: "Pro rata"
        case .least: "Least cut"
        }
    }

    /// What one meeting took on average, quote currency; nil where nobody was met.
    var meanHaircut: Double? { total.touched > 0 ? total.haircut.quote / Double(total.touched) : nil }
}
