import CSVIngest
import MarginModel
import StressBasics
import StudyPlan

/// A study with nothing left to look up: the maintenance tables that its platforms keep in files of their own are in their rules.
public struct ResolvedStudy: Sendable {
    /// The study with its tables.
    public let study: Study
    /// Where its files are.
    public let files: InputFiles
    /// Digests of the tables, in the order of their platforms.
    public let tables: [Digest]
    /// What was found in them.
    let findings: [Finding]

    /// Reads every table. Throws a ``Failure`` with all files that could not be.
    public init(_ study: Study, files: InputFiles) throws {
        var tables = TierFiles(files: files)
        self.study = try tables.resolve(study)
        (self.files, self.tables, findings) = (files, tables.digests, tables.findings)
    }

    private init(_ study: Study, like other: ResolvedStudy) {
        (self.study, files) = (study, other.files)
        (tables, findings) = (other.tables, other.findings)
    }

    /// The same study of one of its price histories.
    func narrowed(to asset: String) -> ResolvedStudy {
        var one = study
        one.inputs = study.inputs.filter { $0.asset == asset }
        return ResolvedStudy(one, like: self)
    }
}

/// Reads the tables of a study into its platforms' rules.
private struct TierFiles {
    let files: InputFiles
    private(set) var digests: [Digest] = []
    private(set) var findings: [Finding] = []

    init(files: InputFiles) {
        self.files = files
    }

    /// The study with every table read.
    mutating func resolve(_ study: Study) throws -> Study {
        var result = study
        var errors: [IngestError] = []
        for (index, platform) in study.platforms.enumerated() {
            guard let source = platform.tierFile else { continue }
            do throws(IngestError) {
                result.platforms[index].rules = try read(source, for: platform.rules)
            } catch {
                errors.append(error)
            }
        }
        guard errors.isEmpty else { throw Failure(errors) }
        if study.grid.contracts.contains(.inverse) { findings += result.platforms.compactMap(coinFinding) }
        return result
    }

    /// Brackets are published in the coin for inverse contracts and in the quote currency for linear ones; one table cannot
    /// be both, and nothing in it says which it is.
    private func coinFinding(_ platform: NamedPlatform) -> Finding? {
        let brackets = platform.rules.tiers.tiers.count
        guard brackets > 1 else { return nil }
        return Finding(
            check: "tiers_in_coin", severity: .warning,
            message:
                "for inverse contracts the caps and amounts of the \(brackets) brackets of '\(platform.name)' are read in coin",
            count: brackets, action: "kept", hint: "give inverse contracts a platform whose brackets are in coin")
    }

    private mutating func read(_ source: TierFile, for rules: PlatformRules) throws(IngestError) -> PlatformRules {
        let options = files.finding(IngestOptions())
        switch source {
        case .brackets(let file, let symbol):
            let read = try ingestTiers(file: file, symbol: symbol, options: options)
            note(read.file, read.findings)
            return rules.replacing(tiers: read.tiers)
        case .schedule(let file, let size):
            let read = try ingestMarginHistory(file: file, contractSize: size, options: options)
            note(read.file, read.findings)
            return rules.replacing(schedule: read.schedule)
        }
    }

    private mutating func note(_ file: IngestedFile, _ found: [Finding]) {
        digests.append(file.sha256)
        findings += found.filter { $0.severity > .pass }.map { finding in
            var named = finding
            named.check = finding.check.hasPrefix("tiers") ? finding.check : "tiers_" + finding.check
            return named
        }
    }
}
