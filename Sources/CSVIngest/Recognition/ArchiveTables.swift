import PriceSeries
import StressBasics

/// The tables of an archive that are read as one series: the one that the user names, or all when their names differ in no
/// more than digits and dates. The place itself for what is no archive.
func archiveTables(of place: InputPlace, named wanted: String?) throws(IngestError) -> [InputPlace] {
    let tables = try place.unpacked()
    if let wanted {
        let found = tables.filter { tableName($0, matches: wanted) }
        guard !found.isEmpty else {
            throw IngestError(
                .setting, "cannot find the table \"\(SourceLocation.presentable(wanted))\"",
                why: "the archive holds \(quotedList(tables.map(shortName)))", at: SourceLocation(file: place.name),
                hint: "use one of these names")
        }
        return found
    }
    guard Set(tables.map { lettersOnly(shortName($0)) }).count > 1 else { return tables }
    throw severalTables(tables.map(shortName), why: "their names differ", file: place.name)
}

/// The name inside the archive.
private func shortName(_ place: InputPlace) -> String {
    guard place.zipMember != nil else { return place.name }
    return place.name.split(separator: "/").last.map(String.init) ?? place.name
}

private func tableName(_ place: InputPlace, matches wanted: String) -> Bool {
    let short = shortName(place)
    let stem = short.split(separator: ".").first.map(String.init) ?? short
    return [short, stem, place.name].contains(wanted) || place.name.hasSuffix("/" + wanted)
}

/// A name without digits, punctuation and months.
private func lettersOnly(_ name: String) -> String {
    let words = name.lowercased().split { !$0.isLetter }.map(String.init)
    let months: Set<String> = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "january", "february",
        "march", "april", "june", "july", "august", "september", "october", "november", "december", "q", "t", "z",
    ]
    return words.filter { $0.count > 1 && !months.contains($0) }.joined(separator: " ")
}

private func severalTables(_ names: [String], why: String, file: String) -> IngestError {
    let first = names.first.map(SourceLocation.presentable) ?? ""
    return IngestError(
        .notRecognised, "cannot read several tables as one series",
        why: "the archive holds \(quotedList(names)), and \(why)", at: SourceLocation(file: file),
        hint: "say which to read, for example table: \(first) (--table \(first))")
}

/// The refusal of tables of one archive whose bars are of different lengths, or which disagree about most times they share.
func differentTables(_ columns: BarColumns, _ origins: RowOrigins, _ places: [InputPlace]) -> IngestError? {
    guard places.count > 1, places.allSatisfy({ $0.zipMember != nil }) else { return nil }
    let parts = origins.parts(of: columns)
    func refusal(_ why: String) -> IngestError {
        severalTables(
            places.map(shortName), why: why,
            file: places[0].name.split(separator: "/").dropLast().joined(separator: "/"))
    }
    let lengths = Set(parts.compactMap { usualStep(columns, $0.rows) })
    if lengths.count > 1 { return refusal("their bars are of different lengths") }
    for (before, after) in zip(parts, parts.dropFirst()) {
        let shared = sharedTimes(columns, before, after)
        if shared.differing > shared.agreeing, shared.differing > 2 {
            return refusal("their prices differ at the times that they share")
        }
    }
    return nil
}

/// The step between most rows of a part; nil for few rows or no usual step.
private func usualStep(_ columns: BarColumns, _ rows: Range<Int>) -> Int64? {
    guard rows.count >= 10 else { return nil }
    let times = rows.prefix(10_000).map { columns.time[$0] }.sorted()
    var counts: [Int64: Int] = [:]
    for (before, after) in zip(times, times.dropFirst()) where after > before {
        counts[after - before, default: 0] += 1
    }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), most.value * 2 > times.count else {
        return nil
    }
    return most.key
}
