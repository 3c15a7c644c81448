import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What stands between a fall and a debt, and what it leaves on one platform and on another.
extension RunAnswers {
    // MARK: What stops it

    /// From those that would have been below zero to those that ended there, and who paid.
    var safeguards: Answer {
        if let answer = withoutShare(.safeguards) { return answer }
        guard let row = leveraged, let bare = share(row, .unprotected), let closed = share(row, .negativeEquity) else {
            return Answer(.safeguards, .noData, [.plain("Nothing is known.")], link: "index.html#assets")
        }
        let answer = Answer(
            .safeguards, bare.count > 0 || closed.count > 0 ? .answered : .zeroSeen,
            stepWords(row, bare: bare, closed: closed) + ledgerWords(row) + [.plain(".")], link: safeguardsLink(row)
        ).with(
            figure(row, .unprotected), figure(row, .negativeEquity),
            row.estimate.worstExit == nil ? nil : figure(row, .worstNegativeEquity)
        ).with(ledgerFigures(row))
        return platformLedger(row) == nil ? answer.asking("ledger") : answer
    }

    private func share(_ row: ResultRow, _ measure: Measure) -> MeasuredShare? {
        row.estimate.figure(measure, confidence: confidence)?.share
    }

    private func safeguardsLink(_ row: ResultRow) -> String {
        if platformLedger(row) != nil { return "index.html#who-pays" }
        let isShown = page(row.cell).map { $0.headline?.cell == row.cell && $0.safeguards != nil } ?? false
        return link(row.cell, isShown ? "safeguards" : "grid")
    }

    private func stepWords(_ row: ResultRow, bare: MeasuredShare, closed: MeasuredShare) -> [Phrase] {
        let entries = counted(bare.entries, "entry", "entries")
        let position: [Phrase] = [.plain("Of \(entries) at "), .key(row.cell.leverage.screenText), .plain(", ")]
        guard row.fill != "off" else {
            return position + [
                .finding(shareText(bare.fraction)), .plain(" were below zero at some point, and as nobody liquidates "),
                .finding(shareText(closed.fraction)), .plain(" ended there" + ends(closed, of: row)),
            ]
        }
        let before: [Phrase] = [
            .finding(bare.count > 0 ? shareText(bare.fraction) : "none"),
            .plain(" would have been below zero at some point had nobody liquidated; forced liquidation leaves "),
        ]
        let after: [Phrase] = [
            .finding(closed.count > 0 ? shareText(closed.fraction) : "none"),
            .plain(" there" + (closed.count > 0 ? ends(closed, of: row) : "")),
        ]
        return position + before + after + worstWords(row)
    }

    private func worstWords(_ row: ResultRow) -> [Phrase] {
        guard let worst = share(row, .worstNegativeEquity) else { return [] }
        return [
            .plain(", at each bar’s worst price "), .finding(worst.count > 0 ? shareText(worst.fraction) : "none"),
        ]
    }

    /// What became of everybody on the platform of a cell; nil where no ledger ran.
    private func platformLedger(_ row: ResultRow) -> (result: LedgerResult, all: LedgerGroup)? {
        report.ledger?.whole.first { $0.result.platform == row.cell.platform }
    }

    private func ledgerWords(_ row: ResultRow) -> [Phrase] {
        guard let (result, all) = platformLedger(row) else {
            return [.plain("; what is then left to owe this run does not say")]
        }
        if let reason = all.unopenedReason(horizon: nil) {
            return [.plain("; no trader of its ledger opened a position, as \(reason)")]
        }
        let paid =
            all.payerWords.map { "; of what its traders were short \($0)" } ?? "; its traders were short of nothing"
        guard all.counts.owing == 0 else {
            let share = all.owedShare.map(shareText) ?? ""
            return [
                .plain("\(paid), and "), .finding("\(share) of positions owe"), .plain(ends(all.intervals.owed)),
            ]
        }
        let isTerm = result.safeguards.recourse == .platform
        return [
            .plain("\(paid), and "),
            .finding(isTerm ? "by the platform’s terms nobody owes" : "nobody was seen to owe"),
            .plain(isTerm ? "" : " in \(counted(all.counts.entries, "position", "positions"))"),
        ]
    }

    private func ledgerFigures(_ row: ResultRow) -> [AnswerFigure] {
        guard let (result, all) = platformLedger(row) else { return [] }
        let names = ["fund_part_frac", "adl_part_frac", "socialised_part_frac", "platform_part_frac"]
        let parts = zip(names, all.amounts.payers).compactMap { name, payer in
            payer.amount.part(of: all.amounts.shortfall).map {
                AnswerFigure(name, $0, subject: result.platform, file: "safeguards.csv")
            }
        }
        return parts + [owedFigure(result, all)].compactMap { $0 }
    }

    private func owedFigure(_ result: LedgerResult, _ all: LedgerGroup) -> AnswerFigure? {
        all.owedShare.map {
            AnswerFigure(
                "owed_frac", $0, interval: all.intervals.owed, entries: all.counts.entries, subject: result.platform,
                file: "safeguards.csv")
        }
    }

    // MARK: Platforms

    /// The same entries under the rules of each platform.
    var platforms: Answer {
        guard report.study.platforms.count > 1 else {
            let name = report.study.platforms.first?.name ?? ""
            return Answer(
                .platforms, .notAsked,
                [.plain("This run has one platform, "), .name(name), .plain(", and nothing to compare it with.")],
                link: "index.html#assets"
            ).asking(
                "platforms", "grid.platform", hint: "belowzero venues lists the platforms that come with the program.")
        }
        if let answer = ledgerPlatforms { return answer }
        return withoutShare(.platforms) ?? sharePlatforms
    }

    /// Who owes on the kindest and on the harshest; nil without a ledger of several platforms.
    private var ledgerPlatforms: Answer? {
        guard let ledger = report.ledger, ledger.whole.count > 1 else { return nil }
        let difference = ledger.differences.first { $0.asset == nil && $0.side == nil && $0.share == .owed }
        let words = difference.map {
            ": positions that owe differ by \(points($0.difference.difference, $0.difference.interval)) between "
                + "\(visibleText($0.platform)) and \(visibleText($0.other))"
        }
        let figures = ledger.whole.flatMap { result, all in
            [owedFigure(result, all), owedPerMargin(result, all), closedFigure(result, all)].compactMap { $0 }
        }
        let own = difference.map {
            AnswerFigure(
                "owed_difference_frac", $0.difference.difference, interval: $0.difference.interval,
                subject: "\($0.platform) − \($0.other)", file: "differences.csv")
        }
        let isZero = ledger.whole.allSatisfy { $0.all.counts.owing == 0 }
        let state: AnswerState = ledger.opened.isEmpty ? .noData : isZero ? .zeroSeen : .answered
        let answer = Answer(
            .platforms, state, [.plain(ledger.title + (isZero ? "" : words ?? "") + ".")],
            link: "index.html#who-pays")
        guard state != .noData else { return answer.asking("ledger.population", "ledger.horizon") }
        return answer.with(figures).with(isZero ? nil : own)
    }

    private func closedFigure(_ result: LedgerResult, _ all: LedgerGroup) -> AnswerFigure? {
        all.shortfallShare.map {
            AnswerFigure(
                "shortfall_frac", $0, interval: all.intervals.shortfall, entries: all.counts.entries,
                subject: result.platform, file: "safeguards.csv")
        }
    }

    private func owedPerMargin(_ result: LedgerResult, _ all: LedgerGroup) -> AnswerFigure? {
        all.owedPerMargin.map {
            AnswerFigure(
                "owed_margin_frac", $0, interval: all.intervals.owedPerMargin, entries: all.counts.entries,
                subject: result.platform, file: "safeguards.csv")
        }
    }

    /// Shares below zero on the kindest and on the harshest.
    private var sharePlatforms: Answer {
        guard let row = leveraged else {
            return Answer(.platforms, .noData, [.plain("Nothing is known.")], link: "index.html#assets")
        }
        let like = CellSelector(like: row.cell.key, but: [.platform])
        let known = report.rows.filter { like.matches($0.cell) && belowZero($0)?.share != nil }
            .sorted { fraction($0) < fraction($1) }
        guard let least = known.first, let most = known.last, known.count > 1 else {
            return Answer(
                .platforms, .noData,
                [.plain("Only "), .name(row.cell.platform), .plain(" opens the headline’s position.")],
                link: "index.html#assets"
            ).with(figure(row, .negativeEquity)).asking("grid.platform")
        }
        let state: AnswerState = fraction(most) > 0 ? .answered : .zeroSeen
        let sentence =
            [.plain("At "), .key(row.cell.leverage.screenText), .plain(" on the same prices, ")] + platformWords(least)
            + [.plain(", ")] + platformWords(most) + differenceWords(most, least) + [.plain(".")]
        return Answer(.platforms, state, sentence, link: "index.html#assets")
            .with(figure(least, .negativeEquity), figure(most, .negativeEquity), differenceFigure(most, least))
            .asking("ledger", hint: "A ledger also says who pays on each of them, and what is left to owe.")
    }

    private func fraction(_ row: ResultRow) -> Double { row.estimate.exit.frequency ?? 0 }

    private func platformWords(_ row: ResultRow) -> [Phrase] {
        guard let share = belowZero(row)?.share else { return [] }
        let found: Phrase = .finding(share.count > 0 ? shareText(share.fraction) : "none")
        return [found, .plain(" ended below zero on "), .name(row.cell.platform), .plain(ends(share, of: row))]
    }

    /// The run's own paired difference of two cells, the first less the second; nil where it was not computed.
    func difference(_ first: ResultRow, _ second: ResultRow) -> (value: Double, interval: Interval)? {
        for found in report.comparisons {
            let value = found.difference
            if found.cell == first.cell, found.other == second.cell { return (value.difference, value.interval) }
            if found.cell == second.cell, found.other == first.cell {
                return (-value.difference, Interval(low: -value.interval.high, high: -value.interval.low))
            }
        }
        return nil
    }

    /// ``difference(_:_:)`` as a figure.
    func differenceFigure(_ first: ResultRow, _ second: ResultRow) -> AnswerFigure? {
        difference(first, second).map {
            AnswerFigure("negative_difference_frac", $0.value, interval: $0.interval, file: "differences.csv")
        }
    }

    private func differenceWords(_ most: ResultRow, _ least: ResultRow) -> [Phrase] {
        guard let found = difference(most, least) else { return [] }
        let isBounded = hasInterval(most) && hasInterval(least)
        return [.plain("; the difference is \(points(found.value, isBounded ? found.interval : nil))")]
    }
}
