import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What the price may do beyond the data, and the margin and leverage that follow.
extension AssetSide {
    func margin(_ detail: CellDetail) -> ReportSection {
        let definition =
            "Moves against a \(side.rawValue) within \(spanWords(detail.cell.horizon)) that are passed once in so many years: "
            + "peaks over a threshold, one a cluster, generalised Pareto on the log price; \(confidenceText(confidence)) "
            + "profile-likelihood interval, widened as the peaks cluster. "
            + "\(detail.cell.contract == .inverse ? "An inverse" : "A linear") position whose margin is smaller is bankrupt there "
            + "unless it was closed."
        let refusal = tailRefusal(detail).map { Block.paragraph(.none, "No extrapolation: \($0.words()).") }
        return ReportSection(
            "margin", label: "Tail and margin", title: marginTitle(detail), definition: definition,
            [
                refusal ?? .table(levelTable(detail)), .paragraph(.note, requirementWords(detail)),
                .paragraph(.note, maxLeverageWords(detail)), .paragraph(.note, shortfallWords(detail)),
                .source(["tail.csv", "shortfall_tail.csv", "max_leverage.csv"]),
            ])
    }

    private func tailRefusal(_ detail: CellDetail) -> TailRefusal? {
        guard let tail = detail.tail else { return .fewPeaks }
        if case .failure(let failure) = tail.analysis.outcome { return failure.reason }
        return nil
    }

    private func marginTitle(_ detail: CellDetail) -> String {
        let level = detail.tail?.levels.last { $0.move != nil }
        guard let level, let move = level.move else { return "The tail beyond the data" }
        return
            "Once in \(counted(Int(level.years), "year", "years")) the price goes \(againstNumber(move.level))\(narrowSpace)% against it"
    }

    /// In percent; a fall never reads as the whole price.
    private func againstNumber(_ move: Double) -> String {
        side == .long && move >= 0.995 ? ">99" : percentNumber(move)
    }

    /// Which leverages are shown to stay under the chosen frequency, which are not, and which are unknown.
    private func maxLeverageWords(_ detail: CellDetail) -> String {
        let selector = CellSelector(like: detail.cell.key, but: [.leverage])
        let most = report.study.statistics.maxFrequency
        let column = records.rows.filter { selector.matches($0.cell) }.map { $0.judged(most: most) }
        return MaxLeverage(column)?.words(most: most) ?? ""
    }

    private func levelTable(_ detail: CellDetail) -> SectionTable {
        SectionTable(
            name: "Moves by return period", head: ["Once in", "Move, %", "Interval, %", "Bankrupt at leverage"],
            rows: (detail.tail?.levels ?? []).map { level in
                let title = counted(Int(level.years), "year", "years")
                if let figures = figures(level, detail) { return SectionTable.Row(title, figures) }
                // A reason is a sentence and needs the width of the columns.
                let reason = level.refusal?.words() ?? "no level was fitted"
                return SectionTable.Row([.text(title)], [.reason(reason, columns: 3)])
            })
    }

    /// Move, interval and leverage of a return period; nil where it has none.
    private func figures(_ level: TailReport.Level, _ detail: CellDetail) -> [ShownFigure]? {
        guard let move = level.move else { return nil }
        let leverage = level.bankruptLeverage(contract: detail.cell.contract, side: side)
        return [
            ShownFigure(againstNumber(move.level), move.level, move.interval, .fraction),
            ShownFigure("\(againstNumber(move.interval.low))–\(againstNumber(move.interval.high))"),
            ShownFigure(leverageWords(leverage), leverage?.value, leverage?.interval, .leverage),
        ]
    }

    /// `1.7× (0.6×–2.3×)`.
    private func leverageWords(_ leverage: TailReport.BankruptLeverage?) -> String {
        guard let leverage else { return "" }
        func number(_ value: Double) -> String { significantText(value, digits: 2) + "×" }
        let (low, high) = (leverage.interval.low, leverage.interval.high)
        return "\(number(leverage.value)) (\(number(low))–\(high.isFinite ? number(high) : "∞"))"
    }

    /// The farthest return period whose shortfall can be given.
    private func shortfallWords(_ detail: CellDetail) -> String {
        guard let tail = detail.shortfallTail else { return "" }
        guard let level = tail.levels.last(where: { $0.move != nil }), let shortfall = level.move else {
            let refusal = tail.levels.compactMap(\.refusal).first ?? .fewPeaks
            return "Its shortfalls are not extrapolated: \(refusal.words(farthest: TailFit.farthestOfShortfalls))."
        }
        return "Once in \(counted(Int(level.years), "year", "years")) an episode leaves a shortfall of more than "
            + "\(percentText(shortfall.level)) of the margin (\(confidenceText(confidence)) CI "
            + "\(percentNumber(shortfall.interval.low))–\(percentNumber(shortfall.interval.high)))."
    }

    /// The margin that would have kept the study's chosen frequency.
    func requirement(_ detail: CellDetail) -> RequiredMargin? {
        records.requirements.first { $0.side == side && $0.horizon == detail.cell.horizon }?.margin
    }

    private func requirementWords(_ detail: CellDetail) -> String {
        guard let margin = requirement(detail) else { return "" }
        let observed =
            "A margin of \(percentText(margin.observedMove)) of the notional would have kept \(shareText(margin.frequency)) of "
            + "these entries or fewer below zero with nobody liquidating"
        guard let safe = margin.safeMove else {
            return observed + "; the history is too short to show it with \(confidenceText(confidence)) confidence."
        }
        return observed + "; \(percentText(safe)) shows it with \(confidenceText(confidence)) confidence."
    }
}

extension TailRefusal {
    /// The reason in words.
    ///
    /// - Parameter farthest: how many times the history a return period may be.
    func words(farthest: Double = TailFit.farthestExtrapolation) -> String {
        switch self {
        case .fewPeaks: "fewer than \(TailFit.fewestPeaks) separate peaks above any threshold"
        case .noMaximum: "the likelihood has no regular maximum"
        case .noMean: "the fitted tail has no mean"
        case .poorFit: "the peaks do not look like the fitted tail"
        case .unstable: "fits above higher thresholds say something else"
        case .pastScale: "the price came to zero or below, where the scale ends"
        case .fewRuns:
            "the history is shorter than \(TailFit.fewestRuns) times what its market remembers, so how often turbulent times come is unknown"
        case .fewRegimes:
            "the history has been through fewer than \(TurbulentSpells.fewest) turbulent spells, so what the next one brings is unknown"
        case .fewDecide: "a handful of peaks decides the level"
        case .noUpperEnd: "nothing bounds the level from above"
        case .tooFar: "more than \(significantText(farthest, digits: 2)) times the history"
        }
    }
}
