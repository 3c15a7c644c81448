import CSVIngest
import MarginModel
import StressBasics
import StudyPlan

/// The maintenance tables that platforms keep in files of their own, read into their rules.
struct TierFiles {
    let files: InputFiles
    private(set) var digests: [Digest] = []
    private(set) var findings: [Finding] = []

    init(files: InputFiles) {
        self.files = files
    }

    /// The study with every table read. Throws a ``Failure`` with all files that could not be.
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
        var options = IngestOptions()
        options.baseFolder = files.base
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
