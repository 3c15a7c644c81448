import Foundation
import Testing

/// Compares `text` with the golden file of that name. With `RECORD_GOLDEN=1` the file is written instead and the test
/// fails, so that a recording can never pass for a comparison.
func expectGolden(_ text: String, _ name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appending(path: "Golden").appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
        Issue.record("recorded \(name)", sourceLocation: sourceLocation)
        return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    guard text != expected else { return }
    let lines = zip(text.split(separator: "\n"), expected.split(separator: "\n"))
    let first = lines.enumerated().first { $1.0 != $1.1 }
    let place = first.map { "line \($0.offset + 1): \($0.element.0.prefix(200))" } ?? "one is longer"
    Issue.record("\(name) differs from its golden file; \(place)", sourceLocation: sourceLocation)
}
