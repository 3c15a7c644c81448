import MarginModel
import PriceSeries
import StressBasics
import Yams

/// Reads a study file.
///
/// Everything is checked at once: the error lists every unknown key (with the nearest known one), every value of the
/// wrong kind or out of range, and every contradiction, each with its line. The returned findings are notes on values
/// that are accepted but have no effect.
///
/// - Parameters:
///   - yaml: the file's text, at most 256 KiB.
///   - file: its name, for messages.
///   - venues: profiles that the grid may name beside the study's own platforms.
///   - bounds: whether best and worst fill are evaluated on every platform, whatever the study says.
///   - isStored: whether a run was made of it: see ``Study/validate(file:isStored:place:)``.
public func loadStudy(
    yaml: String, file: String, venues: [VenueProfile] = [], bounds: Bool = false, isStored: Bool = false
) throws(StudyError) -> Partial<Study> {
    let problems = StudyProblems(file: file)
    let root = YAMLReader(node: try documentRoot(yaml, file: file), path: "", problems: problems)
    let study = StudyLoader(root: root, problems: problems, venues: venues).study()
    let errors = problems.findings.filter { $0.severity == .error }
    guard var study, errors.isEmpty else { throw StudyError(errors) }
    if bounds { study = study.withBounds }
    try study.validate(file: file, isStored: isStored, place: root.place)
    return Partial(
        study,
        findings: problems.findings + study.platformFindings
            + study.orderFindings
            + study.venueFindings(venues))
}

/// Turns YAML into a study, section by section. Readers give nil after reporting a problem.
struct StudyLoader {
    let root: YAMLReader
    let problems: StudyProblems
    let venues: [VenueProfile]

    func study() -> Study? {
        guard let map = root.map(Settings.Whole.section) else { return nil }
        checkVersion(map)
        // Every section is read before any is missed, so that all problems are told at once.
        let (positions, questions, frame) = (positions(map), questions(map), frame(map))
        guard var study = positions, let questions, let frame else { return nil }
        questions(&study)
        frame(&study)
        return study
    }

    /// What sections make of a study.
    private typealias Sections = (inout Study) -> Void

    /// What is stressed, and by which rules.
    private func positions(_ map: YAMLMap) -> Study? {
        typealias Known = Settings.Whole
        let inputs = map.required(Known.data).flatMap(inputs)
        let grid = map.required(Known.grid).flatMap { StudyLoader.gridSection($0) }
        let platforms = platformSection(
            map[Known.platforms], wanted: platformNames(map), hasLedger: map[Known.ledger] != nil)
        let ledger = map[Known.ledger].map(ledgerSection)
        let position = map[Known.position].map(positionSection) ?? PositionRules()
        let statistics = map[Known.statistics].map(statisticsSection) ?? StatisticsRules()
        guard let inputs, let grid, let platforms, let position, let statistics else { return nil }
        var study = Study(
            name: "study", inputs: inputs, grid: grid, position: position, platforms: platforms, statistics: statistics)
        study.ledger = ledger ?? nil
        return study
    }

    /// What else is asked: limits, what traders do beside holding, and what may be lost beside the price.
    private func questions(_ map: YAMLMap) -> Sections? {
        typealias Known = Settings.Whole
        let limits = map[Known.limits].map(limitSection) ?? []
        let behaviours = map[Known.behaviours].map(StudyLoader.behaviourSection) ?? []
        let baskets = map[Known.baskets].map(StudyLoader.basketSection) ?? []
        let resample = map[Known.resample].map(StudyLoader.resampleSection)
        let custody = map[Known.custody].map(StudyLoader.custodySection)
        let tax = map[Known.tax].map(StudyLoader.taxSection)
        guard let limits, let behaviours, let baskets else { return nil }
        return { study in
            (study.limits, study.behaviours, study.baskets) = (limits, behaviours, baskets)
            (study.resample, study.custody, study.tax) = (resample ?? nil, custody ?? nil, tax ?? nil)
        }
    }

    /// What a run is summed up by and called, and what is done with it.
    private func frame(_ map: YAMLMap) -> Sections? {
        typealias Known = Settings.Whole
        let headline =
            map[Known.headline].map { reader in
                reader.map(Settings.Headline.section).flatMap { Settings.Cells.placed.read($0, into: CellSelector()) }
            } ?? CellSelector()
        let headlineRule = map[Known.headline].map(headlineRule) ?? .fail
        let name = map[Known.name.facts].map(Known.name.read) ?? "study"
        let operations = operations(map)
        let archive = map[Known.archive].map(archiveSection)
        guard let headline, let headlineRule, let name, let operations else { return nil }
        return { study in
            (study.name, study.headline, study.headlineOnNoValue) = (name, headline, headlineRule)
            (study.operations, study.archive) = (operations, archive ?? nil)
        }
    }

    private func checkVersion(_ map: YAMLMap) {
        guard let version = map.required(Settings.Whole.version), let number = version.integer(1...Int.max) else {
            return
        }
        guard number == Study.version else {
            let _: Void? = version.wrong(
                "this program reads version \(Study.version)", hint: "a newer program may have written it")
            return
        }
    }

    /// What a headline without data makes of the run. What is wrong with the section itself is told elsewhere.
    private func headlineRule(_ reader: YAMLReader) -> StudyLimit.NoValueRule? {
        guard reader.node.mapping != nil, let map = reader.anyMap() else { return .fail }
        return map.value(of: Settings.Headline.onNoValue)
    }

    static func nameSection(_ reader: YAMLReader) -> String? {
        guard let name = reader.text() else { return nil }
        let allowed = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
        }
        guard allowed, !name.isEmpty, name.count <= 64, name.first != ".", name.first != "-" else {
            return reader.wrong(
                "'\(SourceLocation.presentable(name))' is no name of a study",
                hint: Settings.Whole.nameWords)
        }
        return name
    }

    private func archiveSection(_ reader: YAMLReader) -> ArchiveSettings? {
        reader.map(Settings.Archive.section)?.required(Settings.Archive.base).map { ArchiveSettings(base: $0) }
    }

    private func positionSection(_ reader: YAMLReader) -> PositionRules? {
        reader.map(Settings.Position.section).flatMap {
            Settings.Position.placed.read($0, into: PositionRules())
        }
    }

    private func statisticsSection(_ reader: YAMLReader) -> StatisticsRules? {
        guard let map = reader.map(Settings.Statistics.section),
            var rules = Settings.Statistics.placed.read(map, into: StatisticsRules())
        else { return nil }
        if let value = map[Settings.Statistics.lookBack] {
            guard let lookBack = StudyLoader.lookBackSection(value) else { return nil }
            rules.lookBack = lookBack
        }
        return rules
    }
}
