import Foundation
import StressBasics

/// JSON with sorted keys in snake case: one line, or `pretty`.
func jsonText(_ value: some Encodable, pretty: Bool = false) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    guard let data = try? encoder.encode(value) else { preconditionFailure("plain values encode") }
    // The encoder escapes what JSON must, and its own line ends are not in texts.
    return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        .map { escapedText(String($0), escape: \.jsonEscape) }.joined(separator: "\n")
}

/// Values as JSON, one a line.
func jsonLines(_ values: [some Encodable]) -> String { values.map { jsonText($0) + "\n" }.joined() }

/// A member that is there even without a value: then, and where a number is not finite, it is `null`.
@propertyWrapper
struct Nullable<Value: Encodable>: Encodable {
    var wrappedValue: Value?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let isNumber = (wrappedValue as? Double)?.isFinite ?? true
        if let wrappedValue, isNumber { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

/// What a command that writes files prints with `--json`.
struct WrittenJSON: Encodable {
    /// Files and folders, as they were named.
    let written: [String]
}

/// A finding as `check --json` prints it.
struct FindingJSON: Encodable {
    let check: String
    let severity: String
    let count: Int
    let firstLine: Int?
    let message: String
    /// What the user can do; absent when there is nothing to do.
    let hint: String?

    init(_ finding: Finding) {
        check = finding.check
        severity = finding.severity.rawValue
        count = finding.count
        firstLine = finding.location?.line
        message = finding.message
        hint = finding.hint.isEmpty ? nil : finding.hint
    }
}
