import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// A number that a page says in words and that no other table holds.
struct Statement {
    /// The page's history and direction; nil for the front page.
    var page: (asset: String, side: Side)?
    /// Section of the page, as its address names it.
    let section: String
    /// What the number is, snake case with the unit last.
    let figure: String
    let value: Double

    init(_ section: String, _ figure: String, _ value: Double?) {
        (self.section, self.figure, self.value) = (section, figure, value ?? .nan)
    }

    init(_ section: String, _ figure: String, count: Int) { self.init(section, figure, Double(count)) }
}

extension RunReport {
    /// `statements.csv`: the derived numbers of titles and sentences, so that every number of a page can be found in a file.
    func statementsTable(pages: [AssetSide], answers: [Answer]) -> CSVTable {
        let own: [Column<Statement>] = [
            Column("asset", "", .text, "Price history of the page; empty for the front page") { $0.page?.asset ?? "" },
            Column("side", "", .text, "Direction of the page; empty for the front page") {
                $0.page?.side.rawValue ?? ""
            },
            Column("section", "", .text, "Section of the page, as its address names it") { $0.section },
            Column(
                "figure", "", .text,
                "What the number is; its unit stands last: _count, _frac (fraction), _h (hours), _s (seconds), _x (leverage)"
            ) { $0.figure },
            Column("value", "", .number, "The number") { numberText($0.value) },
        ]
        let all = frontPageStatements(pages, answers) + pages.flatMap(\.statements)
        return CSVTable(
            file: "statements.csv", columns: [runColumn()] + own, rows: all.filter(\.value.isFinite))
    }

    private func frontPageStatements(_ pages: [AssetSide], _ answers: [Answer]) -> [Statement] {
        let groups = limitGroups
        return answerStatements(groups) + (headlineSentences?.statements ?? [])
            + sectionStatements(answers)
            + [
                Statement("assets", "leverages_count", count: study.grid.leverages.count),
                Statement(
                    "assets", "leverages_shown_count",
                    count: MatrixSection.leverages(self, pages: pages, headline: study.headlineCell).count),
            ] + (limitsTogether?.statements ?? []) + groups.flatMap { $0.statements + $0.breachStatements }
            + lastGood.map { Statement("failures", "last_good_frac", $0.share) }
            + (ChangesSection(self)?.statements ?? []) + (CurvesSection(self, pages: pages)?.statements ?? [])
    }

    /// The counts of the first sentences.
    private func answerStatements(_ groups: [LimitGroup]) -> [Statement] {
        [
            Statement("answer", "assets_count", count: study.inputs.count),
            Statement("answer", "cells_count", count: rows.count),
            Statement("answer", "limits_breached_count", count: groups.count { $0.outcome == .breach }),
            Statement("answer", "limits_met_count", count: groups.count { $0.outcome == .met }),
            Statement("answer", "limits_not_shown_count", count: groups.count { $0.outcome == .notShown }),
            Statement("answer", "limits_without_value_count", count: groups.count { $0.outcome == .noValue }),
            Statement("answer", "failed_assets_count", count: failures.count),
            Statement("answer", "confidence_frac", study.statistics.confidence),
        ]
    }

    /// The counts of the data and of the questions.
    private func sectionStatements(_ answers: [Answer]) -> [Statement] {
        let warned = assets.count { asset in asset.summaries.contains { $0.severity >= .warning } }
        return [
            Statement("data", "assets_count", count: assets.count),
            Statement("data", "assets_with_warnings_count", count: warned),
            Statement("questions", "questions_count", count: answers.count),
            Statement("questions", "answered_count", count: answers.count(where: \.state.isKnown)),
        ]
            + answers.flatMap(\.figures).filter { $0.file == "statements.csv" }.map {
                Statement("questions", $0.name, $0.value)
            }
    }
}

extension LimitsTogether {
    /// The numbers of the word for all limits.
    fileprivate var statements: [Statement] {
        [
            Statement("limits", "together_count", count: checks),
            Statement("limits", "together_breached_count", count: breached),
            Statement("limits", "together_met_count", count: met),
            Statement("limits", "together_not_shown_count", count: notShown),
        ]
    }
}

extension LimitGroup {
    /// The numbers of ``result`` where it sums up several cells.
    var statements: [Statement] {
        guard checks.count > 1 else { return [] }
        return [
            Statement("limits", "cells_within_count", count: checks.count { $0.outcome == .met }),
            Statement("limits", "cells_not_shown_count", count: checks.count { $0.outcome == .notShown }),
            Statement("limits", "cells_count", count: checks.count),
        ]
    }
}

extension CellSentences {
    /// The numbers of ``qualifications`` that no other table holds.
    fileprivate var statements: [Statement] {
        let evidence = CutEvidence(row: row, wideSteps: wideSteps)
        return [
            Statement("answer", "fill_delay_s", settlingDelay?.inSeconds),
            Statement("answer", "settling_bar_s", settlingDelay.map { CellSentences.settlingBars($0).inSeconds }),
            Statement("answer", "watched_entries_count", count: evidence.watched),
            Statement("answer", "watched_negative_count", evidence.negative),
            Statement("answer", "cut_entries_frac", evidence.share),
        ]
    }
}

extension AssetSide {
    /// The derived numbers of this page.
    fileprivate var statements: [Statement] {
        let all = answerStatements + gridStatements + anatomyStatements + qualityStatements + methodStatements
        return all.map { statement in
            var own = statement
            own.page = (asset.asset, side)
            return own
        }
    }

    private var answerStatements: [Statement] {
        let share = headline?.estimate.figure(.negativeEquity, confidence: confidence)?.share
        let ratio = share.flatMap { oneIn($0.fraction) }
        let groups = report.limitGroups(asset: asset.asset, side: side)
        return [
            Statement("answer", "one_in_entries_count", ratio.map { Double($0.every) }),
            Statement("answer", "one_in_events_count", ratio.map { Double($0.count) }),
            Statement("answer", "confidence_frac", confidence),
        ] + (headline.map { sentences($0).statements } ?? []) + groups.flatMap(\.statements)
    }

    private var gridStatements: [Statement] {
        let grid = report.study.grid
        return [
            Statement("grid", "leverages_count", count: grid.leverages.count),
            Statement("grid", "leverages_shown_count", count: shownLeverages.count),
            Statement("grid", "horizons_count", count: grid.horizons.count),
            Statement("grid", "horizons_shown_count", count: shownHorizons.count),
        ]
    }

    private var anatomyStatements: [Statement] {
        guard let detail, detail.anatomy.entries > 0 else { return [] }
        let anatomy = detail.anatomy
        let half = anatomy.episodes.fewestHolding(0.5)
        let levels = detail.tail?.levels.compactMap { $0.move?.level }.filter { $0 > 0 } ?? []
        let margin = requirement(detail)
        return [
            Statement("events", "episodes_count", count: anatomy.episodes.all.count),
            Statement("events", "episodes_holding_half_count", half.map { Double($0.episodes) }),
            Statement("events", "episodes_holding_half_frac", half?.share),
            Statement("events", "without_largest_frac", anatomy.withoutLargest?.frequency),
            Statement("calendar", "months_count", count: anatomy.months.count),
            Statement(
                "calendar", "months_below_zero_count", count: anatomy.months.count { $0.counts.negativeSeen > 0 }),
            Statement("margin", "observed_move_frac", margin?.observedMove),
            Statement("margin", "safe_move_frac", margin?.safeMove),
            Statement("margin", "max_frequency_frac", margin?.frequency),
        ] + levels.map { Statement("margin", "bankrupt_leverage_x", 1 / $0) }
    }

    private var qualityStatements: [Statement] {
        Finding.Severity.allCases.map { severity in
            Statement("data", "\(severity.rawValue)s_count", count: asset.summaries.count { $0.severity == severity })
        } + [
            Statement("data", "details_count", count: asset.details.count),
            Statement("data", "details_hidden_count", count: max(0, asset.details.count - AssetSide.shownDetails)),
        ]
    }

    private var methodStatements: [Statement] {
        let study = report.study
        return [
            Statement("method", "notional", study.position.notional),
            Statement("method", "stride_bars_count", count: study.position.stride),
            Statement("method", "resamples_count", count: study.statistics.resamples),
            Statement("method", "seed", Double(study.statistics.seed)),
            Statement("method", "block_h", study.statistics.block.inHours),
            Statement("method", "mean_run_h", headline?.estimate.inference?.meanRun.inHours),
        ] + fundingStatements
    }

    private var fundingStatements: [Statement] {
        guard let input = study(asset.asset), case .constant(let rate, let interval)? = input.funding else { return [] }
        return [
            Statement("method", "funding_rate_frac", rate), Statement("method", "funding_interval_h", interval.inHours),
        ]
    }

    private func study(_ name: String) -> StudyInput? { report.study.inputs.first { $0.asset == name } }
}
