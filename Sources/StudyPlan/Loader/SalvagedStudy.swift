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
        name = SalvagedStudy.part(Settings.Whole.name, of: yaml)
        metricsFile = SalvagedStudy.part(Settings.Operation.metricsFile, of: yaml)
    }

    private static func part(_ setting: Setting<String>, of yaml: String) -> String? {
        let line = yaml.split(whereSeparator: \.isNewline).first { $0.hasPrefix(setting.key + ":") }.map(String.init)
        for text in [yaml, line].compactMap({ $0 }) {
            guard let root = try? parsedYAML(text, file: "") else { continue }
            let reader = YAMLReader(node: root, path: "", problems: StudyProblems(file: ""))
            guard root.mapping != nil, let value = reader.anyMap()?[setting.key] else { continue }
            return setting.read(value)
        }
        return nil
    }
}
