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
public func loadStudy(
    yaml: String, file: String, venues: [VenueProfile] = [], bounds: Bool = false
) throws(StudyError) -> Partial<Study> {
    let problems = StudyProblems(file: file)
    let root = YAMLReader(node: try documentRoot(yaml, file: file), path: "", problems: problems)
    let study = StudyLoader(root: root, problems: problems, venues: venues).study()
    let errors = problems.findings.filter { $0.severity == .error }
    guard var study, errors.isEmpty else { throw StudyError(errors) }
    if bounds { study = study.withBounds }
    try study.validate(file: file, place: root.place)
    return Partial(
        study, findings: problems.findings + study.platforms.flatMap(\.findings) + study.venueFindings(venues))
}

/// Turns YAML into a study, section by section. Readers give nil after reporting a problem.
struct StudyLoader {
    let root: YAMLReader
    let problems: StudyProblems
    let venues: [VenueProfile]

    func study() -> Study? {
        let known = [
            "version", "name", "data", "grid", "position", "platforms", "ledger", "statistics", "limits", "headline",
            "archive", "behaviours", "baskets", "resample", "custody", "tax",
        ]
        guard let map = root.map(known: known + StudyLoader.operationKeys) else { return nil }
        checkVersion(map)
        let inputs = map.required("data").flatMap(inputs)
        let grid = map.required("grid").flatMap { StudyLoader.gridSection($0) }
        let platforms = platformSection(map["platforms"], wanted: platformNames(map), hasLedger: map["ledger"] != nil)
        let ledger = map["ledger"].map(ledgerSection)
        let position = map["position"].map(positionSection) ?? PositionRules()
        let statistics = map["statistics"].map(statisticsSection) ?? StatisticsRules()
        let limits = map["limits"].map(limitSection) ?? []
        let behaviours = map["behaviours"].map(StudyLoader.behaviourSection) ?? []
        let baskets = map["baskets"].map(StudyLoader.basketSection) ?? []
        let resample = map["resample"].map(StudyLoader.resampleSection)
        let custody = map["custody"].map(StudyLoader.custodySection)
        let tax = map["tax"].map(StudyLoader.taxSection)
        let headline = map["headline"].map { selector($0, extra: [StudyLoader.noValueKey]) } ?? CellSelector()
        let headlineRule = map["headline"].map(headlineRule) ?? .fail
        let name = map["name"].map(nameSection) ?? "study"
        let operations = operations(map)
        let archive = map["archive"].map(archiveSection)
        guard let inputs, let grid, let platforms, let position, let statistics, let limits, let headline,
            let headlineRule, let name,
            let operations, let behaviours, let baskets
        else { return nil }
        var study = Study(
            name: name, inputs: inputs, grid: grid, position: position, platforms: platforms,
            statistics: statistics, limits: limits, headline: headline, operations: operations)
        study.archive = archive ?? nil
        (study.ledger, study.resample) = (ledger ?? nil, resample ?? nil)
        (study.custody, study.tax) = (custody ?? nil, tax ?? nil)
        (study.behaviours, study.baskets) = (behaviours, baskets)
        study.headlineOnNoValue = headlineRule
        return study
    }

    private func checkVersion(_ map: YAMLMap) {
        guard let version = map.required("version"), let number = version.integer(1...Int.max) else { return }
        guard number == Study.version else {
            let _: Void? = version.wrong(
                "this program reads version \(Study.version)", hint: "a newer program may have written it")
            return
        }
    }

    /// What a headline without data makes of the run. What is wrong with the section itself is told by ``selector(_:extra:)``.
    private func headlineRule(_ reader: YAMLReader) -> StudyLimit.NoValueRule? {
        guard reader.node.mapping != nil, let value = reader.anyMap()?[StudyLoader.noValueKey] else { return .fail }
        return value.choice()
    }

    func nameSection(_ reader: YAMLReader) -> String? {
        guard let name = reader.text() else { return nil }
        let allowed = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
        }
        guard allowed, !name.isEmpty, name.count <= 64, name.first != ".", name.first != "-" else {
            return reader.wrong(
                "'\(SourceLocation.presentable(name))' is no name of a study",
                hint: "1 to 64 letters, digits, '.', '_' or '-', not beginning with '.' or '-'")
        }
        return name
    }

    private func archiveSection(_ reader: YAMLReader) -> ArchiveSettings? {
        guard let value = reader.map(known: ["base"])?.required("base"), let text = value.text() else { return nil }
        guard let address = WebAddress(text) else {
            return value.wrong(
                "'\(SourceLocation.presentable(text))' is no address of an archive",
                hint: "write https://host/path, without user name, query or fragment")
        }
        return ArchiveSettings(base: address)
    }

    private func positionSection(_ reader: YAMLReader) -> PositionRules? {
        reader.map(known: Settings.Position.section.keys).flatMap {
            Settings.Position.placed.read($0, into: PositionRules())
        }
    }

    private func statisticsSection(_ reader: YAMLReader) -> StatisticsRules? {
        guard let map = reader.map(known: Settings.Statistics.section.keys),
            var rules = Settings.Statistics.placed.read(map, into: StatisticsRules())
        else { return nil }
        if let value = map["look_back_margin"] {
            guard let lookBack = StudyLoader.lookBackSection(value) else { return nil }
            rules.lookBack = lookBack
        }
        return rules
    }

    func selector(_ reader: YAMLReader, extra: [String]) -> CellSelector? {
        let known = CellAxis.allCases.map(\.rawValue) + extra
        guard let map = reader.map(known: known) else { return nil }
        var cells = CellSelector()
        // Each part is optional, but one that is there must be read: a limit on half of what was meant is no limit.
        if let value = map["asset"] { cells.asset = value.text(); if cells.asset == nil { return nil } }
        if let value = map["platform"] { cells.platform = value.text(); if cells.platform == nil { return nil } }
        if let value = map["contract"] { cells.contract = value.choice(); if cells.contract == nil { return nil } }
        if let value = map["side"] { cells.side = value.choice(); if cells.side == nil { return nil } }
        if let value = map["leverage"] {
            cells.leverage = StudyLoader.leverage(value); if cells.leverage == nil { return nil }
        }
        if let value = map["horizon"] { cells.horizon = value.span(); if cells.horizon == nil { return nil } }
        return cells
    }
}
