import Foundation
import Logging
import StressBasics
import StressReport
import StressResults

/// How lines on standard error look.
enum LogFormat: String, CaseIterable, Sendable {
    /// `plain` on a terminal, and for commands that are not runs; `stamped` for runs anywhere else.
    case auto
    /// Sentences for people.
    case plain
    /// `2026-11-20T02:00:00Z info  run start jobs=6 run=… job=-`: one line an event.
    case stamped
    /// One JSON object a line.
    case json
}

/// Writes what a run has to say, in one of the formats of ``LogFormat``.
///
/// Nothing of the environment enters a line; passwords in addresses are taken out; whatever could start a new line, move a
/// terminal's cursor or turn the direction of reading is written as an escape.
struct ConsoleLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    var metadataProvider: Logger.MetadataProvider?
    /// Never `auto`.
    let format: LogFormat
    let now: @Sendable () -> UTCInstant
    /// Colours of the plain format.
    var style = TerminalStyle.plain
    let write: @Sendable (String) -> Void

    /// A line for people that stands in place of the event in the plain format; empty for nothing.
    static let plainKey = "_plain"
    /// What every line of a run carries, in this order, `-` where it does not apply.
    static let contextKeys = ["study", "run", "job"]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var facts = metadata.merging(event.metadata ?? [:]) { $1 }
        let sentence = facts.removeValue(forKey: ConsoleLog.plainKey).map { "\($0)" }
        let message = "\(event.message)"
        switch format {
        case .auto, .plain:
            let line = sentence ?? message
            if !line.isEmpty {
                write(style.message(visibleText(withoutSecrets(line), keepingLines: true)) + "\n")
            }
        case .stamped: write(stamped(event.level, message, facts))
        case .json: write(json(event.level, message, facts))
        }
    }

    /// A message of several lines becomes several lines, each with everything that tells where it belongs.
    private func stamped(_ level: Logger.Level, _ message: String, _ facts: Logger.Metadata) -> String {
        let context = ConsoleLog.contextKeys.map { ($0, facts[$0].map { "\($0)" } ?? "-") }
        let own = facts.filter { !ConsoleLog.contextKeys.contains($0.key) }.sorted { $0.key < $1.key }
        let lines = ConsoleLog.bare(message).split(separator: "\n", omittingEmptySubsequences: true)
        let name = level == .warning ? "warn" : level == .critical ? "crit" : "\(level)"
        return lines.enumerated().map { place, line in
            let pairs = (place == 0 ? own.map { ($0.key, "\($0.value)") } : []) + context
            let words = pairs.map { "\($0)=\(ConsoleLog.quoted(withoutSecrets($1)))" }.joined(separator: " ")
            let padding = String(repeating: " ", count: max(1, 6 - name.count))
            return "\(now().rfc3339) \(name)\(padding)\(ConsoleLog.escaped(withoutSecrets(String(line)))) \(words)\n"
        }.joined()
    }

    private func json(_ level: Logger.Level, _ message: String, _ facts: Logger.Metadata) -> String {
        let own = facts.filter { !ConsoleLog.contextKeys.contains($0.key) }.sorted { $0.key < $1.key }
        let members: [(String, JSONValue)] =
            [
                ("time", .text(now().rfc3339)), ("level", .text("\(level)")),
                ("message", .text(withoutSecrets(ConsoleLog.bare(message)))),
            ] + ConsoleLog.contextKeys.map { ($0, facts[$0].map(ConsoleLog.json) ?? .null) }
            + own.map { ($0.key, ConsoleLog.json($0.value)) }
        return JSONValue.object(members).line + "\n"
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .text(withoutSecrets(text))
        case .stringConvertible(let value as Int): .integer(value)
        case .stringConvertible(let value as Double): .number(value)
        case .stringConvertible(let value): .text(withoutSecrets("\(value)"))
        case .array(let values): .list(values.map(json))
        case .dictionary(let members):
            .object(members.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })
        }
    }

    /// The message without the word that its level says already.
    private static func bare(_ message: String) -> String {
        for word in ["error: ", "warning: ", "note: "] where message.hasPrefix(word) {
            return String(message.dropFirst(word.count))
        }
        return message
    }

    // MARK: Escapes

    /// The text with an escape for every hostile character.
    static func escaped(_ text: String) -> String {
        escapedText(text) { "\\u{\(String($0.value, radix: 16))}" }
    }

    /// A value that ends where it seems to: in quotes when it has blanks, quotes or an equals sign.
    private static func quoted(_ text: String) -> String {
        let clean = escaped(text)
        let isPlain =
            !clean.isEmpty && !clean.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "\"" || $0 == "=" }
        if isPlain { return clean }
        return "\"" + escapingMarks(clean, ["\\": "\\\\", "\"": "\\\""]) + "\""
    }
}

/// The text with user names, passwords and queries of addresses taken out: `https://name:word@host/x?key=1` becomes
/// `https://host/x?...`.
func withoutSecrets(_ text: String) -> String {
    guard text.contains("://") else { return text }
    var result = ""
    var rest = text[...]
    while let mark = rest.firstRange(of: "://") {
        result += rest[..<mark.upperBound]
        rest = rest[mark.upperBound...]
        let end = rest.firstIndex { $0.isWhitespace || "\"'<>`".contains($0) } ?? rest.endIndex
        let path = rest[..<end].firstIndex { "/?#".contains($0) } ?? end
        // The last @ ends the user's part: a password may hold another.
        let host = rest[..<path].lastIndex(of: "@").map { rest.index(after: $0) } ?? rest.startIndex
        let query = rest[path..<end].firstIndex { "?#".contains($0) }
        result += rest[host..<(query ?? end)] + (query == nil ? "" : "?...")
        rest = rest[end...]
    }
    return result + rest
}
