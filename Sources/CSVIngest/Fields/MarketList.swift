import PriceSeries
import StressBasics

/// One market of a source that stands for several.
public struct SourceMarket: Hashable, Sendable {
    /// What the file calls it: the text of its symbol column, or the path of its table without the ending.
    public let name: String
    /// How it is read: the same source with this market picked.
    public let source: BarSource
}

/// The most markets that one source may be divided into.
public let mostMarkets = 1000

/// The markets that a source with ``PriceSeries/BarSource/each`` stands for, in the order of their names.
///
/// Symbols are found by a pass over all rows, tables by the archive's directory. Several spellings of a symbol that differ in
/// case and punctuation are one market, as they are when it is picked.
///
/// - Throws: ``IngestError`` for a file that cannot be read or divided, and for more than ``mostMarkets``.
/// - Complexity: O(bytes) for symbols.
public func marketsOf(_ source: BarSource, options: IngestOptions = .init()) throws(IngestError) -> [SourceMarket] {
    let places = source.files.map { InputPlace.named($0, options) }
    let found =
        source.each == .table ? try tables(of: source, places) : try symbols(of: source, places, options: options)
    guard let first = places.first else { throw noFiles }
    guard found.count <= mostMarkets else { throw tooManyMarkets(first.name) }
    guard !found.isEmpty else {
        throw IngestError(
            .empty, "cannot find a market", why: "no row names one", at: SourceLocation(file: first.name))
    }
    return found.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
}

/// The refusal of a source that stands for several markets where one is to be read.
func undivided(_ source: BarSource) -> IngestError {
    IngestError(
        .setting, "cannot read several markets as one series", why: "each is to be an asset of its own",
        at: SourceLocation(file: source.files.first ?? ""), hint: "pick one, with symbol or table in place of each")
}

// MARK: Tables

private func tables(of source: BarSource, _ places: [InputPlace]) throws(IngestError) -> [SourceMarket] {
    var files: [String: [String]] = [:]
    for (file, place) in zip(source.files, places) {
        for table in try place.unpacked() {
            guard let path = table.zipMember?.path else { throw noArchive(place.name) }
            files[path, default: []].append(file)
        }
    }
    return files.map { path, files in
        var picked = source
        (picked.files, picked.table, picked.each) = (files, path, nil)
        return SourceMarket(name: withoutEnding(path), source: picked)
    }
}

/// `BTC/daily` for `BTC/daily.csv`.
private func withoutEnding(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/"), dot > path.startIndex else { return path }
    return String(path[..<dot])
}

private func noArchive(_ name: String) -> IngestError {
    IngestError(
        .setting, "cannot make an asset of each table", why: "the file is no zip archive",
        at: SourceLocation(file: name), hint: "leave each out; markets that a column tells apart are each: symbol")
}

// MARK: Symbols

private func symbols(
    of source: BarSource, _ places: [InputPlace], options: IngestOptions
) throws(IngestError) -> [SourceMarket] {
    var symbols = SymbolNames()
    for place in places {
        guard place.isRereadable else {
            // What cannot be opened at all is told of first.
            _ = try RawInput(place)
            throw readOnce(place.name)
        }
        for table in try archiveTables(of: place, named: source.table) {
            symbols.append(try symbolNames(of: table, source: source, options: options))
        }
    }
    return symbols.names.map { name in
        var picked = source
        (picked.symbol, picked.each) = (name, nil)
        return SourceMarket(name: name, source: picked)
    }
}

private func readOnce(_ name: String) -> IngestError {
    IngestError(
        .setting, "cannot make an asset of each symbol",
        why: "a pipe can be read once, and each market is read by itself",
        at: SourceLocation(file: name), hint: "write it to a file")
}

func tooManyMarkets(_ name: String) -> IngestError {
    IngestError(
        .tooLarge, "cannot make an asset of each market", why: "there are more than \(spacedCount(mostMarkets))",
        at: SourceLocation(file: name),
        hint: "pick those that matter, an input for each with symbol: … or table: …, or split the file")
}

/// The symbols of a file, each once.
struct SymbolNames: Sendable {
    /// The first of a symbol's spellings in the order of their texts, by what is compared.
    private var spellings: [String: String] = [:]

    var count: Int { spellings.count }
    var names: [String] { Array(spellings.values) }

    /// Blank texts name no market.
    mutating func note(_ text: String) {
        let name = trimmed(text)
        let key = SymbolFilter.key(name)
        guard !key.isEmpty else { return }
        spellings[key] = spellings[key].map { min($0, name) } ?? name
    }

    mutating func append(_ other: SymbolNames) {
        spellings.merge(other.spellings, uniquingKeysWith: min)
    }
}
