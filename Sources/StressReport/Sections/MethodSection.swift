import StressBasics
import StressResults
import StudyPlan

extension AssetSide {
    /// How the numbers were made, what the words mean, and what it takes to make them again.
    var method: ReportSection {
        ReportSection(
            "method", label: "Method", title: "How these numbers were made",
            [
                .columns(
                    [
                        [.heading([.text("In \(steps.count) steps")]), .steps(steps)] + glossary,
                        [.heading([.text("Assumptions")]), .facts(assumptions + inputFacts)] + manifest,
                    ], .words),
                studyBlock,
            ])
    }

    private var studyBlock: Block {
        let (name, left) =
            records.study == nil ? ("The whole study", "") : ("The study", "; of its price histories this page’s")
        return .more(
            "\(name) as it was resolved: fees, slippage, tiers, trigger, fill\(left)",
            [.verbatim(name: "Study", records.study ?? report.studyText)])
    }

    private var steps: [String] {
        let gap = asset.maxGap.map { " or a step above \(timeText($0))" } ?? ""
        return [
            entryStep, liquidationStep,
            "What is left after all of it is the final equity. Less than nothing counts as below zero.",
            "A window that the end of the data\(gap) cuts is followed up to there and counts while it is watched; an entry of "
                + "which nothing is seen is excluded and counted apart.",
            intervalStep,
        ]
    }

    private var entryStep: String {
        let position = report.study.position
        let entry = position.stride == 1 ? "Every bar is" : "One bar in \(grouped(position.stride)) is"
        return
            "\(entry) an entry, at its close; the position has a notional of \(significantText(position.notional, digits: 6)) "
            + "and a margin of notional over leverage."
    }

    private var intervalStep: String {
        "Entries overlap and crashes cluster, so intervals rest on the variance over whole runs of days, as long as the prices’ own "
            + "memory (a stationary bootstrap, in closed form), and on what one episode more, as heavy as the heaviest seen, would add; for a "
            + "count of zero, on one event in the windows that share no bar. They hold for markets like this history’s."
    }

    private var liquidationStep: String {
        let fill = headline?.fill ?? rows.first?.fill ?? "off"
        guard fill != "off" else { return "The platform does not liquidate: positions stay open whatever they owe." }
        return
            "Bar by bar, the equity at the bar’s price is compared with the maintenance requirement; the first bar that "
            + "fails it liquidates the position, filled \(fillWords(fill, delay: delay)). Fees and slippage are charged on top."
    }

    /// How late the platforms of the page fill; nil where they differ.
    private var delay: TimeSpan? {
        let delays = Set(report.study.platforms.map(\.rules.liquidation.delay))
        return delays.count == 1 ? delays.first : nil
    }

    private var owedWords: String {
        report.ledger == nil
            ? "This study does not ask for it: a ledger section would."
            : "The ledger follows it: safeguards.csv has it by class."
    }

    private var glossary: [Block] {
        let words = [
            ("Entry", "a position opened at the close of one bar and held until liquidation or the holding time."),
            ("Liquidated", "closed by the platform because the equity no longer met the requirement."),
            ("Below zero", "the final equity is negative: the margin is gone and something is missing."),
            ("Shortfall", "how much is missing, in parts of the initial margin."),
            ("Owed", "what a trader still has to pay after all safeguards. \(owedWords)"),
            ("No safeguards", "the equity was below zero at some bar, had nobody liquidated."),
            (
                "At once",
                "the same rules, filled as they trigger, or at the open behind a gap: nobody is closed earlier."
            ),
            ("Worst fill", "the same rules, filled at the bar’s worst price: nobody can be filled worse inside a bar."),
            ("Best fill", "the same rules, filled exactly at the trigger price, even where the price jumped over it."),
            ("Independent window", "a holding time that shares no bar with the others that are counted."),
        ]
        return [.heading([.text("Words")]), .glossary(words)]
    }

    private var assumptions: [(String, String)] {
        let (study, position) = (report.study, report.study.position)
        let fills = Set(rows.map(\.fill)).sorted().map { "\($0): \(fillWords($0, delay: delay))" }
        let contracts = study.grid.contracts.map { "\($0.words): \($0.meaning)" }
        return [
            ("Contract", contracts.joined(separator: "; ")), ("Fill rule", fills.joined(separator: "; ")),
            ("Notional", "\(significantText(position.notional, digits: 6)) in quote currency"),
            ("Entries", position.stride == 1 ? "every bar" : "one bar in \(grouped(position.stride))"),
            ("Widest gap", asset.maxGap.map(timeText) ?? "not limited"), ("Confidence", confidenceText(confidence)),
            ("Time blocks", timeText(study.statistics.block)), ("Resamples", resampleWords),
            (
                "Platforms",
                study.platforms.map(\.name).joined(separator: ", ") + "; fees, slippage, tiers and trigger below"
            ),
        ]
    }

    private var resampleWords: String {
        let statistics = report.study.statistics
        return "\(grouped(statistics.resamples)), seed \(statistics.seed)"
            + (meanRunWords.map { ", runs of \($0) on average" } ?? "")
    }

    private var meanRunWords: String? { headline?.estimate.inference.map { timeText($0.meanRun) } }

    /// What the history has besides its prices.
    private var inputFacts: [(String, String)] {
        guard let input = report.study.inputs.first(where: { $0.asset == asset.asset }) else { return [] }
        let funding: String? =
            switch input.funding {
            case .file: "rates stamped in time, from a file"
            case .constant(let rate, let interval):
                "\(signedRate(rate))\(narrowSpace)% of the position’s value every \(spanWords(interval))"
            case nil: nil
            }
        let mark = input.mark.map { _ in "trigger liquidations in place of traded prices" }
        return [("Funding", funding), ("Mark prices", mark)].compactMap { name, value in value.map { (name, $0) } }
    }

    private func signedRate(_ rate: Double) -> String {
        (rate < 0 ? "−" : "") + significantText(abs(rate) * 100, digits: 4)
    }

    private var manifest: [Block] {
        let facts = [
            ("Run", report.runID), ("Program", "BelowZero \(report.version)"),
            ("Study", "\(report.study.name), SHA-256 \(report.studyDigest.hex)"),
        ]
        let machines: [Inline] = [
            .text("All of it for machines: "), .link("run.json", to: "run.json"), .text(", "),
            .link("summary.json", to: "summary.json"), .text(". Columns: "), .link("columns.csv", to: "columns.csv"),
        ]
        return [
            .heading([.text("To run it again")]), .command(report.command), .facts(facts + asset.files.map(fileFact)),
            .paragraph(.note, machines),
        ]
    }

    private func fileFact(_ file: InputFile) -> (String, String) {
        let size = "\(sizeText(file.bytes)), \(counted(file.rows, "row", "rows"))"
        return ("Input", "\(file.name), \(size), SHA-256 \(file.digest.hex)")
    }
}
