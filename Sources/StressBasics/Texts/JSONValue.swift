/// A JSON value that keeps the order it was written in, so that equal runs give equal bytes.
public enum JSONValue: Sendable {
    /// A text, escaped when it is written.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// A number; `null` where it is not finite.
    case number(Double)
    /// True or false.
    case flag(Bool)
    /// An array.
    case list([JSONValue])
    /// An object with its members in the order in which they are written.
    case object([(String, JSONValue)])
    /// Nothing.
    case null

    /// A number, or nothing.
    public static func optional(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
    /// A text, or nothing.
    public static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.text) ?? .null }

    /// The value as text with two spaces a level and a line end at its end.
    public var document: String { text(indent: "") + "\n" }

    /// The value on one line without its end.
    public var line: String {
        switch self {
        case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { JSONValue.quoted($0) + ":" + $1.line }.joined(separator: ",") + "}"
        default: text(indent: "")
        }
    }

    /// The value on one line as it may stand between the tags of a script.
    public var scriptText: String {
        let line = line
        return line.utf8.contains(UInt8(ascii: "<")) ? line.replacing("<", with: "\\u003c") : line
    }

    private func text(indent: String) -> String {
        switch self {
        case .text(let value): JSONValue.quoted(value)
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? numberText(value) : "null"
        case .flag(let value): value ? "true" : "false"
        case .null: "null"
        case .list(let values):
            JSONValue.block("[", "]", values.map { $0.text(indent: indent + "  ") }, indent: indent)
        case .object(let members):
            JSONValue.block(
                "{", "}", members.map { JSONValue.quoted($0) + ": " + $1.text(indent: indent + "  ") }, indent: indent)
        }
    }

    private static func block(_ open: String, _ close: String, _ items: [String], indent: String) -> String {
        if items.isEmpty { return open + close }
        let lines = items.map { "\n" + indent + "  " + $0 }.joined(separator: ",")
        return open + lines + "\n" + indent + close
    }

    /// A text between quotes, with an escape for whatever could not stand there, or could deceive who reads it.
    private static func quoted(_ text: String) -> String {
        // Most texts stand as they are.
        guard text.unicodeScalars.contains(where: { $0 == "\"" || $0 == "\\" || $0.isHostile }) else {
            return "\"" + text + "\""
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.isHostile: result += scalar.jsonEscape
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
