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
            Reads the study's prices again and shows the entry with the largest shortfall, or the one that ended lowest where \
            none ended below zero, or the one at --entry, so that it can be checked by hand with the price file open beside \
            it. Where bars are too long to tell its fill, the law that stands in shows what it started from. Without options the cell is the study's headline. The folder \
            of a run does as well as its study: its prices are found again where that run read them, and must be the same \
            bytes. So does a sweep's. --text prints the page as text, --csv writes its tables with every episode and bar.

            EXAMPLES
              belowzero explain nightly.yaml --side long --leverage 20 --horizon 7d
              belowzero explain nightly.yaml --entry 2018-01-05T09:00Z
              belowzero explain nightly.yaml --behaviour "adds margin twice"
              belowzero explain Reports/sweep/2026-11-21T001905Z --leverage 50 --page explained.html
              belowzero explain nightly.yaml --csv --out bar-by-bar
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
            "Open time of the entry bar, UTC: 2018-01-05T09:00Z, or epoch milliseconds. (default: the entry with the largest shortfall)",
            valueName: "time"))
    var entry: String?
    @Option(help: "Write a page about the cell to this file; '-' prints it in place of the text.")
    var page: String?
    @Option(
        help:
            "Folder that the study's price, funding and mark files are relative to. (default: the study file's folder, or as in the run)"
    )
    var prices: String?
    @OptionGroup var sections: SectionOptions
    @Option(help: "The folder to make with --csv. (default: explain-tables, in this folder)", completion: .directory)
    var out: String?
    @OptionGroup(title: "Behaviour, beside holding") var behaviour: BehaviourOptions
    @OptionGroup var forcing: ForceOption
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if page == StandardOutput.name, sections.text || sections.csv {
            throw ValidationError("--page - prints the page alone: name a file, or leave --text and --csv away")
        }
        if out != nil, !sections.csv { throw ValidationError("--out is the folder of --csv: give that, too") }
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
    }

    func run() throws {
        try common.reporting {
            try OwnFile.page.expectPlace(page, force: forcing.force, isJSON: common.json)
            let explained = try ExplainedStudy(study, prices: prices, threads: allCores)
            let cell = try chosenCell(explained.study)
            let examined = try ExaminedCell(cell, of: explained, caches: cache.caches, threads: allCores)
            let (trace, choice) = try trace(examined)
            let behaved = try behaviour.behaviours(described: explained.study.behaviours).flatMap {
                examined.traces(entry: trace.entry, behaviour: $0)
            }
            let text = TraceText(
                cell: cell, series: examined.market.series, trace: trace, choice: choice, behaved: behaved)
            let account = CellAccount(cell: cell, held: examined.held, barLength: examined.market.barLength)
            try show(text, account, frame(of: examined))
        }
    }

    /// The cell in the forms that were asked for.
    private func show(_ text: TraceText, _ account: CellAccount, _ frame: RunReport) throws {
        let explanation = text.explanation(account)
        if let page { try write(frame.explanationPage(explanation), to: page) }
        guard page != StandardOutput.name else { return }
        if sections.text { return try sections.print(frame.explanationSections(explanation), common) }
        guard sections.csv else {
            return try Console.print(
                common.json ? jsonText(TraceJSON(text, account)) : account.text + "\n" + text.text)
        }
        let folder = NewFolder(
            path: out ?? "explain-tables",
            interruption: Interruption(isJSON: common.json, console: common.console))
        try sections.write(
            frame.explanationSections(explanation, isWhole: true), of: SourceLocation.presentable(text.cell.id),
            to: folder, common)
    }

    /// The entry that was asked for, or the worst, and why it is that one.
    private func trace(_ cell: ExaminedCell) throws -> (EntryTrace, EntryChoice.Reason) {
        let asked = try entry.map { try EntryChoice(held: cell.held, series: cell.market.series).bar(at: $0) }
        let (worst, bar) = (cell.worst, asked ?? cell.worst ?? cell.lowest)
        guard let trace = bar.flatMap({ cell.trace(entry: $0) }) else {
            throw Failure(.usage, "no entry of \(cell.cell.id) ended in the data", hint: "all are cut before")
        }
        return (trace, asked != nil ? .asked : worst != nil ? .worst : .lowest)
    }

    /// What pages say of where they come from.
    private func frame(of cell: ExaminedCell) -> RunReport {
        let text = cell.study.canonicalText
        return RunReport(
            runID: Digest(of: text + cell.cell.id).short, version: programVersion, study: cell.study,
            studyText: text,
            studyDigest: Digest(of: text), command: "belowzero explain \(shellQuoted(self.study))",
            assets: [cell.report],
            rows: [], limits: [],
            circumstances: RunCircumstances(
                started: wallClock(), duration: TimeSpan(milliseconds: 0), threads: allCores, host: "explain"))
    }

    private func write(_ page: String, to file: String) throws {
        if file == StandardOutput.name { return try StandardOutput.write(page) }
        try OwnFile.page.write(page, to: file, force: forcing.force)
    }

    private func chosenCell(_ study: Study) throws -> StudyCell {
        var copy = study
        copy.headline.asset = asset ?? study.headline.asset
        copy.headline.platform = platform ?? study.headline.platform
        if let side { copy.headline.side = try named("--side", side) }
        if let contract { copy.headline.contract = try named("--contract", contract) }
        if let leverage {
            copy.headline.leverage = try known(
                Leverage(leverage), "--leverage", numberText(leverage), hint: "write a number from 1 to 1000")
        }
        if let horizon {
            copy.headline.horizon = try known(TimeSpan(horizon), "--horizon", horizon, hint: "write 4h, 1d or 7d")
        }
        guard let cell = copy.headlineCell else {
            let unknown = study.unknownParts(of: copy.headline)
            throw Failure(
                .usage, unknown.first?.message ?? "the study has no such cell", hint: unknown.first?.hint ?? "")
        }
        return cell
    }

    private func named<T: RawRepresentable<String> & CaseIterable>(_ option: String, _ text: String) throws -> T {
        let names = T.allCases.map(\.rawValue)
        let hint = didYouMean(text, among: names, rest: "write \(names.joined(separator: ", "))")
        return try known(T(rawValue: text), option, text, hint: hint)
    }

    private func known<T>(_ value: T?, _ option: String, _ text: String, hint: String) throws -> T {
        guard let value else {
            throw Failure(.usage, "cannot read \(option) '\(SourceLocation.presentable(text))'", hint: hint)
        }
        return value
    }
}
