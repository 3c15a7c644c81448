/// Something a person should know about an input: what, where, how often, and what was done about it.
///
/// Findings are how stages report problems without stopping: a bad row is data, not a crash. A finding of severity
/// ``Severity/error`` means that the thing it speaks of could not be used.
public struct Finding: Hashable, Codable, Sendable {
    /// How much it matters.
    public enum Severity: String, Hashable, Codable, Sendable, CaseIterable, Comparable {
        /// The check ran and found nothing.
        case pass
        /// Worth knowing, changes nothing.
        case note
        /// Changes or may change a result.
        case warning
        /// The thing could not be used.
        case error

        /// The milder comes first.
        public static func < (a: Severity, b: Severity) -> Bool {
            allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
        }
    }

    /// The check that finds closes alone: pages promise no worst fill of such a history.
    public static let singlePrices = "single_prices"

    /// The name of the check in snake case, stable across versions: `missing_bars`, `bad_row`, `unknown_key`.
    public var check: String
    /// How much it matters.
    public var severity: Severity
    /// One sentence, without a full stop: what was seen.
    public var message: String
    /// How many rows, bars, steps or keys it speaks of; 0 for a check that passed.
    public var count: Int
    /// The first place it was seen, when it has one.
    public var location: SourceLocation?
    /// The open time of the first bar concerned, when it has one.
    public var time: UTCInstant?
    /// What was done: `kept`, `row dropped`, `windows excluded`, `sorted`. Empty when nothing was.
    public var action: String
    /// Whether it is one of the places that a summary of another check counts: a single row, bar or gap.
    public var isDetail: Bool
    /// What the user can do, as an imperative without a full stop; empty when there is nothing to do.
    public var hint: String

    /// A finding with all its parts; `count` is 1 unless said otherwise.
    public init(
        check: String, severity: Severity, message: String, count: Int = 1, location: SourceLocation? = nil,
        time: UTCInstant? = nil, action: String = "", hint: String = "", isDetail: Bool = false
    ) {
        self.check = check
        self.severity = severity
        // Whatever the text quotes, it is one line and shows what is there.
        self.message = visibleText(message)
        self.count = count
        self.location = location
        self.time = time
        self.action = action
        self.hint = visibleText(hint)
        self.isDetail = isDetail
    }
}

/// A place in a text file.
public struct SourceLocation: Hashable, Codable, Sendable {
    /// The file as the user named it but for hostile characters, never an absolute path made up by us.
    public var file: String
    /// 1-based physical line; nil when the whole file is meant.
    public var line: Int?
    /// 1-based column: a CSV field number, or a character position in a study file.
    public var column: Int?
    /// The header name of the column, when it has one.
    public var columnName: String?
    /// The offending text, cut to at most ``longestText`` characters and without control characters.
    public var text: String?
    /// 0-based offset from the start of the (decompressed) file, when known.
    public var byte: Int?

    /// A place in `file`; everything else is optional.
    public init(
        file: String, line: Int? = nil, column: Int? = nil, columnName: String? = nil, text: String? = nil,
        byte: Int? = nil
    ) {
        self.file = visibleText(file)
        self.line = line
        self.column = column
        self.columnName = columnName.map { visibleText($0) }
        self.text = text.map(SourceLocation.presentable)
        self.byte = byte
    }

    /// The longest text a location quotes.
    public static let longestText = 80

    /// `prices.csv:4812:5`, with the parts that are known.
    public var short: String {
        [file, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
    }

    /// Input text made safe to print: hostile characters become `·`, long text is cut with `…`.
    public static func presentable(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(longestText + 1)
        let clean = cut.map { $0.isHostile ? "·" : Character($0) }
        return clean.count > longestText ? String(clean.prefix(longestText)) + "…" : String(clean)
    }

    /// The longest path that is shown whole: longer than people's own, shorter than what a stranger's archive may hold.
    public static let longestPath = 400

    /// A path made safe to print: hostile characters become `·`, and of a long one `…` stands for what is in its middle, because its end
    /// names the file.
    public static func presentablePath(_ path: String) -> String {
        let clean = visibleText(path)
        guard clean.utf8.count > longestPath, clean.count > longestPath else { return clean }
        return clean.prefix(longestPath / 4) + "…" + clean.suffix(longestPath - longestPath / 4)
    }
}

/// A value together with what was found on the way to it.
public struct Partial<Value: Sendable>: Sendable {
    /// What could be made of the input.
    public var value: Value
    /// What was found, in the order of the input.
    public var findings: [Finding]

    /// A value and its findings.
    public init(_ value: Value, findings: [Finding] = []) {
        self.value = value
        self.findings = findings
    }
}
