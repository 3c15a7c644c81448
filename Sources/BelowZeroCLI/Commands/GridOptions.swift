import ArgumentParser
import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressPipeline
import StudyPlan

/// The price files and the grid of a study that is typed: each file is one asset, named after it.
struct GridOptions: ParsableArguments {
    @Argument(help: "Price files, or folders of them.", completion: .file())
    var file: [String]

    @Option(name: [.customShort("l"), .long], help: "Leverages: 1,5,20 or 1:125 or 1:100:5.")
    var leverage = "1,2,3,5,10,20,25,50,75,100,125"

    @Option(help: "Holding times: 4h,1d,7d.")
    var horizon = "1d,7d,30d"

    @Option(help: "Contracts: linear, inverse, margin, spot, or several with commas.")
    var contract = "linear"

    @Option(help: "long, short or both.")
    var side = "both"

    /// The same as they would be typed.
    var words: [String] {
        file + ["--leverage", leverage, "--horizon", horizon, "--side", side, "--contract", contract]
    }

    /// The study that they are, of one platform, with every market that is to be an asset.
    ///
    /// A folder stands for all files in it.
    ///
    /// - Parameter console: where it is said how files were divided into markets.
    func study(platform: PlatformOptions, reading: ReadingOptions, console: Console) throws -> Study {
        let file = try file.flatMap { try filesBelow($0) }
        try file.forEach(expectNoStudy)
        try expectDifferent(file)
        let inputs = try file.enumerated().map { index, path in
            StudyInput(asset: try assetName(path, index: index, of: file), source: try reading.source(files: [path]))
        }
        let grid = StudyGrid(
            contracts: try parseContracts(contract),
            sides: try parseSides(side), leverages: try parseLeverages(leverage), horizons: try parseHorizons(horizon))
        let position = PositionRules(notional: platform.notional, stride: platform.stride, maxGap: try platform.gap())
        var study = Study(
            name: "sweep", inputs: inputs, grid: grid, position: position,
            platforms: [NamedPlatform(name: "typical", rules: try platform.rules())])
        study.statistics.resamples = platform.resamples
        return try checked(study, reading, console)
    }

    /// Refuses a study in the place of a price file.
    private func expectNoStudy(_ file: String) throws {
        guard isStudyName(file) else { return }
        throw Failure(
            .usage, "\(SourceLocation.presentablePath(file)) is a study, and price files are asked for here",
            hint: "run it with: belowzero run \(shellQuoted(SourceLocation.presentablePath(file)))")
    }

    /// Refuses a file that is named twice, by a link too: each is one price history, and the second would count as another.
    private func expectDifferent(_ files: [String]) throws {
        var places = Set<String>()
        for path in files where !places.insert(URL(fileURLWithPath: path).resolvingSymlinksInPath().path).inserted {
            throw Failure(
                .usage, "\(SourceLocation.presentablePath(path)) is given twice, and each file is one price history",
                hint: "name every file once")
        }
    }

    /// The study with every market that is to be an asset, in order.
    private func checked(_ study: Study, _ reading: ReadingOptions, _ console: Console) throws -> Study {
        do {
            guard reading.each != nil else {
                try study.validate(file: "command line")
                return study
            }
            let divided = try InputFiles(base: "").divided(study, file: "command line", threads: allCores)
            divided.findings.forEach { console.say(Failure.text($0)) }
            return divided.value
        } catch let error as StudyError {
            throw Failure(.usage, error.findings[0].message, hint: error.findings[0].hint)
        }
    }

    /// The file's name without folder and ending, `stdin` for standard input, made unique by its place when two files share it.
    private func assetName(_ path: String, index: Int, of file: [String]) throws -> String {
        func stem(_ path: String) -> String {
            if path == LoadedStudy.standardInput { return "stdin" }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let visible = String(SourceLocation.presentable(PriceFileName.stem(name)).prefix(48))
            // A file's name is nobody's choice for a table: what would run there gets something before it.
            return CSVText.beginsAsFormula(visible) ? "_" + visible : visible
        }
        let name = stem(path)
        let isRepeated = file.count { stem($0) == name } > 1
        let unique = isRepeated ? "\(name) #\(index + 1)" : name
        guard StudyInput.isUsableName(unique) else {
            throw Failure(
                .usage, "cannot make an asset name from '\(unique)'",
                hint: "rename the file, or name the asset in a study: belowzero init")
        }
        return unique
    }
}

/// What of a study's grid is typed in its place.
struct GridChanges: ParsableArguments {
    @Option(
        name: [.customShort("l"), .long],
        help: "Leverages: 1,5,20 or 1:125 or 1:100:5. (default: the study's, or steps from 1 up to 100 and more)")
    var leverage: String?

    @Option(help: "long, short or both. (default: the study's, or both)")
    var side: String?

    @Option(help: "Contracts: linear, inverse, margin, spot, or several with commas. (default: the study's, or linear)")
    var contract: String?

    /// The grid with what was typed in place of its own.
    func applied(to own: StudyGrid) throws -> StudyGrid {
        var grid = own
        if let contract { grid.contracts = try parseContracts(contract) }
        if let side { grid.sides = try parseSides(side) }
        if let leverage { grid.leverages = try parseLeverages(leverage) }
        return grid
    }
}

/// Whether a file is called as studies are.
func isStudyName(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

/// The one study that an argument names; nil where it names price files.
func namedStudy(_ files: [String]) throws -> String? {
    guard let first = files.first, isStudyName(first) else { return nil }
    guard files.count == 1 else {
        throw Failure(.usage, "one study at a time", hint: "name one study, or price files")
    }
    return first
}

/// `linear,inverse`; each kind once.
func parseContracts(_ text: String) throws -> [ContractKind] {
    let kinds = try text.split(separator: ",").map { name in
        guard let kind = ContractKind(rawValue: String(name)) else {
            throw Failure(
                .usage,
                "--contract is linear, inverse, margin or spot, not '\(SourceLocation.presentable(String(name)))'",
                hint: didYouMean(String(name), among: ContractKind.allCases.map(\.rawValue)) ?? "")
        }
        return kind
    }
    guard !kinds.isEmpty, Set(kinds).count == kinds.count else {
        throw Failure(.usage, "--contract names each kind once, not '\(text)'")
    }
    return kinds
}

/// `long`, `short` or `both`.
func parseSides(_ text: String) throws -> [Side] {
    if text == "both" { return [.long, .short] }
    guard let one = Side(rawValue: text) else {
        throw Failure(
            .usage, "--side is long, short or both, not '\(SourceLocation.presentable(text))'",
            hint: didYouMean(text, among: Side.allCases.map(\.rawValue) + ["both"]) ?? "")
    }
    return [one]
}

/// `1,5,20`, `1:125` or `1:100:5`; ascending, without repeats.
func parseLeverages(_ text: String) throws -> [Leverage] {
    let values = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { part -> [Leverage] in
        guard let range = leverageRange(part)
        else {
            throw Failure(
                .usage, "cannot read leverage '\(part)'", hint: "write 1,5,20 or 1:125 or 1:100:5, within 1 to 1000")
        }
        return range
    }
    return Set(values).sorted()
}

/// `4h,1d,7d`; ascending, without repeats.
func parseHorizons(_ text: String) throws -> [TimeSpan] {
    try parseSpans(text, unread: "cannot read horizon", longest: "a holding time", hint: "write 30m, 4h, 1d or 7d")
}

/// The same of other times.
///
/// - Parameters:
///   - unread: what is said before a text that is none.
///   - longest: what is too long, as a subject.
func parseSpans(_ text: String, unread: String, longest: String, hint: String) throws -> [TimeSpan] {
    let spans = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let span = TimeSpan(part), span.milliseconds > 0 else {
            throw Failure(
                .usage, "\(unread) '\(part)'",
                hint: TimeSpan.isTooLong(part)
                    ? "\(longest) is at most \(TimeSpan.longest.text), which is 100 years" : hint)
        }
        return span
    }
    return Set(spans).sorted()
}
