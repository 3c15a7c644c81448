import ArgumentParser
import CSVIngest
import Foundation
import PriceSeries
import StressBasics
import StressEngine
import StressPipeline
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// `belowzero explain`: what one cell is made of, and one of its entries bar by bar.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Take one cell apart: its entries, its episodes, and one entry bar by bar with what its loss is made of.",
        discussion: """
            Reads the study's prices again and shows the entry that ended lowest, or the one at --entry, so that it can be \
            checked by hand with the price file open beside it. Without options the cell is the study's headline. The folder \
            of a run does as well as its study: its prices are found again where that run read them, and must be the same \
            bytes. So does a sweep's.

            EXAMPLES
              belowzero explain nightly.yaml --side long --leverage 20 --horizon 7d
              belowzero explain nightly.yaml --entry 2018-01-05T09:00Z
              belowzero explain Reports/sweep/2026-11-21T001905Z --leverage 50 --page explained.html
            """)

    @Argument(help: "The study file, or the folder of a run.", completion: .file(extensions: ["yaml", "yml"]))
    var study = defaultStudy

    @Option(help: "Asset.") var asset: String?
    @Option(help: "linear, inverse, margin or spot.") var contract: String?
    @Option(help: "long or short.") var side: String?
    @Option(parsing: .unconditional, help: "Leverage.") var leverage: Double?
    @Option(help: "Holding time.") var horizon: String?
    @Option(help: "Platform.") var platform: String?
    @Option(
        help: ArgumentHelp(
            "Open time of the entry bar, UTC: 2018-01-05T09:00Z, or epoch milliseconds. (default: the entry that ended lowest)",
            valueName: "time"))
    var entry: String?
    @Option(help: "Write a page about the cell to this file; '-' prints it in place of the text.")
    var page: String?
    @Option(
        help:
            "Folder that the study's price, funding and mark files are relative to. (default: the study file's folder, or as in the run)"
    )
    var prices: String?
    @OptionGroup var forcing: ForceOption
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            try OwnFile.page.expectPlace(page, force: forcing.force, isJSON: common.json)
            let explained = try ExplainedStudy(study, prices: prices, threads: allCores)
            let cell = try chosenCell(explained.study)
            let examined = try ExaminedCell(cell, of: explained, caches: cache.caches, threads: allCores)
            let trace = try trace(examined)
            let text = TraceText(cell: cell, series: examined.market.series, trace: trace)
            let account = CellAccount(cell: cell, held: examined.held, barLength: examined.market.barLength)
            if let page { try write(text.explanation(account), of: examined, to: page) }
            guard page != StandardOutput.name else { return }
            try Console.print(common.json ? jsonText(TraceJSON(text, account)) : account.text + "\n" + text.text)
        }
    }

    /// The entry that was asked for, or the one that ended lowest.
    private func trace(_ cell: ExaminedCell) throws -> EntryTrace {
        let bar =
            try entry.map { try EntryChoice(held: cell.held, series: cell.market.series).bar(at: $0) } ?? cell.lowest
        guard let trace = bar.flatMap({ cell.trace(entry: $0) }) else {
            throw Failure(.usage, "no entry of \(cell.cell.id) ended in the data", hint: "all are cut before")
        }
        return trace
    }

    private func write(_ explanation: CellExplanation, of cell: ExaminedCell, to file: String) throws {
        let text = cell.study.canonicalText
        let frame = RunReport(
            runID: Digest(of: text + explanation.cell.id).short, version: programVersion, study: cell.study,
            studyText: text,
            studyDigest: Digest(of: text), command: "belowzero explain \(shellQuoted(self.study))",
            assets: [cell.report],
            rows: [], limits: [],
            circumstances: RunCircumstances(
                started: wallClock(), duration: TimeSpan(milliseconds: 0), threads: allCores, host: "explain"))
        let page = frame.explanationPage(explanation)
        if file == StandardOutput.name { return try StandardOutput.write(page) }
        try OwnFile.page.write(page, to: file, force: forcing.force)
    }

    private func chosenCell(_ study: Study) throws -> StudyCell {
        var copy = study
        copy.headline.asset = asset ?? study.headline.asset
        copy.headline.platform = platform ?? study.headline.platform
        if let side { copy.headline.side = try known(Side(rawValue: side), "--side", side) }
        if let contract { copy.headline.contract = try known(ContractKind(rawValue: contract), "--contract", contract) }
        if let leverage { copy.headline.leverage = try known(Leverage(leverage), "--leverage", numberText(leverage)) }
        if let horizon { copy.headline.horizon = try known(TimeSpan(horizon), "--horizon", horizon) }
        guard let cell = copy.headlineCell else {
            let unknown = study.unknownParts(of: copy.headline)
            throw Failure(
                .usage, unknown.first?.message ?? "the study has no such cell", hint: unknown.first?.hint ?? "")
        }
        return cell
    }

    private func known<T>(_ value: T?, _ option: String, _ text: String) throws -> T {
        guard let value else { throw Failure(.usage, "cannot read \(option) '\(text)'") }
        return value
    }
}

/// A trace as a person reads it.
struct TraceText {
    let cell: StudyCell
    let series: BarSeries
    let trace: EntryTrace

    var text: String {
        (entryLines + ["", "  bar (UTC)          checked        equity   requirement       trigger"]
            + stepLines + [""] + exitLines)
            .joined(separator: "\n") + "\n"
    }

    /// The cell and the entry for a page.
    func explanation(_ account: CellAccount) -> CellExplanation {
        func facts(_ lines: [String]) -> [(String, String)] {
            lines.map { line in
                let words = line.trimmingCharacters(in: .whitespaces)
                let name = words.prefix { $0 != " " }
                return (String(name), words.dropFirst(name.count).trimmingCharacters(in: .whitespaces))
            }
        }
        return CellExplanation(
            cell: cell, cellFacts: account.facts, episodes: account.episodes, entryFacts: facts(entryLines),
            stepTitles: ["Bar (UTC)", "Checked price", "Equity", "Requirement", "Trigger price"],
            steps: trace.steps.map { step in
                [
                    series.instant(step.bar).minuteText, price(step.checkedPrice), amount(step.equity),
                    amount(step.requirement), price(step.triggerPrice),
                ]
            }, exitFacts: facts(exitLines))
    }

    private var unit: String { cell.contract == .inverse ? "coin" : "quote currency" }

    private var entryLines: [String] {
        [
            "  entered     \(series.instant(trace.entry).rfc3339) at \(price(trace.entryPrice))",
            "  margin      \(amount(trace.initialMargin)) \(unit), opening fee \(amount(trace.openingFee))",
            "  trigger     \(price(trace.triggerPrice)) at entry",
            "  bankrupt    \(price(trace.bankruptcyPrice)) at entry",
        ]
    }

    /// The first and the last bars; what lies between adds nothing that they do not show.
    private var stepLines: [String] {
        let steps = trace.steps
        guard steps.count > 16 else { return steps.map(line) }
        return steps.prefix(4).map(line) + ["  … \(steps.count - 12) bars …"] + steps.suffix(8).map(line)
    }

    private func line(_ step: EntryTrace.Step) -> String {
        let columns = [
            price(step.checkedPrice), amount(step.equity), amount(step.requirement), price(step.triggerPrice),
        ]
        return "  \(series.instant(step.bar).minuteText)" + columns.map { padded($0) }.joined()
    }

    private var exitLines: [String] {
        let liquidation = trace.path.liquidationBar
        let head =
            liquidation.map { "  liquidated  in the bar of \(series.instant($0).rfc3339)" }
            ?? "  held        to the close of \(series.instant(trace.last).rfc3339)"
        var lines = [
            head, "  prices      " + trace.exitPrices.map { "\($0.stage) \(price($0.price))" }.joined(separator: ", "),
        ]
        if trace.path.carry.funding != 0 {
            lines.append("  funding     \(amount(trace.path.carry.funding)) \(unit) paid")
        }
        lines.append("  ended       with \(fixedText(trace.exit.equity * 100, decimals: 2)) % of the margin")
        guard trace.exit.equity < 0 else { return lines }
        let causes = trace.exit.causes.parts.filter { $0.value != 0 }.map {
            "\($0.name) \(fixedText($0.value * 100, decimals: 2)) %"
        }
        return lines + ["  made of     " + causes.joined(separator: ", ") + " of the margin"]
    }

    private func price(_ value: Double) -> String { value.isFinite ? significantText(value, digits: 7) : "none" }

    private func amount(_ value: Double) -> String { value.isFinite ? fixedText(value, decimals: 4) : "none" }

    private func padded(_ text: String) -> String { String(repeating: " ", count: max(1, 14 - text.count)) + text }
}
