import Foundation

/// Finds the numbers of a report page that no file of its run holds, after undoing what pages do to numbers: percent, units of
/// time and size, digit groups, rounding.
///
/// Looked at is every text a reader can meet: sentences, tables, drawings with their alternatives, explanations of cells. Left
/// out are ticks of axes and the colour legend, which are scales and no results; the study's own text and the command; and the
/// footer, which belongs to the clock.
public struct PageNumbers {
    /// A number that was looked for in vain.
    public struct Fault: CustomStringConvertible {
        /// Section of the page.
        public let section: String
        /// The number as it stands there, with its unit.
        public let number: String
        /// The text around it.
        public let context: String

        /// Section, number and context for a message.
        public var description: String { "[\(section)] \(number) in “\(context.prefix(160))”" }
    }

    /// A page of the run: only rows of its history and direction count.
    public struct Scope {
        let asset: String?
        let side: String?

        /// A page of a history and direction; of the whole run without them.
        public init(asset: String? = nil, side: String? = nil) { (self.asset, self.side) = (asset, side) }
    }

    /// Words that hold a number and no result: definitions. Each is taken out of a text before its numbers are read.
    public static let definitions = [
        // What a quantile, a window or a class is.
        "of the 30 days before", "bar to the 90 %", "at the 99 % quantile", "UTF-8", "fractions from 0 to 1",
        // The scale of a share in words.
        "Entries per 10 000", "Entries in 10 000", "In 10 000", "SHA-256", "1 entry in", "is 1", "In 5 steps",
        // Column heads of quantiles.
        "90 %", "99 %",
        // A rule of the program, said where it refuses: fewer peaks or more years than it trusts.
        "fewer than 25 separate peaks", "more than 5 times the history", "fewer than 30 independent windows",
        "at 1×",
    ]

    private let tables: [String: [[String: String]]]
    private let rowsOfPage: (Scope) -> [String: [[String: String]]]

    private let ofSections: [String: [String: [[String: String]]]]

    /// - Parameters:
    ///   - files: the CSVs of the run by name, as text.
    ///   - documents: JSON texts by the section of the page whose numbers they hold. A section that is named holds what its own
    ///     document and the CSVs it names say, and nothing else.
    public init(files: [String: String], documents: [String: String] = [:]) {
        let tables = files.filter { $0.key.hasSuffix(".csv") && $0.key != "columns.csv" }.mapValues(csvTable)
        self.tables = tables
        ofSections = documents.mapValues { ["document": jsonTable($0)] }
        rowsOfPage = { scope in
            tables.mapValues { rows in
                rows.filter { row in
                    let asset = row["asset"] ?? ""
                    let side = row["side"] ?? ""
                    guard let wanted = scope.asset else { return true }
                    // Rows about a whole history count for both directions, and what both sides share counts for each.
                    return asset == wanted && (side.isEmpty || side == scope.side || scope.side == nil)
                }
            }
        }
    }

    /// The numbers of the page of all nights as `belowzero index --json` prints them: each study and each card has its own.
    public init(nights json: String) {
        func text(_ object: [String: Any]) -> String {
            String(decoding: (try? JSONSerialization.data(withJSONObject: object)) ?? Data(), as: UTF8.self)
        }
        var whole = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] ?? [:]
        let studies = whole.removeValue(forKey: "studies") as? [[String: Any]] ?? []
        var documents = ["page": text(whole), "answer": text(whole)]
        for var study in studies {
            let address = study["address"] as? String ?? ""
            let cards = study.removeValue(forKey: "cards") as? [[String: Any]] ?? []
            for (place, card) in cards.enumerated() { documents["\(address)#\(place + 1)"] = text(card) }
            documents[address] = text(study)
        }
        self.init(files: [:], documents: documents)
    }

    /// A number of a page with what it is looked up in.
    public struct Entry {
        let section: String
        let context: String
        let token: NumberToken
        let index: NumberIndex

        /// Whether a file holds it.
        public var isFound: Bool { index.holds(token) }

        /// Whether a file would hold it with another last digit; nil for dates.
        public var isFoundWhenChanged: Bool? {
            guard !token.isTime, let digit = token.text.last?.wholeNumberValue else { return nil }
            var copy = token
            copy.text = token.text.dropLast() + String((digit + 3) % 10)
            copy.value = Double(copy.text) ?? token.value
            return index.holds(copy)
        }

        /// Section, number and the text around it.
        public var description: String { fault.description }

        var fault: Fault { Fault(section: section, number: token.sign + token.text + token.unit, context: context) }
    }

    /// The numbers of `html` that no row of the page's own files holds.
    public func faults(in html: String, scope: Scope) -> [Fault] {
        entries(in: html, scope: scope).filter { !$0.isFound }.map(\.fault)
    }

    /// The share of the numbers of `html` whose change in the last digit would not be noticed: such a number stands in a file as
    /// well. Dates are left out.
    public func unnoticedChanges(in html: String) -> Double {
        let changed = entries(in: html, scope: Scope()).compactMap(\.isFoundWhenChanged)
        return changed.isEmpty ? 1 : Double(changed.count { $0 }) / Double(changed.count)
    }

    /// Every number of `html`.
    public func entries(in html: String, scope: Scope) -> [Entry] {
        var own = rowsOfPage(scope)
        // The opposite direction stands beside the page's own in one figure.
        if scope.side != nil { own["opposite"] = tables["results.csv"]?.filter { $0["asset"] == scope.asset } }
        var indexes: [String: NumberIndex] = [:]
        var entries: [Entry] = []
        let everywhere = ["statements.csv", "inputs.csv", "intervals.csv"]
        for part in PageText(html).parts {
            let document = ofSections[part.section]
            let files =
                document.map { Array($0.keys) + part.sources }
                ?? (part.section == "answer" || part.sources.isEmpty
                    ? Array(own.keys)
                    : part.sources + everywhere + ["results.csv"] + (part.section == "leverage" ? ["opposite"] : []))
            let key = files.sorted().joined(separator: " ") + "|" + part.section
            if indexes[key] == nil {
                let rows = own.merging(document ?? [:]) { $1 }
                indexes[key] = NumberIndex(
                    files.flatMap { file in (rows[file] ?? []).map { (file, $0) } }, section: part.section)
            }
            for token in NumberToken.all(in: part.text) {
                entries.append(
                    Entry(section: part.section, context: part.text, token: token, index: indexes[key]!))
            }
        }
        return entries
    }
}

/// RFC 4180 as rows of named fields.
func csvTable(_ text: String) -> [[String: String]] {
    var (rows, row, field, isQuoted) = ([[String]](), [String](), [UInt8](), false)
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        switch byte {
        case 0x22 where isQuoted && rest.first == 0x22: field.append(rest.removeFirst())
        case 0x22: isQuoted.toggle()
        case 0x2C where !isQuoted:
            row.append(String(decoding: field, as: UTF8.self))
            field = []
        case 0x0A where !isQuoted:
            rows.append(row + [String(decoding: field, as: UTF8.self)])
            (row, field) = ([], [])
        default: field.append(byte)
        }
    }
    guard let header = rows.first else { return [] }
    return rows.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { first, _ in first }) }
}

/// The objects of a JSON text as rows of named fields. Every object has the fields of those around it, too; the numbers of an
/// object whose own name ends in a unit, and of a list, go by that name.
func jsonTable(_ text: String) -> [[String: String]] {
    var rows: [[String: String]] = []
    func visit(_ value: Any, _ outer: String, _ around: [String: String]) {
        if let list = value as? [Any] {
            for item in list {
                if let field = jsonField(item) { rows.append(around.merging([outer: field]) { $1 }) }
                visit(item, outer, around)
            }
        }
        guard let object = value as? [String: Any] else { return }
        var own = around
        for (key, member) in object {
            guard let field = jsonField(member) else { continue }
            if outer.hasSuffix("_frac") {
                rows.append([outer: field])
            } else {
                own[key] = field
            }
        }
        rows.append(own)
        for (key, member) in object { visit(member, key, own) }
    }
    visit((try? JSONSerialization.jsonObject(with: Data(text.utf8))) ?? [String: Any](), "", [:])
    return rows
}

/// A number or a text; nil for what holds others, for flags and for null.
private func jsonField(_ value: Any) -> String? {
    if let text = value as? String { return text }
    // Flags are numbers to Foundation; their type is that of a character.
    guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
    return "\(number)"
}

// MARK: - Texts of a page

/// The texts of a page by section, as a reader meets them. The cards of a section are `section#1` and so on.
struct PageText {
    struct Part {
        let section: String
        let text: String
        var sources: [String] = []
    }

    var parts: [Part] = []

    init(_ html: String) {
        var (sections, open, skipped) = (["page"], [(tag: String, isSkipped: Bool, isSection: Bool)](), 0)
        var (sources, articles) = ([String: [String]](), [String: Int]())
        var rest = Substring(html)
        // Pieces of one block are one text: a number and its sign may stand in two elements.
        var words = ""
        func flush() {
            let text = normalised(words)
            if !text.isEmpty { parts.append(Part(section: sections.last!, text: text)) }
            words = ""
        }
        while let start = rest.firstIndex(of: "<") {
            if skipped == 0 { words += unescaped(rest[..<start]) }
            guard let end = rest[start...].firstIndex(of: ">") else { break }
            let tag = String(rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                if PageText.blocks.contains(String(tag.dropFirst())) { flush() }
                guard let last = open.popLast() else { continue }
                if last.isSkipped { skipped -= 1 }
                if last.isSection { sections.removeLast() }
                continue
            }
            if tag.hasPrefix("!") { continue }
            let name = String(tag.prefix { $0 != " " && $0 != "/" })
            if PageText.blocks.contains(name) { flush() }
            if name == "small" || name == "span" { words += " " }
            if name == "section", let id = attribute("id", tag) { sections.append(id) }
            if name == "article" {
                articles[sections.last!, default: 0] += 1
                sections.append("\(sections.last!)#\(articles[sections.last!]!)")
            }
            if let address = attribute("href", tag), address.hasSuffix(".csv") {
                sources[sections.last!, default: []].append(String(address.split(separator: "/").last ?? ""))
            }
            let classes = attribute("class", tag)?.split(separator: " ").map(String.init) ?? []
            let isSkipped =
                PageText.skippedTags.contains(name) || !PageText.skippedClasses.isDisjoint(with: classes)
            if skipped == 0, !isSkipped {
                for name in ["data-tip", "aria-label"] {
                    attribute(name, tag).map { parts.append(Part(section: sections.last!, text: normalised($0))) }
                }
            }
            if tag.hasSuffix("/") || ["meta", "input"].contains(name) { continue }
            open.append((name, isSkipped, name == "section" || name == "article"))
            if isSkipped { skipped += 1 }
            // The next lines would be code.
            if name == "style" || name == "script", let close = rest.range(of: "</\(name)>") {
                rest = rest[close.lowerBound...]
            }
        }
        flush()
        parts = parts.map { part in
            var part = part
            part.sources = sources[part.section] ?? []
            return part
        }
    }

    private static let blocks: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "td", "th", "li", "dt", "dd", "text", "div", "summary", "label", "tr",
    ]
    private static let skippedTags: Set<String> = [
        "head", "header", "footer", "pre", "code", "script", "style", "a", "ol",
    ]
    private static let skippedClasses: Set<String> = ["ti", "legend", "skip", "src"]
}

private func attribute(_ name: String, _ tag: String) -> String? {
    guard let start = tag.range(of: " \(name)=\"")?.upperBound, let end = tag[start...].firstIndex(of: "\"") else {
        return nil
    }
    return unescaped(tag[start..<end])
}

private func unescaped(_ text: Substring) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#10;", "\n"), ("&amp;", "&")]
        .reduce(String(text)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
}

/// Ordinary spaces, digit groups joined, definitions taken out.
private func normalised(_ text: String) -> String {
    var plain = text
    if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
        plain = digitGroup.replaced(in: plain, with: "")
        for space in ["\u{202F}", "\u{00A0}", "\u{2009}"] { plain = plain.replacingOccurrences(of: space, with: " ") }
    }
    if anyDefinition.isFound(in: plain) {
        for definition in definitions { plain = definition.replaced(in: plain, with: " ") }
    }
    return plain.trimmingCharacters(in: .whitespacesAndNewlines)
}

// Compiled once: pages hold thousands of texts.
private let digitGroup = expression("(?<=\\d)\u{202F}(?=\\d{3}(?!\\d))")
// "is 1" is no part of "is 150 %".
private let definitionPatterns = PageNumbers.definitions.map {
    NSRegularExpression.escapedPattern(for: $0) + "(?![0-9])"
}
private let definitions = definitionPatterns.map(expression)
private let anyDefinition = expression(definitionPatterns.joined(separator: "|"))
private let dateExpression = expression("\\d{4}-\\d{2}-\\d{2}([ T]\\d{2}:\\d{2}(:\\d{2}Z)?)?")

private func expression(_ pattern: String) -> NSRegularExpression { try! NSRegularExpression(pattern: pattern) }

extension NSRegularExpression {
    fileprivate func first(in text: String) -> Range<String.Index>? {
        firstMatch(in: text, range: NSRange(text.startIndex..., in: text)).flatMap { Range($0.range, in: text) }
    }

    fileprivate func isFound(in text: String) -> Bool { first(in: text) != nil }

    fileprivate func replaced(in text: String, with template: String) -> String {
        stringByReplacingMatches(in: text, range: NSRange(text.startIndex..., in: text), withTemplate: template)
    }
}

// MARK: - Numbers of a text

/// A number as a page shows it.
struct NumberToken {
    /// Digits as they stand, without sign.
    var text: String
    var value: Double
    let decimals: Int
    /// `<`, `≤`, `>`, `−` or empty.
    let sign: String
    /// `%`, `×`, `h`, `d`, `min`, `s`, `kB` …, or empty.
    let unit: String
    /// Whether it is a date or a date with its time.
    var isTime = false

    static func all(in text: String) -> [NumberToken] {
        var (tokens, rest) = ([NumberToken](), text)
        if text.utf8.allSatisfy({ $0 < 0x80 && !(0x30...0x39).contains($0) }) { return [] }
        // Dates first: their parts are no numbers of their own.
        while let range = dateExpression.first(in: rest) {
            let text = String(rest[range].prefix(16)).replacingOccurrences(of: "T", with: " ")
            tokens.append(NumberToken(text: text, value: 0, decimals: 0, sign: "", unit: "", isTime: true))
            rest.replaceSubrange(range, with: " ; ")
        }
        let expression = NumberToken.expression
        let whole = NSRange(rest.startIndex..., in: rest)
        for match in expression.matches(in: rest, range: whole) {
            func part(_ index: Int) -> String { Range(match.range(at: index), in: rest).map { String(rest[$0]) } ?? "" }
            let digits = part(2)
            guard let value = Double(digits) else { continue }
            let decimals = digits.contains("e") ? 0 : digits.split(separator: ".").dropFirst().first?.count ?? 0
            tokens.append(
                NumberToken(text: digits, value: value, decimals: decimals, sign: part(1), unit: part(3)))
        }
        return tokens
    }

    private static let expression: NSRegularExpression = {
        let pattern =
            "(?<![\\p{L}\\p{N}_.:/#-])([<>≤≈−+±×-]?)\\s?(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)(?![\\p{L}\\p{N}_:]|\\.\\d)"
            + "\\s?(%|×|hours?|days?|minutes?|seconds?|min|h|d|s|kB|MB|GB|B|years?)?(?![\\p{L}])"
        return try! NSRegularExpression(pattern: pattern)
    }()

    /// What the shown number may be of, in its own unit: half of its last digit to each side.
    var range: ClosedRange<Double> {
        let half = 0.5 * pow(10, -Double(decimals)) * (1 + 1e-9) + value * 1e-12
        return (value - half)...(value + half)
    }

    /// What a bound may be of: it is rounded up.
    var boundRange: ClosedRange<Double> {
        let step = pow(10, -Double(decimals)) * (1 + 1e-9) + value * 1e-12
        return (value - step)...(value + step * 1e-6 + 1e-12)
    }
}

// MARK: - Numbers of files

/// The numbers of some rows by what they may be shown as.
struct NumberIndex {
    private var counts: Set<Double> = []
    private var plain: [Double] = []
    private var percents: [Double] = []
    private var leverages: Set<Double> = []
    private var hours: [Double] = []
    private var bytes: [Double] = []
    private var times: Set<String> = []
    private var words: Set<String> = []
    /// Texts whose numbers were taken: a table repeats its names in every row.
    private var texts: Set<String> = []

    /// Fields in the unit that the row's field `unit` names.
    private static let measured: Set<String> = [
        "value", "limit", "median", "change_from_median", "lowest", "highest", "last_value",
    ]

    init(_ rows: [(file: String, row: [String: String])], section: String) {
        for (file, row) in rows {
            for (column, field) in row where !field.isEmpty { add(field, column, file, row, section) }
        }
        plain.sort()
        percents.sort()
        hours.sort()
        bytes.sort()
    }

    private mutating func add(
        _ field: String, _ column: String, _ file: String, _ row: [String: String], _ section: String
    ) {
        if column.hasSuffix("_utc") {
            let text = field.replacingOccurrences(of: "T", with: " ")
            times.formUnion([String(text.prefix(10)), String(text.prefix(16))])
            return
        }
        guard let value = Double(field) else {
            guard texts.insert(field).inserted else { return }
            // Messages and names: what they hold stands in the file as it stands on the page.
            // Tables write the sign of a factor in ASCII.
            let shown = field.hasPrefix("x") ? "×" + field.dropFirst() : field
            words.formUnion(NumberToken.all(in: shown.replacingOccurrences(of: "\u{202F}", with: "")).map(\.text))
            return times.formUnion(NumberToken.all(in: field).filter(\.isTime).map(\.text))
        }
        // A statement carries its unit in the name of its figure; a limit and what it bounds have it beside them.
        let name = column == "value" ? row["figure"] ?? column : column
        let suffixes = ["fraction": "frac", "of margin": "frac", "h": "h"]
        let isMeasured = NumberIndex.measured.contains(column)
        let unit = isMeasured ? row["unit"].flatMap { suffixes[$0] } : nil
        switch unit.map({ $0[...] }) ?? name.split(separator: "_").last {
        case "frac":
            percents.append(abs(value) * 100)
            if section == "safeguards" { plain.append(abs(value) * 10_000) }
        case "x": leverages.insert(value)
        case "h":
            hours.append(abs(value))
            // No time at all is written without a unit.
            if value == 0 { counts.insert(0) }
        case "s": hours.append(abs(value) / 3600)
        case "bytes": bytes.append(value)
        case "price", "notional", "y", "margin", "fee", "paid", "equity", "requirement", "arms":
            plain.append(abs(value))
        default:
            counts.insert(abs(value))
            if value != value.rounded() { plain.append(abs(value)) }
        }
    }

    func holds(_ token: NumberToken) -> Bool {
        if token.isTime { return times.contains(token.text) }
        if words.contains(token.text) { return true }
        switch token.unit {
        case "%": return holdsPercent(token)
        case "×": return leverages.contains(token.value) || leverages.contains { token.range.contains($0) }
        case "h", "hour", "hours": return has(hours, token.range)
        case "d", "day", "days": return has(hours, scaled(token.range, 24))
        case "min", "minute", "minutes": return has(hours, scaled(token.range, 1.0 / 60))
        case "s", "second", "seconds": return has(hours, scaled(token.range, 1.0 / 3600))
        case "kB": return has(bytes, scaled(token.range, 1e3))
        case "MB": return has(bytes, scaled(token.range, 1e6))
        case "GB": return has(bytes, scaled(token.range, 1e9))
        case "B", "year", "years": return has(bytes, token.range) || has(plain, token.range)
        // Tables and drawings name the unit once, in a head or a title.
        default:
            return token.decimals == 0 && counts.contains(token.value) || holdsPercent(token) || has(plain, token.range)
        }
    }

    private func holdsPercent(_ token: NumberToken) -> Bool {
        switch token.sign {
        case "<": return has(percents, 1e-300...token.value)
        case ">": return has(percents, token.value...(100 - 1e-12))
        case "≤": return has(percents, token.boundRange) || has(percents, token.range)
        default: return has(percents, token.range) || has(percents, token.boundRange)
        }
    }

    private func scaled(_ range: ClosedRange<Double>, _ factor: Double) -> ClosedRange<Double> {
        (range.lowerBound * factor)...(range.upperBound * factor)
    }

    /// Whether a value lies in the range, by halving.
    private func has(_ sorted: [Double], _ range: ClosedRange<Double>) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] <= range.upperBound
    }
}
