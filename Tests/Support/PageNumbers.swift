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
        "Entries per 10 000", "Entries in 10 000", "Positions in 10 000", "In 10 000", "SHA-256", "1 entry in", "is 1",
        "In 5 steps",
        // Column heads of quantiles.
        "90 %", "99 %",
        // A rule of the program, said where it refuses: fewer peaks or more years than it trusts.
        "26 U.S.C. 1211 and 1212", "fewer than 25 separate peaks", "more than 5 times the history",
        "more than 2 times the history", "fewer than 30 independent windows", "at 1×",
        // Parkinson's volatility and the scale of Laplace's law.
        "√(4 ln 2)", "/ √2",
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

    /// A table as rows of named fields (RFC 4180).
    public static func table(_ csv: String) -> [[String: String]] { csvTable(csv) }

    /// The numbers of `texts` that none of `rows` holds, which need not be all rows of a page: those of one cell, for example.
    public static func faults(in texts: [String], rows: [[String: String]]) -> [String] {
        let index = NumberIndex(rows.map { ("rows", $0) }, section: "cell")
        return texts.flatMap { text in
            NumberToken.all(in: normalised(text)).filter { !index.holds($0) }.map {
                "\($0.sign)\($0.text)\($0.unit) in “\(text)”"
            }
        }
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
public func csvTable(_ text: String) -> [[String: String]] {
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
func jsonField(_ value: Any) -> String? {
    if let text = value as? String { return text }
    // Flags are numbers to Foundation; their type is that of a character.
    guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
    return "\(number)"
}
