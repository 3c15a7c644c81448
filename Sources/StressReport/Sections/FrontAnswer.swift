import StressBasics
import StressResults
import StudyPlan

/// What the front page of a run says first: the state of its limits, or the headline where there are none.
struct FrontAnswer {
    let report: RunReport
    private let headline: CellSentences?
    private let groups: [LimitGroup]

    init(_ report: RunReport) {
        (self.report, headline, groups) = (report, report.headlineSentences, report.limitGroups)
    }

    /// The answer.
    var answer: PageAnswer {
        guard let headline else { return PageAnswer(kicker: [.plain(kicker)], title: title, blocks: []) }
        let lede: [Block] = groups.isEmpty ? [] : [.paragraph(.lede, headline.headline.inline)]
        return PageAnswer(
            kicker: [.plain(kicker)], title: title, blocks: lede + headline.qualificationBlocks + platforms)
    }

    private var platforms: [Block] {
        let lines = report.platformLines
        return lines.isEmpty ? [] : [.checks(lines, name: "Platforms")]
    }

    private var kicker: String {
        let study = report.study
        return "Study \(study.name) · \(counted(study.inputs.count, "price history", "price histories")) · "
            + "\(counted(report.rows.count, "cell", "cells")) · run \(report.runID)"
    }

    /// The state of the limits, or the headline when there are none.
    private var title: [Phrase] {
        guard !groups.isEmpty else { return headlineTitle }
        let verdicts = verdictWords
        let headline: [Phrase] =
            report.isHeadlineUnknown ? [.plain(", "), .finding("no data for the headline")] : []
        return verdicts + notShownWords(after: verdicts) + unknownWords + headline + failedWords + unmetWords
    }

    private var headlineTitle: [Phrase] {
        guard let headline else { return [.plain("No cell matches the study’s headline")] + failedWords }
        let failed = failedWords.isEmpty ? [] : [.plain(" ")] + failedWords.dropFirst() + [.plain(".")]
        return headline.headline + failed
    }

    // MARK: Limits

    private func count(_ outcomes: LimitCheck.Outcome...) -> Int { groups.count { outcomes.contains($0.outcome) } }

    /// `2 limits breached, 5 met`; empty where all that is known is that some are not shown.
    private var verdictWords: [Phrase] {
        let (breached, met, notShown) = (count(.breach), count(.met), count(.notShown))
        if breached > 0 {
            let others: [Phrase] = met > 0 ? [.plain(", \(grouped(met)) met")] : []
            return [.finding(counted(breached, "limit", "limits") + " breached")] + others
        }
        guard met > 0 else { return notShown == 0 ? [.finding("No limit could be judged")] : [] }
        let others = count(.noValue, .noHistory) + notShown
        return [.key(met == 1 && others == 0 ? "The one limit is met" : metWords(met, beside: others))]
    }

    private func notShownWords(after verdicts: [Phrase]) -> [Phrase] {
        let own = groups.filter { $0.outcome == .notShown }
        guard !own.isEmpty else { return [] }
        let number = verdicts.isEmpty ? counted(own.count, "limit", "limits") : ", " + grouped(own.count)
        let isFailure = own.contains { $0.checks.contains(where: \.failsUnshown) }
        return isFailure ? [.finding(number + " not shown")] : [.plain(number + " not shown")]
    }

    /// `, 1 without a value`; empty where every limit has one, and where none has.
    private var unknownWords: [Phrase] {
        let empty = count(.noValue, .noHistory)
        let unknown = groups.count {
            $0.outcome != .breach && $0.outcome != .notShown && $0.checks.contains(where: \.isUnknown)
        }
        guard max(empty, unknown) > 0, groups.count > empty else { return [] }
        let words = ", \(grouped(max(empty, unknown))) without a value"
        return unknown > 0 ? [.finding(words)] : [.plain(words)]
    }

    private func metWords(_ met: Int, beside empty: Int) -> String {
        empty > 0 ? "\(grouped(met)) \(met == 1 ? "limit is" : "limits are") met" : "All \(grouped(met)) limits are met"
    }

    /// `, 1 price history without data`.
    private var failedWords: [Phrase] {
        let count = report.failures.count
        return count == 0
            ? [] : [.plain(", "), .finding(counted(count, "price history", "price histories") + " without data")]
    }

    /// `, 1 request of the study without data`: a basket, or futures of a history.
    private var unmetWords: [Phrase] {
        let count = report.unmet.count
        return count == 0
            ? [] : [.plain(", "), .finding(counted(count, "request", "requests") + " of the study without data")]
    }
}
