import StressBasics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One row of a tier table as the file has it.
struct TierRow: Equatable {
    var floor: Double
    /// Nil when the file states none.
    var cap: Double?
    var rate: Double
    var maxLeverage: Double?
    /// The maintenance amount, when the file states one.
    var amount: Double?
}

/// Most symbols in a file and most tiers of a symbol.
enum TierBounds {
    static let symbols = 100_000
    static let tiers = 1000
    /// Symbol, list, row and info are four levels.
    static let depth = 32
}

/// The names of all symbols, sorted.
func tierSymbols(_ text: WholeText, name: String) throws(IngestError) -> [String] {
    try decodeTiers(text, name: name) { (_: [String]) -> String? in nil }.names.sorted()
}

/// One symbol's rows, or why they cannot be read.
struct SymbolRows {
    var symbol: String
    var rows: Result<[TierRow], IngestError>
}

/// Decodes the tables of all symbols in one pass, sorted by symbol. What is wrong with one leaves the others readable.
func decodeAllTiers(_ text: WholeText, name: String) throws(IngestError) -> [SymbolRows] {
    let book: TierBook = try decodeTierText(text, name: name) { _ in nil }
    return book.tables.map { symbol, rows in
        SymbolRows(symbol: symbol, rows: rows.mapError { refusedTiers(words($0), name: name) })
    }
}

/// The tables of all symbols.
private struct TierBook: Decodable {
    var tables: [(symbol: String, rows: Result<[TierRow], DecodingError>)] = []

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        guard container.allKeys.count <= TierBounds.symbols else {
            throw TierFlaw(why: "it has more than 100 000 symbols")
        }
        for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
            do {
                let list = try container.nestedUnkeyedContainer(forKey: key)
                tables.append((key.stringValue, .success(try TierFile.rows(list, key.stringValue))))
            } catch let error as DecodingError {
                tables.append((key.stringValue, .failure(error)))
            }
        }
    }
}

/// What a tier file gave: all its symbols, and the rows of the one that was wanted.
struct TierFile: Decodable {
    var names: [String]
    /// The symbol that was chosen.
    var symbol: String?
    var rows: [TierRow] = []

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        names = container.allKeys.map(\.stringValue)
        guard let request = decoder.userInfo[tierRequestKey] as? TierRequest else { return }
        guard names.count <= TierBounds.symbols else { throw TierFlaw(why: "it has more than 100 000 symbols") }
        // Only the wanted rows are decoded: what is wrong with other symbols harms nobody.
        symbol = request.choose(names)
        guard let symbol else { return }
        rows = try TierFile.rows(try container.nestedUnkeyedContainer(forKey: AnyKey(symbol)), symbol)
    }

    fileprivate static func rows(_ list: any UnkeyedDecodingContainer, _ symbol: String) throws -> [TierRow] {
        var list = list
        var rows: [TierRow] = []
        while !list.isAtEnd {
            guard rows.count < TierBounds.tiers else { throw TierFlaw(why: "it has more than 1 000 tiers") }
            rows.append(try row(list.nestedContainer(keyedBy: AnyKey.self)))
        }
        return rows
    }

    private static func row(_ fields: KeyedDecodingContainer<AnyKey>) throws -> TierRow {
        func number(_ name: String) throws -> Double { try fields.decode(Double.self, forKey: AnyKey(name)) }
        func optional(_ name: String) throws -> Double? {
            try fields.decodeIfPresent(Double.self, forKey: AnyKey(name))
        }
        // Until the spring of 2022 ccxt had other names for the same three.
        func present(_ name: String, _ old: String) -> String {
            fields.contains(AnyKey(name)) || !fields.contains(AnyKey(old)) ? name : old
        }
        return TierRow(
            floor: try number(present("minNotional", "notionalFloor")),
            cap: try optional(present("maxNotional", "notionalCap")),
            rate: try number(present("maintenanceMarginRate", "maintenanceMarginRatio")),
            maxLeverage: try optional("maxLeverage"),
            amount: try amount(fields))
    }

    /// `info.cum`, a number or a number as text; other venues put other things, or nothing, into `info`.
    private static func amount(_ fields: KeyedDecodingContainer<AnyKey>) throws -> Double? {
        let key = AnyKey("cum")
        guard let info = try? fields.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("info")),
            info.contains(key), !(try info.decodeNil(forKey: key))
        else { return nil }
        guard let text = try? info.decode(String.self, forKey: key) else {
            return try info.decode(Double.self, forKey: key)
        }
        guard let value = decimal(text) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: info, debugDescription: "")
        }
        return value
    }
}

/// Decodes the symbols, and the rows of the symbol that `choose` picks from them.
func decodeTiers(
    _ text: WholeText, name: String, choose: @escaping @Sendable ([String]) -> String?
) throws(IngestError) -> TierFile {
    try decodeTierText(text, name: name, choose: choose)
}

private func decodeTierText<Decoded: Decodable>(
    _ text: WholeText, name: String, choose: @escaping @Sendable ([String]) -> String?
) throws(IngestError) -> Decoded {
    guard jsonDepth(text.bytes) <= TierBounds.depth else {
        throw refusedTiers("it is nested too deep", .tooLarge, name: name)
    }
    let decoder = JSONDecoder()
    decoder.userInfo[tierRequestKey] = TierRequest(choose: choose)
    do {
        return try decoder.decode(Decoded.self, from: Data(text.bytes))
    } catch let flaw as TierFlaw {
        throw refusedTiers(flaw.why, .tooLarge, name: name)
    } catch let error as DecodingError {
        throw refusedTiers(words(error), name: name)
    } catch {
        throw refusedTiers("it is not valid JSON", name: name)
    }
}

private func refusedTiers(_ why: String, _ reason: IngestError.Reason = .malformed, name: String) -> IngestError {
    IngestError(
        reason, "cannot read the tiers", why: why, at: SourceLocation(file: name),
        hint: "the ccxt layout is wanted: an object that names for each symbol the list of its tiers")
}

/// What a decoding error means, with the row and the field it speaks of.
private func words(_ error: DecodingError) -> String {
    let (path, what): ([any CodingKey], String) =
        switch error {
        case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
        case .valueNotFound(_, let context): (context.codingPath, "has no value")
        case .typeMismatch(_, let context): (context.codingPath, "is of another type")
        case .dataCorrupted(let context): (context.codingPath, "is not a number that can be read")
        @unknown default: ([], "")
        }
    guard let first = path.first else {
        if case .dataCorrupted = error { return "it is not valid JSON, or a number in it is out of range" }
        return "it is no object of symbols"
    }
    let symbol = "\"\(SourceLocation.presentable(first.stringValue))\""
    let row = path.dropFirst().first?.intValue.map { ", tier \($0 + 1)" } ?? ""
    let field = path.count > 2 ? path.last.map { ": \($0.stringValue)" } ?? "" : ""
    return "\(symbol)\(row)\(field) \(what)"
}

/// A key of any name.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A bound that was passed.
private struct TierFlaw: Error {
    var why: String
}

/// Chooses a symbol from all; handed to the decoder, which has no other way in.
private struct TierRequest: Sendable {
    let choose: @Sendable ([String]) -> String?
}

private let tierRequestKey = CodingUserInfoKey(rawValue: "tier symbol")!
