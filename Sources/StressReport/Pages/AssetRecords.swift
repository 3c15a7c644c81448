import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What a run holds of one price history. Pages look here and not through the whole run, which would take time with the square of the
/// number of histories.
struct AssetRecords: Sendable {
    /// Its cells, in plan order.
    var rows: [ResultRow] = []
    /// Its cells that were looked at more closely.
    var details: [CellDetail] = []
    /// The margins that it would have needed.
    var requirements: [MarginRequirement] = []
    /// The bands over its curves.
    var bands: [CurveBand] = []
    /// What its cells said of later years.
    var years: [CellKey: [YearTest]] = [:]
    /// How its cells fared under behaviours.
    var behaviours: [BehaviourResult] = []
    /// The study as it concerns the history; nil where it is the whole.
    var study: String?
}

/// A study's text with one price history of many, and a note in place of the others.
enum OwnStudy {
    /// A study with no more histories stands on every page as it is.
    static let mostInputs = 20

    /// The texts of the pages of a study's histories, in its order; none with few histories, or where they cannot be told apart.
    static func texts(_ report: RunReport) -> [String] {
        let count = report.study.inputs.count
        guard count > mostInputs, let parts = parts(of: report.studyText), parts.entries.count == count else {
            return []
        }
        let note = "  # \(grouped(count - 1)) more price histories, as run.json has them\n"
        return parts.entries.map { parts.before + $0 + note + parts.after }
    }

    /// What stands before the entries of `data`, each of them, and what stands behind.
    private static func parts(of text: String) -> (before: String, entries: [String], after: String)? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "data:") else { return nil }
        let end = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.endIndex
        var entries: [String] = []
        for line in lines[start + 1..<end] {
            if line.hasPrefix("  - ") { entries.append("") }
            guard !entries.isEmpty else { return nil }
            entries[entries.count - 1] += line + "\n"
        }
        return (
            lines[...start].joined(separator: "\n") + "\n", entries, lines[end...].joined(separator: "\n")
        )
    }
}

extension RunReport {
    /// The records of each price history, by its name.
    var recordsByAsset: [String: AssetRecords] {
        var found: [String: AssetRecords] = [:]
        for (asset, rows) in Dictionary(grouping: rows, by: \.cell.asset) { found[asset, default: .init()].rows = rows }
        for detail in details { found[detail.cell.asset, default: .init()].details.append(detail) }
        for requirement in requirements { found[requirement.asset, default: .init()].requirements.append(requirement) }
        for band in curveBands { band.cells.first.map { found[$0.asset, default: .init()].bands.append(band) } }
        for record in yearRecords {
            let key = record.cell.key
            // Of two records the first counts.
            if found[key.asset]?.years[key] == nil { found[key.asset, default: .init()].years[key] = record.years }
        }
        for (input, study) in zip(study.inputs, OwnStudy.texts(self)) {
            found[input.asset, default: .init()].study = study
        }
        for result in behaviours { found[result.cell.asset, default: .init()].behaviours.append(result) }
        return found
    }
}
