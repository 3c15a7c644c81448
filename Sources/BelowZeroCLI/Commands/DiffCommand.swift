import ArgumentParser
import StressBasics
import StressEngine
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// `belowzero diff`: two runs side by side.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two runs: which cells moved, by how much, and because of what.",
        discussion: """
            Reads both run folders, and computes again what lies between them to tell the causes apart: another version, \
            prices that were revised, prices that were appended, another study. It needs the later run's price files \
            where they were; without them the causes are named and not told apart.

            EXAMPLES
              belowzero diff Reports/nightly/2026-11-19T020000Z Reports/nightly/latest
              belowzero diff before after --out Reports/what-moved
              belowzero diff before after --text

            EXIT CODES
              0 the same; 1 different (or a bug, as everywhere, which standard error says); 64 and above as elsewhere
            """)

    @Argument(help: "The earlier run's folder.", completion: .directory)
    var before: String

    @Argument(help: "The later run's folder.", completion: .directory)
    var after: String

    @Option(
        name: .shortAndLong,
        help:
            "Write diff.html, changes.csv, causes.csv and diff.json to this new folder; with --csv the tables of the page's sections. (default with --csv: diff-tables, in this folder)",
        completion: .directory)
    var out: String?

    @OptionGroup var sections: SectionOptions

    @Option(
        help:
            "Folder that the later run's price files are relative to. (default: as in the command that made it)")
    var prices: String?

    @Flag(help: "Compute nothing again; causes are not told apart.")
    var noRecompute = false

    @Option(
        name: [.customShort("j"), .long], help: "Threads to use. Results do not depend on it. (default: all cores)")
    var threads: Int?

    @Option(
        help: "auto, or plain: walk every bar of every window. Counts are the same, means but for their last digits.")
    var kernel = KernelChoice.automatic

    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
    }

    func run() throws {
        try common.reporting {
            let started = wallClock()
            let interruption = Interruption(isJSON: common.json, console: common.console)
            let runs = (before: try StoredRunFolder(before), after: try StoredRunFolder(after))
            let difference = try compared(runs.before, runs.after, interruption)
            try show(difference, frame(of: difference, started: started, study: runs.after.study), interruption)
            if !difference.changes.isEmpty { throw ExitCode(1) }
        }
    }

    /// The comparison in the forms that were asked for.
    private func show(_ difference: RunDifference, _ frame: RunReport, _ interruption: Interruption) throws {
        if sections.csv {
            let folder = NewFolder(path: out ?? "diff-tables", interruption: interruption)
            let source = "\(difference.before.runID) and \(difference.after.runID)"
            return try sections.write(
                frame.differenceSections(difference, isWhole: true), of: source, to: folder, common)
        }
        if let out {
            let page = ReportFile(path: "diff.html", contents: frame.differencePage(difference))
            try NewFolder(path: out, interruption: interruption).write([page] + difference.files)
        }
        if sections.text {
            try sections.print(frame.differenceSections(difference), common)
        } else {
            try Console.print(common.json ? difference.jsonLine : difference.terminalText)
        }
        if let out, !common.json { try Console.print("\nOpen  \(visibleText(out))/diff.html") }
    }

    private func compared(
        _ early: StoredRunFolder, _ late: StoredRunFolder, _ interruption: Interruption
    ) throws -> RunDifference {
        let recomputation = Recomputation(
            before: early, after: late, files: InputFiles(base: prices ?? late.baseFolder),
            settings: RunSettings(threads: usable(threads), kernel: kernel, caches: cache.caches),
            observer: RunLog(common.console, interruption))
        let (starts, ends) = (early.cellsByAsset, late.cellsByAsset)
        var (ways, notes) = ([String: Recomputation.Way](), [String]())
        for asset in late.assets where starts[asset] != nil && !noRecompute {
            let way = try interruption.during {
                try recomputation.way(of: asset, from: starts[asset] ?? [:], to: ends[asset] ?? [:])
            }
            ways[asset] = way
            notes += way.note.map { [$0] } ?? []
        }
        if noRecompute { notes.append("nothing was computed again, as asked; causes were not told apart") }
        return RunDifference(
            before: early.run, after: late.run, inputs: inputChanges(early, late), notes: notes
        ) { key, first, last in
            // A price history that only one run has is a matter of the study.
            let alone: DifferenceCause = starts[key.asset] == nil || ends[key.asset] == nil ? .study : .unseparated
            return steps(ways[key.asset]?.states.map { ($0.cause, $0.cells[key]) } ?? [(alone, last)], from: first)
        }
    }

    /// What each cause did, from the state before it to the state behind it.
    private func steps(_ states: [(DifferenceCause, CellFigures?)], from first: CellFigures?) -> [CausedChange] {
        zip(states, [first] + states.map(\.1)).map { state, before in
            CausedChange(cause: state.0, before: before, after: state.1)
        }
    }

    /// What pages say of where they come from.
    private func frame(of difference: RunDifference, started: UTCInstant, study: Study) -> RunReport {
        let command = ["belowzero", "diff", before, after].map(shellQuoted).joined(separator: " ")
        let text = difference.after.studyText
        return RunReport(
            runID: "\(difference.before.runID)-\(difference.after.runID)", version: programVersion, study: study,
            studyText: text, studyDigest: Digest(of: text), command: command, assets: [], rows: [], limits: [],
            circumstances: RunCircumstances(
                started: started, duration: TimeSpan(milliseconds: 0), threads: usable(threads), host: "diff"))
    }
}

/// What became of the files of each price history.
private func inputChanges(_ early: StoredRunFolder, _ late: StoredRunFolder) -> [InputChange] {
    let gone = early.assets.filter { !late.assets.contains($0) }
    return (late.assets + gone).compactMap { asset in
        let (a, b) = (early.spans[asset], late.spans[asset])
        guard a != b || early.digests[asset] != late.digests[asset] else { return nil }
        func words(_ span: StoredRunFolder.Span) -> String {
            "\(groupedText(span.bars, separator: " ")) bars to \(span.last.minuteText)"
        }
        switch (a, b) {
        case (let a?, let b?) where a == b:
            return InputChange(asset: asset, words: "other files of the same \(words(a))")
        case (let a?, let b?): return InputChange(asset: asset, words: "\(words(a)); then \(words(b))")
        case (let a?, nil): return InputChange(asset: asset, words: "\(words(a)); gone in the later run")
        case (nil, let b?): return InputChange(asset: asset, words: "new in the later run: \(words(b))")
        case (nil, nil): return nil
        }
    }
}

extension StoredRunFolder {
    fileprivate var assets: [String] { study.inputs.map(\.asset) }

    fileprivate var cellsByAsset: [String: Recomputation.Cells] {
        Dictionary(grouping: run.cells, by: \.key.asset).mapValues { cells in
            Dictionary(cells.map { ($0.key, $0.figures) }, uniquingKeysWith: { first, _ in first })
        }
    }
}
