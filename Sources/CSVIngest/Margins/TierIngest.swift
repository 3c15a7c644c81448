import MarginModel
import StressBasics

/// A maintenance margin table together with everything that was noticed while it was read.
public struct IngestedTiers: Sendable {
    /// The brackets, checked.
    public let tiers: MaintenanceTiers
    /// The key of the file that the requested symbol matched.
    public let symbol: String
    /// The file; its rows are the tiers of this symbol.
    public let file: IngestedFile
    /// One finding for each check, also for those that passed, in a fixed order.
    public let findings: [Finding]
}

/// Reads the maintenance margin table of one market from a JSON file in the ccxt layout, plain or gzip: an object that
/// names for each symbol a list of `{minNotional, maxNotional, maintenanceMarginRate, maxLeverage, info: {cum}}`.
///
/// `symbol` may be written `BTC/USDT:USDT`, `BTC/USDT` or `BTCUSDT`, whatever style the file has; an exact match comes
/// first, and of a key that is there twice the first counts. Notionals and amounts are in quote currency, rates are
/// fractions. The amount `cum` may be a number or text; where it is absent, or rounded by at most a unit of currency (a
/// thousandth of the floor where that is less) or a millionth of itself, the amount that makes the requirement continuous is
/// used, which is a finding.
///
/// A last cap of 10¹⁵ or more means that there is none. A table that ends at a smaller cap says that larger positions cannot
/// be opened; ``MaintenanceTiers`` has no such end, so its last bracket is left open and the finding `capped_table` names
/// the cap.
///
/// - Throws: ``IngestError`` for a file that is missing, damaged, no such JSON, or larger than the bounds (64 MiB of text,
///   100 000 symbols, 1 000 tiers of a symbol); for a symbol that is unknown (with the nearest names) or ambiguous (with the
///   candidates); and, naming the row, for fields that are missing or of another type, holes, overlaps and broken rules.
/// - Complexity: O(bytes) in time and memory.
public func ingestTiers(
    file: String, symbol: String, options: IngestOptions = .init()
) throws(IngestError) -> IngestedTiers {
    try ingestTiers(.named(file, options), symbol, options)
}

/// The same for the bytes of a file in memory, under the name `name`.
public func ingestTiers(
    bytes: [UInt8], name: String, symbol: String, options: IngestOptions = .init()
) throws(IngestError) -> IngestedTiers {
    try ingestTiers(.memory(bytes, name: name), symbol, options)
}

/// The symbols that a tier file has, sorted.
///
/// - Throws: ``IngestError`` for a file that is missing, damaged, no JSON object, or larger than the bounds.
/// - Complexity: O(bytes) in time and memory.
public func ingestTierSymbols(file: String, options: IngestOptions = .init()) throws(IngestError) -> [String] {
    let place = InputPlace.named(file, options)
    return try tierSymbols(WholeText(place, options: options), name: place.name)
}

/// Every table of a tier file, as far as it can be read.
public struct TierAudit: Sendable {
    /// Symbols of the file.
    public let symbols: Int
    /// Brackets of all symbols whose table can be used.
    public let brackets: Int
    /// The file.
    public let file: IngestedFile
    /// One summary, then one finding for each table that cannot be used.
    public let findings: [Finding]
}

/// Reads every table of a tier file and says which cannot be used.
///
/// - Throws: ``IngestError`` for a file that is missing, damaged, no such JSON, or larger than the bounds.
/// - Complexity: O(bytes) in time and memory.
public func ingestTierAudit(file: String, options: IngestOptions = .init()) throws(IngestError) -> TierAudit {
    let place = InputPlace.named(file, options)
    let text = try WholeText(place, options: options)
    let all = try decodeAllTiers(text, name: place.name)
    let (brackets, refused) = judged(all, file: place.name)
    guard brackets > 0 || all.isEmpty else {
        throw IngestError(
            .malformed, "cannot read the tiers", why: "none of its \(counted(all.count, "table")) can be used",
            notes: refused.first.map { [$0.message] } ?? [], at: SourceLocation(file: place.name),
            hint: "the ccxt layout is wanted: an object that names for each symbol the list of its tiers")
    }
    let summary = Finding(
        check: "tier_tables", severity: refused.isEmpty ? .pass : .warning,
        message: "\(counted(all.count, "symbol")) with \(counted(brackets, "bracket")), of which "
            + "\(counted(refused.count, "table")) cannot be used", count: refused.count,
        location: SourceLocation(file: place.name), action: refused.isEmpty ? "" : "a study that names one is refused")
    return TierAudit(
        symbols: all.count, brackets: brackets,
        file: IngestedFile(name: place.name, byteCount: text.byteCount, rowCount: brackets, sha256: text.sha256),
        findings: [summary] + refused)
}

/// How many brackets the tables of a file have that can be used, and what is wrong with the others.
private func judged(_ tables: [SymbolRows], file: String) -> (brackets: Int, refused: [Finding]) {
    var (brackets, refused): (Int, [Finding]) = (0, [])
    for table in tables {
        do throws(IngestError) {
            let rows = try table.rows.get()
            let read = try TierTable(rows, symbol: table.symbol, file: file)
            guard (try? MaintenanceTiers(read.tiers)) != nil else { throw read.refusal("its brackets do not rise") }
            brackets += rows.count
        } catch {
            var finding = error.finding
            (finding.check, finding.severity, finding.isDetail) = ("tier_table", .warning, true)
            refused.append(finding)
        }
    }
    return (brackets, refused)
}

private func ingestTiers(
    _ place: InputPlace, _ wanted: String, _ options: IngestOptions
) throws(IngestError) -> IngestedTiers {
    let text = try WholeText(place, options: options)
    let decoded = try decodeTiers(text, name: place.name) { names in
        let found = matchingSymbols(wanted, among: names)
        return found.count == 1 ? found[0] : nil
    }
    guard let symbol = decoded.symbol else { throw noSymbol(wanted, decoded.names, place.name) }
    let table = try TierTable(decoded.rows, symbol: symbol, file: place.name)
    do {
        let file = IngestedFile(
            name: place.name, byteCount: text.byteCount, rowCount: decoded.rows.count, sha256: text.sha256)
        return IngestedTiers(
            tiers: try MaintenanceTiers(table.tiers), symbol: symbol, file: file, findings: table.findings)
    } catch {
        throw table.refusal(error.message)
    }
}

private func noSymbol(_ wanted: String, _ names: [String], _ name: String) -> IngestError {
    let what = "cannot find the symbol \"\(SourceLocation.presentable(wanted))\""
    let place = SourceLocation(file: name)
    let candidates = matchingSymbols(wanted, among: names)
    guard candidates.isEmpty else {
        return IngestError(
            .setting, what, why: "it may be \(quotedList(candidates))", at: place, hint: "name it as the file does")
    }
    let near = nearestSymbols(wanted, among: names)
    return IngestError(
        .setting, what, why: "the file has no such symbol", at: place,
        hint: near.isEmpty ? "" : "did you mean \(quotedList(near))?")
}
