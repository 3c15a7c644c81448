import StressBasics
import StudyPlan

/// One limit of the study with the cells it was held against.
struct LimitGroup {
    let limit: StudyLimit
    let checks: [LimitCheck]

    /// The checks that were breached.
    var breaches: [LimitCheck] { checks.filter(\.breached) }

    /// What became of the limit as a whole.
    var outcome: LimitCheck.Outcome {
        if !breaches.isEmpty { return .breach }
        return checks.contains { $0.value != nil } ? .met : .noValue
    }

    /// `20× 7 d below zero ≤ 5 %`, with `every cell` when nothing is chosen.
    func words(withAsset: Bool) -> String {
        let cells = limit.cells
        let parts = [
            withAsset ? cells.asset : nil, cells.contract?.rawValue, withAsset ? cells.side?.rawValue : nil,
            cells.leverage?.screenText, cells.horizon?.screenText, cells.platform,
        ].compactMap { $0 }
        let scope = parts.isEmpty ? "every cell" : parts.joined(separator: " ")
        return "\(scope): \(limit.measure.words) ≤ \(limitNumber(limit.max))"
    }

    /// What was measured: the value of a single cell, else how many cells are within and which is worst.
    var result: String {
        guard let first = checks.first else { return "no cell" }
        if checks.count == 1 { return first.value.map { "measured \(limitNumber($0))" } ?? "no value" }
        let within = checks.count { !$0.breached && $0.value != nil }
        let words = "\(grouped(within)) of \(counted(checks.count, "cell", "cells")) within"
        guard let worst = breaches.max(by: { ($0.value ?? 0) < ($1.value ?? 0) }), let value = worst.value else {
            return words
        }
        return "\(words); highest \(limitNumber(value)) at \(placeWords(worst.cell))"
    }

    /// `20× 7 d`, with contract and platform where the checked cells have several.
    private func placeWords(_ cell: StudyCell) -> String {
        let contract = Set(checks.map(\.cell.contract)).count > 1 ? cell.contract.rawValue : nil
        let platform = Set(checks.map(\.cell.platform)).count > 1 ? "on \(cell.platform)" : nil
        let words = [cell.leverage.screenText, cell.horizon.screenText, contract, platform]
        return words.compactMap { $0 }.joined(separator: " ")
    }

    /// Writes state, limit and result.
    func write(to w: inout HTMLWriter, withAsset: Bool) {
        outcome.writePill(to: &w)
        w.text(words(withAsset: withAsset))
        w.element("small", text: " " + result)
    }
}

extension LimitCheck.Outcome {
    /// The state in words and a sign.
    func writePill(to w: inout HTMLWriter) {
        switch self {
        case .met: w.pill("ok", "✓", "met")
        case .breach: w.pill("bad", "✕", "breach")
        case .noValue: w.pill("info", "–", "no value")
        }
    }
}

extension StudyLimit.Measure {
    /// The measure in the words of the pages.
    var words: String {
        switch self {
        case .negativeEquity: "below zero"
        case .liquidated: "liquidated"
        case .unprotected: "no safeguards"
        case .largestShortfall: "worst shortfall of margin"
        }
    }
}

extension RunReport {
    /// The limits of the study in its order, each with its cells in plan order.
    var limitGroups: [LimitGroup] {
        groups(of: limits)
    }

    /// The limits that concern one page, with its cells alone.
    func limitGroups(asset: String, side: Side) -> [LimitGroup] {
        groups(of: limits.filter { $0.cell.asset == asset && $0.cell.side == side }).filter { !$0.checks.isEmpty }
    }

    private func groups(of checks: [LimitCheck]) -> [LimitGroup] {
        let found = Dictionary(grouping: checks, by: \.limit)
        var seen: Set<StudyLimit> = []
        return study.limits.filter { seen.insert($0).inserted }.map { LimitGroup(limit: $0, checks: found[$0] ?? []) }
    }
}

/// A limit or a value beside it: four digits, so that a narrow breach does not look like equality.
private func limitNumber(_ fraction: Double) -> String {
    significantText(fraction * 100, digits: 4) + narrowSpace + "%"
}
