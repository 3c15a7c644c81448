import PriceSeries
import StressBasics

/// The refusal of a file whose prices jump by a factor of a thousand from one row to the next because of how they are written:
/// `999.50` and `1.002` are neighbours where a point stands between thousands. Looks at up to 20 such places beyond the sample,
/// read again from the file; nil where the user says how numbers are written.
func lateThousands(
    _ series: BarSeries, _ rows: AssembledRows, files: [FileRows], places: [InputPlace], source: BarSource
) -> IngestError? {
    guard source.numbers == .automatic else { return nil }
    let jumps = (1..<max(1, series.count)).lazy.filter { isThousandfold(series.close[$0 - 1], series.open[$0]) }
    for bar in jumps.prefix(20) {
        let (high, low) = series.close[bar - 1] > series.open[bar] ? (bar - 1, bar) : (bar, bar - 1)
        let (above, below) = (rows.location(high), rows.location(low))
        guard let index = places.firstIndex(where: { $0.name == below.file }), places[index].isRereadable,
            above.file == below.file, files[index].layout.numbers.decimal == Ascii.point,
            let one = above.line, let two = below.line
        else { continue }
        let lines = physicalLines([one, two], of: places[index])
        let layout = files[index].layout
        guard let larger = lines[one].map({ prices(of: $0, layout) }),
            let smaller = lines[two].map({ prices(of: $0, layout) }),
            let example = smaller.first(where: isInThousands),
            smaller.allSatisfy({ isInThousands($0) || isBelowThousand($0) }), !larger.contains(where: isPlainlyDecimal)
        else { continue }
        return ThousandsRefusal(
            text: example, why: "prices jump by a factor of a thousand here", at: below
        ).error.withExcerpt(from: places[index])
    }
    return nil
}

private func isThousandfold(_ before: Double, _ after: Double) -> Bool {
    guard before > 0, after > 0 else { return false }
    return (900.0...1100).contains(max(before, after) / min(before, after))
}

private func prices(of line: [UInt8], _ layout: Layout) -> [String] {
    let fields = splitFields(line, delimiter: layout.delimiter)
    return layout.plan.prices.columns.compactMap { fields.indices.contains($0) ? trimmed(fields[$0]) : nil }
}

/// Whether a text is digits in groups of three behind points, as `1.234` and `1.234.567`, whose first does not begin with 0.
func isInThousands(_ text: String) -> Bool {
    let groups = text.utf8.split(separator: Ascii.point, omittingEmptySubsequences: false)
    guard groups.count > 1, groups.allSatisfy({ $0.allSatisfy(Ascii.isDigit) }), let first = groups.first?.first else {
        return false
    }
    return first != Ascii.zero && (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
}

/// Whether a text is a whole number of up to three digits, as numbers below a thousand are where thousands have a point.
func isBelowThousand(_ text: String) -> Bool {
    (1...3).contains(text.utf8.count) && text.utf8.allSatisfy(Ascii.isDigit)
}

/// Four digits and a fraction of three: where prices are written so, the point of a smaller one is decimal, too.
private func isPlainlyDecimal(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: Ascii.point, omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].count > 3 && parts[1].count == 3
}

/// Says that the point of a number may be decimal or stand between thousands.
struct ThousandsRefusal {
    var text: String
    var why: String
    var location: SourceLocation

    init(text: String, why: String, at location: SourceLocation) {
        (self.text, self.why, self.location) = (text, why, location)
    }

    var error: IngestError {
        let readings = [NumberStyle.point, .pointGroups].compactMap { style -> String? in
            guard let notation = NumberNotation(style), case .value(let value) = withBytes(text, notation.read) else {
                return nil
            }
            return "\(numberText(value)) (\"\(style.rawValue)\")"
        }
        return IngestError(
            .notRecognised, "cannot read numbers",
            why: "\"\(SourceLocation.presentable(text))\" may be \(readings.joined(separator: " or "))", notes: [why],
            at: location,
            hint: "say how numbers are written: numbers: \"\(NumberStyle.point.rawValue)\" or numbers: "
                + "\"\(NumberStyle.pointGroups.rawValue)\"; a file that changes its way of writing must be split")
    }
}

/// What speaks for points between thousands in sampled prices that can all be read with points before decimals.
struct Thousands {
    private let fields: [NumberChoice.Field]

    init(_ fields: [NumberChoice.Field]) { self.fields = fields }

    /// Whether every number is in groups of three digits.
    var areAllInGroups: Bool { fields.count > 1 && fields.allSatisfy { isInThousands(trimmed($0.text)) } }

    /// A number in groups, where all others are such or whole numbers below a thousand, and where one column jumps by a
    /// thousand when points are decimal and never when they are not.
    var clash: NumberChoice.Field? {
        guard let found = fields.first(where: { isInThousands(trimmed($0.text)) }),
            fields.allSatisfy({ isInThousands(trimmed($0.text)) || isBelowThousand(trimmed($0.text)) }),
            let grouped = NumberNotation(.pointGroups), jumps(.plain), !jumps(grouped)
        else { return nil }
        return found
    }

    /// Whether neighbours of a column are ever apart by a factor of hundreds.
    private func jumps(_ notation: NumberNotation) -> Bool {
        let pairs = zip(fields, fields.dropFirst()).filter { $0.column == $1.column }
        return pairs.contains { before, after in
            guard let one = value(before, notation), let two = value(after, notation), one > 0, two > 0 else {
                return false
            }
            return max(one, two) / min(one, two) > 300
        }
    }

    private func value(_ field: NumberChoice.Field, _ notation: NumberNotation) -> Double? {
        guard case .value(let value) = withBytes(field.text, notation.read) else { return nil }
        return value
    }
}
