import StressBasics

/// What a file holds, as far as its first rows tell.
public enum FileKind: Sendable {
    /// Prices, or what is taken for them: trades, quotes and anything unknown.
    case prices
    /// Funding rates.
    case funding
    /// Leverage tiers as JSON.
    case tiers
    /// Margins per contract and their dates.
    case margins
}

/// Tells the kinds of files apart by their first bytes and their header. Files that cannot be read count as prices, whose
/// reader says what is wrong.
///
/// - Throws: ``IngestError`` for a file that is missing.
/// - Complexity: O(1): a sample is read. The standard input is not looked into.
public func ingestKind(file: String, options: IngestOptions = .init()) throws(IngestError) -> FileKind {
    let place = InputPlace.named(file, options)
    guard place.isRereadable, let first = try place.unpacked().first else { return .prices }
    let source = try ByteSource(first, bufferSize: options.chunkBytes)
    defer { withExtendedLifetime(source) {} }
    guard let head = try? TextHead(source, name: first.name) else { return .prices }
    if head.bytes.first(where: { $0 > Ascii.space }) == 0x7B {
        return holdsTiers(head.bytes) ? .tiers : .prices
    }
    guard let sample = try? Sample(head, name: first.name),
        let table = try? SampleTable(sample, name: first.name, rule: .automatic, noun: "price"),
        let names = table.names.map({ Set($0.map(normalizedName)) })
    else { return .prices }
    if names.isSuperset(of: ["date", "initial", "maintenance"]) { return .margins }
    let isFunding = !names.isDisjoint(with: ["fundingrate", "lastfundingrate"])
    return isFunding && names.isDisjoint(with: ["open", "high", "low"]) ? .funding : .prices
}

/// Whether JSON text names markets or the fields of leverage tiers.
func holdsTiers(_ json: [UInt8]) -> Bool {
    let text = String(decoding: json, as: UTF8.self)
    let marks = ["minNotional", "notionalFloor", "maintenanceMarginRat", "maxNotional", "maxLeverage"]
    let firstKey = text.split(separator: "\"", maxSplits: 2).dropFirst().first ?? ""
    return firstKey.contains("/") || marks.contains(where: text.contains)
}
