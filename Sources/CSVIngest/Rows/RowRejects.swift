import PriceSeries
import StressBasics

/// The rows of one file that were not used, each with a finding until there are too many to list.
struct RowRejects {
    private let layout: Layout
    private let file: String
    private let limit: Int
    /// Findings in file order, at most `limit`.
    private(set) var findings: [Finding] = []
    /// Rows with something unreadable, or with too many or too few fields.
    private(set) var malformedCount = 0
    /// Rows without a time or a price.
    private(set) var missingCount = 0
    /// Rows of these with a part of the prices.
    private var partialCount = 0
    private var firstPartial: SourceLocation?
    /// The first malformed row, which refuses the file when there are too many.
    private var firstMalformed: Malformed?
    /// Fields of the volume column that are not numbers.
    private(set) var volumeCount = 0
    private var firstVolume: SourceLocation?
    /// The first row of names among the data that gives a price's column another name than the file's header does.
    private(set) var secondHeader: SecondHeader?

    private struct Malformed {
        var what: String
        var why: String
        var location: SourceLocation
        var hint: String
    }

    init(layout: Layout, file: String, limit: Int) {
        self.layout = layout
        self.file = file
        self.limit = max(0, limit)
    }

    /// Whether the text of the next bad field is of use.
    var wantsText: Bool { findings.count < limit || firstMalformed == nil }

    /// The summary of the volume column, when something in it could not be read.
    var volumeFinding: Finding? {
        guard volumeCount > 0 else { return nil }
        return Finding(
            check: "volume_unreadable", severity: .warning,
            message: "\(counted(volumeCount, "volume")) cannot be read", count: volumeCount, location: firstVolume,
            action: "volume left empty")
    }

    /// The closing finding for rows beyond the limit.
    var unlistedFinding: Finding? {
        let unlisted = malformedCount + missingCount - findings.count
        guard unlisted > 0 else { return nil }
        return Finding(
            check: "bad_row", severity: .warning,
            message: "\(counted(unlisted, "more bad row")) \(unlisted == 1 ? "is" : "are") not listed",
            count: unlisted, location: SourceLocation(file: file), action: "row dropped", isDetail: true)
    }

    mutating func noteVolume(_ field: UnsafeBufferPointer<UInt8>, column: Int, line: Int) {
        volumeCount += 1
        if firstVolume == nil {
            firstVolume = place(column, line, String(decoding: field.prefix(512), as: UTF8.self))
        }
    }

    mutating func noteMissing(column: Int, text: String, line: Int, isPartial: Bool) {
        missingCount += 1
        if isPartial {
            partialCount += 1
            firstPartial = firstPartial ?? place(column, line, text)
        }
        guard findings.count < limit else { return }
        let what = isTime(column) ? "time" : layout.noun
        findings.append(
            Finding(
                check: "missing_value", severity: .warning, message: "the row has no \(what)",
                location: place(column, line, text), action: "row dropped", isDetail: true))
    }

    mutating func noteMalformed(column: Int, text: String, line: Int) {
        // A number that was read and refused is one that no market has quoted.
        let isNumber = text.allSatisfy { "0123456789.eE+-".contains($0) } && Double(text)?.isFinite == true
        let price = isNumber ? "a price is 0 or of a size from 1e-15 to 1e15" : "expected a decimal number"
        let why = isTime(column) ? layout.time.expectation : price
        let hint = isTime(column) ? "" : RowRejects.numberHint(text)
        add("cannot read \(isTime(column) ? "time" : layout.noun)", why, place(column, line, text), hint)
    }

    /// A row with `words` where prices stand.
    mutating func noteWords(_ words: [PriceWord], line: Int) {
        secondHeader = secondHeader ?? SecondHeader(words, line: line, layout: layout)
    }

    mutating func noteWidth(_ width: Int, line: Int) {
        let extra = width > layout.width ? "; a comma inside a number splits it" : ""
        add(
            "cannot read row", "\(counted(width, "field")) instead of \(layout.width)\(extra)",
            SourceLocation(file: file, line: line), "")
    }

    private mutating func add(_ what: String, _ why: String, _ location: SourceLocation, _ hint: String) {
        malformedCount += 1
        if firstMalformed == nil {
            firstMalformed = Malformed(what: what, why: why, location: location, hint: hint)
        }
        guard findings.count < limit else { return }
        findings.append(
            Finding(
                check: "bad_row", severity: .warning, message: "\(what): \(why)", location: location,
                action: "row dropped", hint: hint, isDetail: true))
    }

    private func isTime(_ column: Int) -> Bool { column == layout.plan.time }

    private func place(_ column: Int, _ line: Int, _ text: String) -> SourceLocation {
        SourceLocation(file: file, line: line, column: column + 1, columnName: layout.columnName(column), text: text)
    }

    private static func numberHint(_ text: String) -> String {
        if text.contains("%") { return "write fractions without the sign: 0.0001 for 0.01 %" }
        if text.contains(",") {
            return "thousands separators or decimal commas? say so, for example numbers: \"1.234,5\""
        }
        let points = text.count { $0 == "." }
        if points > 1 { return "a spreadsheet has lost the decimal point; fetch the file again" }
        // One number, with something before or behind it.
        let parts = text.split { !$0.isNumber && !".-+".contains($0) }
        guard parts.count == 1, parts[0].count < text.count, parts[0].contains(where: \.isNumber) else { return "" }
        return "units beside prices are read only when each price has the same; take them off"
    }

    /// The refusal of the file: when rows stand below a header with other columns, when more than one in a hundred of `rowCount` rows are malformed, or more than half where the
    /// user wants bad rows dropped, or any where the user wants none.
    func refusal(rowCount: Int) -> IngestError? {
        if let secondHeader { return secondHeader.refusal(file: file) }
        if layout.policies[.missingValue] == .fail, missingCount > 0 { return missingRefusal }
        if let partial = partialRefusal(rowCount: rowCount) { return partial }
        let policy = layout.policies[.badRow]
        let share = policy == .fail ? 0 : policy == .drop ? 0.5 : 0.01
        guard let first = firstMalformed, Double(malformedCount) > share * Double(rowCount) else { return nil }
        let refused = policy == .drop ? "more than half is refused" : "more than 1 % is refused"
        let note =
            "\(spacedCount(malformedCount)) of \(counted(rowCount, "row")) cannot be read "
            + "(\(percentText(Double(malformedCount) / Double(rowCount)))); "
            + (policy == .fail ? "none is allowed" : refused)
        return IngestError(
            .malformed, first.what, why: first.why, notes: [note], at: first.location,
            hint: refusalHint(first.hint, rest: rowCount - malformedCount, of: rowCount, policy))
    }

    private func refusalHint(_ hint: String, rest: Int, of rowCount: Int, _ policy: PolicyAction?) -> String {
        guard policy == nil, rest * 2 > rowCount else {
            return hint.isEmpty ? "are these the right columns? name them: columns: {time: …, price: …}" : hint
        }
        let setting = "policy: {bad_row: drop} reads the other \(counted(rest, "row")) (--policy bad_row=drop)"
        return hint.isEmpty ? setting : hint + "; " + setting
    }

    /// The refusal of a file in which more than one row in a hundred, and ten at least, have a part of the bar.
    private func partialRefusal(rowCount: Int) -> IngestError? {
        guard layout.policies[.missingValue] == nil, partialCount >= 10, partialCount * 100 > rowCount else {
            return nil
        }
        let share = percentText(Double(partialCount) / Double(rowCount))
        return IngestError(
            .malformed, "cannot use the rows",
            why: "\(spacedCount(partialCount)) of \(counted(rowCount, "row")) have a part of the bar and lack the rest "
                + "(\(share))",
            notes: ["more than 1 % is refused"], at: firstPartial ?? SourceLocation(file: file),
            hint: "fetch the file again, or name the columns that are filled: columns: {time: …, price: …}; policy: "
                + "{missing_value: drop} reads the other \(counted(rowCount - missingCount, "row")) "
                + "(--policy missing_value=drop)")
    }

    private var missingRefusal: IngestError {
        let first = findings.first { $0.check == "missing_value" }
        return IngestError(
            .malformed, "cannot use the file",
            why: "\(counted(missingCount, "row")) without a time or a \(layout.noun)",
            notes: ["the policy for missing_value is fail"], at: first?.location ?? SourceLocation(file: file))
    }

    // MARK: Slices

    /// Adds what was refused in the next slice of the file, whose lines are counted from its own start.
    mutating func append(_ other: RowRejects, lineOffset: Int) {
        let room = max(0, limit - findings.count)
        findings += other.findings.prefix(room).map { finding in
            var moved = finding
            moved.location = finding.location?.moved(down: lineOffset)
            return moved
        }
        malformedCount += other.malformedCount
        missingCount += other.missingCount
        partialCount += other.partialCount
        firstPartial = firstPartial ?? other.firstPartial?.moved(down: lineOffset)
        volumeCount += other.volumeCount
        firstVolume = firstVolume ?? other.firstVolume?.moved(down: lineOffset)
        secondHeader = secondHeader ?? other.secondHeader?.moved(down: lineOffset)
        if firstMalformed == nil, var first = other.firstMalformed {
            first.location = first.location.moved(down: lineOffset)
            firstMalformed = first
        }
    }

    /// Forgets everything, for the next slice.
    mutating func removeAll() {
        findings.removeAll()
        (malformedCount, missingCount, partialCount, volumeCount) = (0, 0, 0, 0)
        firstPartial = nil
        (firstMalformed, firstVolume, secondHeader) = (nil, nil, nil)
    }
}

extension SourceLocation {
    /// The same place with a line that was counted from further up.
    fileprivate func moved(down lines: Int) -> SourceLocation {
        var copy = self
        copy.line = line.map { $0 + lines }
        return copy
    }
}

/// A fraction as `3.1 %`, `12 %`, `0.02 %` or `<0.01 %`.
func percentText(_ fraction: Double) -> String {
    let percent = abs(fraction * 100)
    let sign = fraction < 0 ? "-" : ""
    if percent == 0 { return "0 %" }
    if percent < 0.005 { return sign + "<0.01 %" }
    let decimals = percent >= 9.95 ? 0 : percent >= 0.095 ? 1 : 2
    return "\(sign)\(fixedText(percent, decimals: decimals)) %"
}
