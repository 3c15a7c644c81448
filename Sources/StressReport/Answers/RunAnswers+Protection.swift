import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Collapses, and what protects from them.
extension RunAnswers {
    // MARK: Collapse

    /// The largest episode that the position met.
    var collapse: Answer {
        if let answer = withoutShare(.collapse) { return answer.hinting(collapseHint) }
        guard let row = leveraged, let detail = report.details.first(where: { $0.cell == row.cell }),
            detail.anatomy.entries > 0
        else {
            let sentence: [Phrase] = [.plain("This run did not take the episodes of its headline apart.")]
            return Answer(.collapse, .noData, sentence, link: "index.html#assets").asking(
                "headline", hint: collapseHint)
        }
        guard let largest = detail.anatomy.episodes.largestFirst.first else {
            let sentence: [Phrase] = [
                .plain("Nothing in this history took a "), .key(row.cell.leverage.screenText),
                .plain(" \(row.cell.side.rawValue) below zero in "),
                .finding(counted(detail.anatomy.entries, "entry", "entries")),
                .plain("."),
            ]
            return Answer(.collapse, .zeroSeen, sentence, link: link(row.cell, "events"))
                .with(figure(row, .negativeEquity)).hinting(collapseHint)
        }
        return Answer(
            .collapse, .answered, episodeWords(detail, largest), link: link(row.cell, "events")
        ).with(episodeFigures(detail, largest)).hinting(collapseHint)
    }

    private var collapseHint: String {
        "belowzero scenario asks the same of dated collapses and of any fall."
    }

    private func path(_ detail: CellDetail) -> EpisodePath? { detail.paths.first { $0.rank == 1 } }

    private func episodeWords(_ detail: CellDetail, _ largest: Episode) -> [Phrase] {
        let episodes = detail.anatomy.episodes
        let which =
            episodes.all.count == 1
            ? "The one episode that took it below zero"
            : "The largest of \(counted(episodes.all.count, "episode", "episodes")) that took it below zero"
        let share = "holds \(shareText(largest.entries / episodes.total)) of those entries"
        let move = path(detail).map { "; in its worst bar the price moved by \(signed($0.worstMove))" } ?? ""
        let depth =
            largest.worstShortfall.isFinite
            ? ", and the deepest entry was \(percentText(largest.worstShortfall)) of its margin short"
                + (episodes.haveLaws ? " on average, by the law of its fill" : "") : ""
        return [
            .plain("\(which) began on "), .date(largest.first.civil.dateText), .plain(" and "), .finding(share),
            .plain(move + depth + withoutWords(detail) + "."),
        ]
    }

    private func signed(_ move: Double) -> String {
        (move > 0 ? "+" : "") + signedPercentNumber(move) + narrowSpace + "%"
    }

    private func withoutWords(_ detail: CellDetail) -> String {
        guard let whole = detail.anatomy.whole, let without = detail.anatomy.withoutLargest else { return "" }
        return
            "; without it the share would be \(insteadWords(without.frequency, whole.frequency))"
    }

    private func episodeFigures(_ detail: CellDetail, _ largest: Episode) -> [AnswerFigure] {
        let (anatomy, time) = (detail.anatomy, largest.first)
        let depth = largest.worstShortfall
        let figures: [AnswerFigure?] = [
            AnswerFigure("episodes_count", Double(anatomy.episodes.all.count), file: "statements.csv"),
            AnswerFigure(
                "largest_episode_frac", largest.entries / anatomy.episodes.total, entries: anatomy.entries, time: time,
                file: "events.csv"),
            path(detail).map {
                AnswerFigure("worst_bar_move_frac", $0.worstMove, time: $0.worstBar, file: "events.csv")
            },
            depth.isFinite
                ? AnswerFigure("worst_shortfall_margin_frac", depth, time: largest.worstExit, file: "events.csv") : nil,
        ]
        return (figures + withoutFigures(detail)).compactMap { $0 }
    }

    /// The share of the cell, and without its largest episode.
    private func withoutFigures(_ detail: CellDetail) -> [AnswerFigure?] {
        let anatomy = detail.anatomy
        return [
            anatomy.whole.map {
                // Its interval is that of the cell, in the answers about leverage.
                AnswerFigure(
                    "negative_equity_frac", $0.frequency, entries: anatomy.entries,
                    file: isHeld(detail, "none") ? "sensitivity.csv" : "results.csv")
            },
            anatomy.withoutLargest.map { without in
                // Where the sensitivity was not computed the share stands alone.
                let isThere = isHeld(detail, "largest_episode")
                return AnswerFigure(
                    "without_largest_frac", without.frequency, interval: isThere ? without.interval.ends : nil,
                    entries: anatomy.entries, file: isThere ? "sensitivity.csv" : "statements.csv")
            },
        ]
    }

    private func isHeld(_ detail: CellDetail, _ assumption: String) -> Bool {
        detail.sensitivity.contains { $0.assumption == assumption }
    }

    // MARK: Protection

    /// Rules of behaviour, baskets, and else a lower leverage.
    var protection: Answer {
        if let answer = withoutShare(.protection) { return answer }
        guard let row = leveraged else {
            return Answer(.protection, .noData, [.plain("Nothing is known.")], link: "index.html#assets")
        }
        let parts = [behaviourAnswer(row), spreadAnswer].compactMap { $0 }
        guard let first = parts.first else {
            return leverageAnswer(row).asking(
                "behaviours", "baskets",
                hint: "Stop-losses, exit plans, instalments, top-ups and spreading are switched on there.")
        }
        let sentence = parts.dropFirst().reduce(first.sentence.open) { $0 + $1.sentence.open.after("; ") }
        let answer = Answer(.protection, first.state, sentence + [.plain(".")], link: first.link)
            .with(parts.flatMap(\.figures))
        if report.behaviours.isEmpty { return answer.asking("behaviours") }
        return report.baskets.isEmpty ? answer.asking("baskets") : answer
    }

    /// The behaviour that leaves fewest below zero; nil where none was followed.
    private func behaviourAnswer(_ row: ResultRow) -> Answer? {
        let results = report.behaviours.filter { $0.cell == row.cell && !$0.isHodl && $0.estimate.change != nil }
        let hodl = report.behaviours.first { $0.cell == row.cell && $0.isHodl }?.estimate.negativeShare
        guard let hodl,
            let best = results.min(by: { ($0.estimate.negativeShare ?? 1) < ($1.estimate.negativeShare ?? 1) }),
            let least = best.estimate.negativeShare, let change = best.estimate.change
        else { return nil }
        let isShown = page(row.cell)?.hasProtection == true
        let of = counted(results.count, "behaviour", "behaviours")
        let words: [Phrase] =
            least < hodl
            ? [
                .plain("Of \(of) «"), .name(best.shownName), .plain("» leaves fewest below zero, "),
                .finding(insteadWords(least, hodl)),
                .plain(", a difference of \(points(change.negative, best.estimate.negativeDifference?.interval))"),
                .plain(report.stopWords(best).map { ", \($0)." } ?? "."),
            ]
            : [
                .plain("None of \(of) leaves fewer below zero than holding does, "), .finding(shareText(hodl)),
                .plain("."),
            ]
        return Answer(
            .protection, hodl > 0 ? .answered : .zeroSeen, words, link: link(row.cell, isShown ? "protect" : "grid")
        ).with(behaviourFigures(best, hodl: hodl, count: results.count))
    }

    private func behaviourFigures(_ best: BehaviourResult, hodl: Double, count: Int) -> [AnswerFigure] {
        let estimate = best.estimate
        let figures: [AnswerFigure?] = [
            AnswerFigure("behaviours_count", Double(count), file: "statements.csv"),
            AnswerFigure("negative_equity_frac", hodl, subject: "hodl", file: "behaviours.csv"),
            estimate.negativeShare.map {
                AnswerFigure(
                    "negative_equity_frac", $0, interval: estimate.negativeInterval, entries: estimate.entries,
                    subject: best.shownName, file: "behaviours.csv")
            },
            estimate.change.map {
                AnswerFigure(
                    "negative_difference_frac", $0.negative, interval: estimate.negativeDifference?.interval,
                    subject: best.shownName, file: "behaviours.csv")
            },
        ]
        return figures.compactMap { $0 }
    }

    /// What the first basket shows; nil where there is none.
    private var spreadAnswer: Answer? {
        guard let section = SpreadSection(report), let found = section.first else { return nil }
        let figures = found.results.flatMap { result -> [AnswerFigure] in
            let estimate = result.estimate
            let name = "\(result.basket), \(result.mode.rawValue)"
            return [
                estimate.negativeShare.map {
                    AnswerFigure(
                        "negative_equity_frac", $0, interval: estimate.negativeInterval, entries: estimate.entries,
                        subject: name, file: "baskets.csv")
                },
                estimate.change.map {
                    AnswerFigure(
                        "negative_difference_frac", $0.negative, interval: estimate.negativeDifference?.interval,
                        subject: name, file: "baskets.csv")
                },
            ].compactMap { $0 }
        }
        return Answer(.protection, .answered, [.plain(found.title + ".")], link: "index.html#spreading").with(figures)
    }

    /// The next lower leverage of the grid.
    private func leverageAnswer(_ row: ResultRow) -> Answer {
        let like = CellSelector(like: row.cell.key, but: [.leverage])
        let lower = report.rows.filter { like.matches($0.cell) && $0.cell.leverage < row.cell.leverage }
            .max { $0.cell.leverage < $1.cell.leverage }
        guard let own = belowZero(row)?.share else {
            return Answer(.protection, .noData, [.plain("Nothing is known.")], link: "index.html#assets")
        }
        guard own.count > 0 else { return noneBelow(row, entries: own.entries) }
        guard let lower, let share = lowerWords(lower) else { return alone(row, own) }
        let isBounded = hasInterval(lower) && hasInterval(row)
        let change = difference(lower, row)
        let found = change.map { ", a difference of \(points($0.value, isBounded ? $0.interval : nil))" } ?? ""
        // What cannot end below zero needs no interval.
        let isOpen = change != nil && belowZero(lower)?.share != nil
        let sentence: [Phrase] =
            [
                .plain(lowerLead(isOpen: isOpen, isBounded ? change?.interval : nil) + ": at "),
                .key(lower.cell.leverage.screenText),
                .plain(", "),
            ] + share + besideWords(lower, own) + [.key(row.cell.leverage.screenText), .plain(found + ".")]
        return Answer(.protection, .answered, sentence, link: link(row.cell, "leverage"))
            .with(figure(lower, .negativeEquity), figure(row, .negativeEquity), differenceFigure(lower, row))
    }

    /// ` instead of 1.6 % at `; where the two shares read alike, that they do.
    private func besideWords(_ lower: ResultRow, _ own: MeasuredShare) -> [Phrase] {
        let other = belowZero(lower)?.share
        guard let other, other.count > 0, shareText(other.fraction) == shareText(own.fraction) else {
            return [.plain(" instead of "), .finding(shareText(own.fraction)), .plain(" at ")]
        }
        return [.plain(", about as many as at ")]
    }

    /// Whether a lower leverage protects, as far as the interval of what it changes says so; nil where there is none.
    private func lowerLead(isOpen: Bool, _ change: Interval?) -> String {
        guard isOpen else { return "A lower leverage" }
        guard let change, change.low > 0 || change.high < 0 else { return "Not shown of a lower leverage" }
        return change.high < 0 ? "A lower leverage" : "Not a lower leverage"
    }

    private func noneBelow(_ row: ResultRow, entries: Int) -> Answer {
        let sentence: [Phrase] = [
            .plain("Nothing had to: at "), .key(row.cell.leverage.screenText), .plain(" "), .finding("none"),
            .plain(" of \(counted(entries, "entry", "entries")) ended below zero."),
        ]
        return Answer(.protection, .zeroSeen, sentence, link: link(row.cell, "leverage"))
            .with(figure(row, .negativeEquity))
    }

    /// The answer where there is no lower leverage to compare with.
    private func alone(_ row: ResultRow, _ own: MeasuredShare) -> Answer {
        let sentence: [Phrase] = [
            .plain("This run compares "), .key(row.cell.leverage.screenText),
            .plain(" with no lower leverage, rule or basket; "), .finding(shareText(own.fraction)),
            .plain(" ended below zero" + ends(own, of: row) + "."),
        ]
        return Answer(.protection, .answered, sentence, link: link(row.cell, "leverage"))
            .with(figure(row, .negativeEquity))
    }

    private func lowerWords(_ row: ResultRow) -> [Phrase]? {
        switch belowZero(row) {
        case .share(let share):
            [
                .finding(share.count > 0 ? shareText(share.fraction) : "none"),
                .plain(" ended below zero" + (share.count > 0 ? ends(share, of: row) : "")),
            ]
        case .impossible: [.plain("none "), .finding("can end below zero")]
        default: nil
        }
    }
}

extension Answer {
    /// The same with what else would say more.
    func hinting(_ words: String) -> Answer {
        var copy = self
        copy.hint = words
        return copy
    }
}
