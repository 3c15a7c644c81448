import StressBasics

/// Why price files could not be made into a series.
public struct IngestError: Error, Sendable, Equatable {
    /// The kind of failure.
    public enum Reason: Sendable, Equatable {
        /// There is no such file.
        case missing
        /// The file exists but cannot be read; the operating system's words.
        case unreadable(String)
        /// The content fits no known format, or more than one.
        case notRecognised
        /// The content breaks its own format.
        case malformed
        /// There is no row to use.
        case empty
        /// A kind of file that is not read: zip, zstd, UTF-16.
        case unsupported
        /// What the user asked for does not fit the file: an unknown format, column or time pattern.
        case setting
        /// A bound that protects memory was passed.
        case tooLarge
        /// Somebody asked for the reading to stop.
        case cancelled
    }

    /// The kind of failure.
    public let reason: Reason
    /// What could not be done, as a verb phrase: `cannot read price`.
    public let what: String
    /// Why, in a few words for the place of the caret: `expected a decimal number`; empty when `what` says it all.
    public let why: String
    /// More facts, one sentence each, printed as `= note:`.
    public let notes: [String]
    /// The same as one finding of severity error, with location and hint.
    public let finding: Finding
    /// Whether the file is whole and has no row of the market that was picked.
    var isOfOtherMarkets = false
    /// The offending line, when there is one.
    public internal(set) var excerpt: SourceExcerpt?

    init(
        _ reason: Reason, _ what: String, why: String = "", notes: [String] = [], at location: SourceLocation,
        hint: String = ""
    ) {
        (self.reason, self.what, self.why, self.notes) = (reason, what, why, notes)
        let message = ([why.isEmpty ? what : "\(what): \(why)"] + notes).joined(separator: "; ")
        finding = Finding(
            check: "unreadable_input", severity: .error, message: message, location: location, action: "refused",
            hint: hint)
    }

    /// A pattern such as `prices/*.csv` that fits no file.
    ///
    /// - Parameters:
    ///   - folder: the folder that it looks into, where that could not be opened.
    ///   - words: the operating system's words for that.
    public static func noMatch(_ pattern: String, folder: String = "", words: String = "") -> IngestError {
        IngestError(
            words.isEmpty ? .missing : .unreadable(words), "no file matches \(SourceLocation.presentablePath(pattern))",
            why: words.isEmpty ? "" : "the folder \(SourceLocation.presentablePath(folder)) cannot be read: \(words)",
            at: SourceLocation(file: ""),
            hint: words.isEmpty
                ? "paths are relative to the study file" : "check the folder; paths are relative to the study file")
    }

    /// Prices without a volume, where something goes by it.
    ///
    /// - Parameters:
    ///   - what: cannot be done, as a verb phrase.
    ///   - file: of the prices.
    ///   - isRead: whether a volume was read, in no bar above 0.
    ///   - hint: what to do without one.
    public static func noVolume(_ what: String, in file: String, isRead: Bool, hint: String) -> IngestError {
        IngestError(
            .setting, what, why: isRead ? "no bar has a volume above 0" : "the prices have no volume",
            at: SourceLocation(file: file), hint: "\(hint), or give a file with a volume (columns: {…, volume: 5})")
    }

    /// Mark prices that cannot be those of the traded market.
    ///
    /// - Parameters:
    ///   - why: how far they are from the traded ones.
    ///   - file: of the mark prices.
    ///   - hint: what to do.
    public static func foreignMarks(_ why: String, in file: String, hint: String) -> IngestError {
        IngestError(
            .malformed, "mark prices are of another market or in another unit", why: why,
            at: SourceLocation(file: file),
            hint: hint)
    }

    /// Whether the input is absent or unreadable (exit status 66) rather than bad data (65).
    public var exitIsNoInput: Bool {
        switch reason {
        case .missing, .unreadable: true
        default: false
        }
    }

    /// The offending line and the caret line below it, without a margin; nil when the error has no line.
    public var context: [String]? {
        excerpt.map { $0.caret.isEmpty ? [$0.text] : [$0.text, $0.caretLine(label: why)] }
    }

    /// The error as a terminal shows it: what and where, the offending line with a caret, what to do. No final newline.
    public func rendered() -> String {
        let margin = String(repeating: " ", count: excerpt.map { String($0.line).count } ?? 2)
        var lines = ["error: \(what)\(placeText)"]
        if let excerpt { lines += ["\(margin) |", "\(excerpt.line) | \(excerpt.text)"] }
        if let excerpt, !excerpt.caret.isEmpty {
            lines.append("\(margin) | \(excerpt.caretLine(label: why))")
        } else if !why.isEmpty {
            lines.append("\(margin) = because: \(why)")
        }
        lines += notes.map { "\(margin) = note: \($0)" }
        if !finding.hint.isEmpty { lines.append("\(margin) = help: \(finding.hint)") }
        return lines.joined(separator: "\n")
    }

    /// ` in btc.csv, line 4 812, column 5 "close"`, or `: btc.csv` when the whole file is meant.
    private var placeText: String {
        guard let location = finding.location, !location.file.isEmpty else { return "" }
        let file = SourceLocation.presentablePath(location.file)
        guard let line = location.line else { return ": \(file)" }
        var text = " in \(file), line \(spacedCount(line))"
        if let column = location.column { text += ", column \(column)" }
        if let name = location.columnName { text += " \"\(SourceLocation.presentable(name))\"" }
        return text
    }
}

/// One physical line of a file, cut and cleaned for display, with the part that a caret points at.
public struct SourceExcerpt: Sendable, Equatable {
    /// 1-based physical line.
    public let line: Int
    /// The line's text: at most about ``longestText`` characters around the caret, control characters as `·`.
    public let text: String
    /// The characters of ``text`` to point at; empty when no part of the line can be singled out.
    public let caret: Range<Int>

    /// The longest text an excerpt shows.
    public static let longestText = 110

    init(line: Int, bytes: [UInt8], field: Range<Int>?) {
        self.line = line
        let field = field ?? 0..<0
        let before = SourceExcerpt.clean(bytes[..<field.lowerBound])
        let marked = SourceExcerpt.clean(bytes[field]).prefix(SourceExcerpt.longestText / 2)
        let after = SourceExcerpt.clean(bytes[field.upperBound...])
        let room = SourceExcerpt.longestText - marked.count
        let left = before.suffix(before.count <= room ? before.count : max(room / 2, room - after.count))
        let right = after.prefix(max(0, room - left.count))
        let lead = left.count < before.count ? "…" : ""
        text = lead + String(left) + String(marked) + String(right) + (right.count < after.count ? "…" : "")
        let start = lead.count + left.count
        caret = start..<(start + marked.count)
    }

    // One character for each scalar, so that the caret line counts the same columns as the text.
    private static func clean(_ bytes: ArraySlice<UInt8>) -> [Character] {
        String(decoding: bytes.prefix(1 << 16), as: UTF8.self).unicodeScalars.map { scalar in
            SourceLocation.presentable(String(scalar)).first ?? "·"
        }
    }

    /// Carets under the marked part, followed by `label`.
    func caretLine(label: String) -> String {
        let marks = String(repeating: " ", count: caret.lowerBound) + String(repeating: "^", count: caret.count)
        return label.isEmpty ? marks : "\(marks) \(label)"
    }
}

/// A count for messages, in groups of three from 1,000 on: `4 812`.
public func spacedCount(_ value: Int) -> String {
    let digits = String(value)
    guard digits.count == 4, value > 0 else { return groupedText(value, separator: " ") }
    return "\(digits.prefix(1)) \(digits.suffix(3))"
}

/// A price for messages: six significant digits.
func priceText(_ value: Double) -> String { smallText(value, digits: 6) }

/// `1 bar`, `2 bars`, `4 812 bars`.
func counted(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(spacedCount(value)) \(value == 1 ? noun : plural ?? noun + "s")"
}
