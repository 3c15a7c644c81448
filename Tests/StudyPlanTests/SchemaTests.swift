import Foundation
import StudyPlan
import TestSupport
import Testing

/// The JSON Schema of studies knows what the loader knows. That studies are valid by it is tested by Tests/Readers.
@Suite struct SchemaTests {
    private func properties(_ path: [String]) throws -> Set<String> {
        let data = try Data(contentsOf: URL(fileURLWithPath: packageRoot + "/Data/Studies/study.schema.json"))
        var node = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        for step in path { node = try #require(node[step] as? [String: Any], "\(step)") }
        return Set(try #require(node["properties"] as? [String: Any]).keys)
    }

    /// The keys that the loader offers in place of one that it does not know.
    private func known(_ yaml: String) -> Set<String> {
        do throws(StudyError) {
            _ = try loadStudy(yaml: yaml, file: "s.yaml")
            return []
        } catch {
            let hint = error.findings.first { $0.message.contains("qqqqqqqqqqqq") }?.hint ?? ""
            return Set(hint.replacing("known: ", with: "").split(separator: ", ").map(String.init))
        }
    }

    @Test(arguments: [
        ("qqqqqqqqqqqq: 1", []), ("grid: {qqqqqqqqqqqq: 1}", ["properties", "grid"]),
        ("position: {qqqqqqqqqqqq: 1}", ["properties", "position"]),
        ("statistics: {qqqqqqqqqqqq: 1}", ["properties", "statistics"]),
        (
            "statistics: {look_back_margin: {qqqqqqqqqqqq: 1}}",
            ["properties", "statistics", "properties", "look_back_margin"]
        ),
        ("data: [{qqqqqqqqqqqq: 1}]", ["$defs", "input"]), ("limits: [{qqqqqqqqqqqq: 1}]", ["$defs", "limit"]),
        ("platforms: {p: {qqqqqqqqqqqq: 1}}", ["$defs", "platform"]),
        ("headline: {qqqqqqqqqqqq: 1}", ["properties", "headline"]),
        ("archive: {qqqqqqqqqqqq: 1}", ["properties", "archive"]),
        ("retention: {qqqqqqqqqqqq: 1}", ["properties", "retention"]),
        ("on_breach: {qqqqqqqqqqqq: 1}", ["properties", "on_breach"]),
        ("on_failure: {qqqqqqqqqqqq: 1}", ["properties", "on_failure"]),
    ])
    func everyKeyIsDescribed(yaml: String, path: [String]) throws {
        let known = known(yaml)
        #expect(!known.isEmpty, "\(yaml)")
        #expect(try known.subtracting(properties(path)).isEmpty)
    }
}
