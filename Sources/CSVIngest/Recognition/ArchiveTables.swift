import PriceSeries
import StressBasics

/// The tables of an archive that are read as one series: the one that the user names, or all when their names differ in no
/// more than digits and dates. The place itself for what is no archive.
func archiveTables(of place: InputPlace, named wanted: String?) throws(IngestError) -> [InputPlace] {
    let tables = try place.unpacked()
    if let wanted {
        // The whole name is that of one table, whatever others end like it.
        let exact = tables.filter { tablePath($0) == wanted }
        let found = exact.isEmpty ? tables.filter { tableName($0, matches: wanted) } : exact
        guard !found.isEmpty else {
            throw IngestError(
                .setting, "cannot find the table \"\(SourceLocation.presentable(wanted))\"",
                why: "the archive holds \(quotedList(tables.map(tablePath)))", at: SourceLocation(file: place.name),
                hint: "use one of these names")
        }
        return found
    }
    guard Set(tables.map { lettersOnly(tablePath($0)) }).count > 1 else { return tables }
    throw severalTables(tables.map(tablePath), why: "their names differ", file: place.name)
}

/// The name inside the archive with its folders: a folder a market is common.
private func tablePath(_ place: InputPlace) -> String { place.zipMember?.path ?? place.name }

private func tableName(_ place: InputPlace, matches wanted: String) -> Bool {
    let path = tablePath(place)
    let short = path.split(separator: "/").last.map(String.init) ?? path
    let stem = short.split(separator: ".").first.map(String.init) ?? short
    return [path, short, stem, place.name].contains(wanted) || path.hasSuffix("/" + wanted)
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
        hint: "say which to read, for example table: \(first) (--table \(first)), or make each an asset: each: table "
            + "(--each table)")
}

/// The refusal of tables of one archive whose bars are of different lengths, which disagree about most times they share, or
/// between which the level of prices changes.
func differentTables(_ columns: BarColumns, _ origins: RowOrigins, _ places: [InputPlace]) -> IngestError? {
    guard places.count > 1, places.allSatisfy({ $0.zipMember != nil }) else { return nil }
    let parts = origins.parts(of: columns).sorted { ($0.first, $0.last) < ($1.first, $1.last) }
    let lengths = Set(parts.compactMap { usualStep(columns, $0.rows) })
    let why =
        lengths.count > 1
        ? "their bars are of different lengths"
        : zip(parts, parts.dropFirst()).lazy.compactMap { difference(columns, $0, $1) }.first
    guard let why, let path = places[0].zipMember?.path else { return nil }
    return severalTables(places.map(tablePath), why: why, file: String(places[0].name.dropLast(path.count + 1)))
}

/// What keeps two tables, the earlier first, from being one series; nil when nothing does.
private func difference(_ columns: BarColumns, _ before: FilePart, _ after: FilePart) -> String? {
    let shared = sharedTimes(columns, before, after)
    if shared.differing > shared.agreeing, shared.differing > 2 {
        return "their prices differ at the times that they share"
    }
    guard after.first > before.last,
        let old = level(columns, before.rows, isEnd: true), let new = level(columns, after.rows, isEnd: false),
        old > 0, new > 0
    else { return nil }
    let factor = max(old / new, new / old)
    let isNear = after.first - before.last <= longestStep
    guard factor >= LevelShiftCheck.leastFactor, isNear || factor >= 4 * LevelShiftCheck.leastFactor else { return nil }
    return "the level of prices changes by a factor of \(significantText(new / old, digits: 3)) from one to the next"
}

/// Bars at the end of one table and at the start of the next whose medians are compared.
private let levelBars = 10
/// A week, in milliseconds: over longer holes a market may change its level by itself.
private let longestStep: Int64 = 7 * 86_400_000

/// The median close of the latest or the earliest rows of a table, which may stand newest first.
private func level(_ columns: BarColumns, _ rows: Range<Int>, isEnd: Bool) -> Double? {
    guard let first = rows.first, let last = rows.last else { return nil }
    let isNewestFirst = columns.time[first] > columns.time[last]
    let chosen = isEnd == isNewestFirst ? rows.prefix(levelBars) : rows.suffix(levelBars)
    let closes = chosen.map { columns.close[$0] }.sorted()
    return closes[closes.count / 2]
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
