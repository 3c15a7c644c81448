import PriceSeries
import StressBasics

/// Decides how the numbers of a file are written, from the sampled texts of its price columns.
struct NumberChoice {
    var notation: NumberNotation
    var trait: RecognisedTrait

    /// One sampled field.
    typealias Field = (text: String, row: SampleRow, column: Int)

    /// Takes the style that the user states, or the one that reads most of the sampled texts.
    ///
    /// - Throws: when two styles read all of them and differ in what they say: `1,234` may be a thousand or little more
    ///   than one.
    static func choose(
        _ columns: [Int], table: SampleTable, style: NumberStyle
    ) throws(IngestError) -> NumberChoice {
        let sampled = columns.flatMap { column in table.values(column).map(\.text) }
        let unit = NumberUnit(of: sampled)
        if var notation = NumberNotation(style) {
            notation.unit = unit
            return NumberChoice(
                notation: notation, trait: RecognisedTrait("numbers", "like \(style.rawValue)", .stated, ""))
        }
        let fields: [Field] = columns.flatMap { column in
            table.values(column).map { (unit?.bare($0.text) ?? $0.text, $0.row, column) }
        }
        let ranked = readings(fields)
        guard let best = ranked.first, best.count > 0 else {
            return NumberChoice(.point, of: fields.count, fields.count, unit)
        }
        let rivals = ranked.filter { $0.count == best.count }
        if best.style != .point, let clash = firstClash(rivals, fields) { throw ambiguous(clash, table) }
        if best.style == .point, let clash = Thousands(fields).clash {
            throw ThousandsRefusal(
                text: clash.text,
                why: "with points before decimals prices jump by a factor of a thousand from row to row",
                at: table.location(clash.row, column: clash.column)
            ).error
        }
        let isPointSeen = fields.contains { $0.text.utf8.contains(0x2E) }
        // Where points are decimal a comma can only stand between thousands, in rows that the sample does not show too.
        let style = best.style == .point && isPointSeen ? .commaGroups : best.style
        var choice = NumberChoice(style, shown: best.style, of: best.count, fields.count, unit)
        if best.style == .point, choice.trait.confidence == .certain, Thousands(fields).areAllInGroups {
            choice.trait = RecognisedTrait(
                "numbers", choice.trait.reading, .likely,
                choice.trait.reason + "; three digits stand behind every point, which would be thousands in "
                    + "numbers: \"\(NumberStyle.pointGroups.rawValue)\"")
        }
        return choice
    }

    private init(_ style: NumberStyle, shown: NumberStyle? = nil, of count: Int, _ total: Int, _ unit: NumberUnit?) {
        notation = NumberNotation(style) ?? .plain
        notation.unit = unit
        let share = "\(spacedCount(count)) of \(counted(total, "sampled number"))"
        trait = RecognisedTrait(
            "numbers", "like \((shown ?? style).rawValue)", count == total ? .certain : .likely,
            "reads \(share)" + (unit.map { ", each with \($0.text)" } ?? ""))
    }

    private init(notation: NumberNotation, trait: RecognisedTrait) {
        (self.notation, self.trait) = (notation, trait)
    }

    /// Styles by how many fields they read, the plainest first among equals.
    private static func readings(_ fields: [Field]) -> [(style: NumberStyle, count: Int)] {
        let hasComma = fields.contains { $0.text.utf8.contains(0x2C) }
        let counts = NumberStyle.allCases.compactMap { style -> (style: NumberStyle, count: Int)? in
            guard let notation = NumberNotation(style) else { return nil }
            // Points between thousands are believed only beside a decimal comma: without one they are what a spreadsheet
            // leaves of numbers that it did not understand.
            if style == .pointGroups, !hasComma { return nil }
            return (style, fields.count { value($0.text, notation) != nil })
        }
        let order = Dictionary(uniqueKeysWithValues: NumberStyle.allCases.enumerated().map { ($1, $0) })
        return counts.sorted { ($1.count, order[$0.style] ?? 0) < ($0.count, order[$1.style] ?? 0) }
    }

    private static func value(_ text: String, _ notation: NumberNotation) -> Double? {
        guard case .value(let value) = withBytes(text, notation.read) else { return nil }
        return value
    }

    /// A field that two of the styles read differently.
    private static func firstClash(
        _ rivals: [(style: NumberStyle, count: Int)], _ fields: [Field]
    ) -> (field: Field, first: NumberStyle, second: NumberStyle)? {
        guard let first = rivals.first?.style, let notation = NumberNotation(first) else { return nil }
        for other in rivals.dropFirst() {
            guard let rival = NumberNotation(other.style) else { continue }
            let field = fields.first { field in
                guard let one = value(field.text, notation), let two = value(field.text, rival) else { return false }
                return one != two
            }
            if let field { return (field, first, other.style) }
        }
        return nil
    }

    private static func ambiguous(
        _ clash: (field: Field, first: NumberStyle, second: NumberStyle), _ table: SampleTable
    ) -> IngestError {
        let readings = [clash.first, clash.second].compactMap { style in
            NumberNotation(style).flatMap { value(clash.field.text, $0) }.map {
                "\(numberText($0)) (\"\(style.rawValue)\")"
            }
        }
        return IngestError(
            .notRecognised, "cannot read numbers", why: "this may be \(readings.joined(separator: " or "))",
            at: table.location(clash.field.row, column: clash.field.column),
            hint: "say how numbers are written: numbers: \"\(clash.first.rawValue)\" or numbers: "
                + "\"\(clash.second.rawValue)\"")
    }
}
