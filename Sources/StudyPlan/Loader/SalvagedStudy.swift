import StressBasics
import Yams

/// What can still be told of a study that cannot be used: who it is, and where its failure is to be noted.
///
/// Each part is read as a whole study's would be, with everything else left alone; where the text is no YAML, the line that
/// begins with the key is taken by itself.
public struct SalvagedStudy: Hashable, Sendable {
    /// The study's name; nil where it has none that could be used.
    public let name: String?
    /// The file for the Prometheus node exporter, relative to the study file; nil where none is named.
    public let metricsFile: String?

    /// Looks through the text of a study file.
    public init(yaml: String) {
        name = SalvagedStudy.part("name", of: yaml) { $0.nameSection($1) }
        metricsFile = SalvagedStudy.part("metrics_file", of: yaml) { $0.metricsFile($1) }
    }

    private static func part(
        _ key: String, of yaml: String, read: (StudyLoader, YAMLReader) -> String?
    ) -> String? {
        let line = yaml.split(whereSeparator: \.isNewline).first { $0.hasPrefix(key + ":") }.map(String.init)
        for text in [yaml, line].compactMap({ $0 }) {
            guard let root = try? parsedYAML(text, file: "") else { continue }
            let problems = StudyProblems(file: "")
            let reader = YAMLReader(node: root, path: "", problems: problems)
            let loader = StudyLoader(root: reader, problems: problems, venues: [])
            guard root.mapping != nil, let value = reader.anyMap()?[key] else { continue }
            return read(loader, value)
        }
        return nil
    }
}
