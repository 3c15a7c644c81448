import StressBasics

/// A market's name in any of the three styles that files use, in parts that compare: `BTC/USDT:USDT` (ccxt),
/// `BTC/USDT` (ccxt before 2022) and `BTCUSDT` (the venue's own). Delivery contracts end in `-241227` or `_241227`.
private struct MarketSymbol {
    /// Base and quote without a slash, upper case, with the delivery date.
    let pair: String
    /// The base, when a slash says where it ends.
    let base: String?
    /// The currency that settles, when it is stated.
    let settle: String?

    init(_ text: String) {
        let upper = text.uppercased().map { $0 == "_" ? "-" : $0 }
        let parts = upper.split(separator: "-", maxSplits: 1)
        let expiry = parts.count > 1 ? "-" + String(parts[1]) : ""
        let halves = (parts.first ?? []).split(separator: ":", maxSplits: 1)
        let market = halves.first ?? []
        pair = String(market.filter { $0 != "/" }) + expiry
        base = market.contains("/") ? market.split(separator: "/").first.map { String($0) } : nil
        settle = halves.count > 1 ? String(halves[1]) : nil
    }

    /// Whether both may mean the same market: what both state must agree.
    func agrees(with other: MarketSymbol) -> Bool {
        func agree(_ a: String?, _ b: String?) -> Bool { a == nil || b == nil || a == b }
        return pair == other.pair && agree(base, other.base) && agree(settle, other.settle)
    }
}

/// The names that `wanted` may mean: itself alone, or else all that agree in another style, sorted. O(names).
func matchingSymbols(_ wanted: String, among names: [String]) -> [String] {
    if names.contains(wanted) { return [wanted] }
    let symbol = MarketSymbol(wanted)
    return names.filter { MarketSymbol($0).agrees(with: symbol) }.sorted()
}

/// Up to three names that `wanted` may be a slip of.
func nearestSymbols(_ wanted: String, among names: [String]) -> [String] {
    let pair = MarketSymbol(wanted).pair
    // An edit distance is at least the difference in length, which spares most of the work.
    let reach = max(2, pair.count / 3)
    var candidates: [String: String] = [:]
    for name in names.sorted().prefix(20_000) where name.utf8.count <= 64 {
        let other = MarketSymbol(name).pair
        if abs(other.count - pair.count) <= reach, candidates[other] == nil { candidates[other] = name }
    }
    var near: [String] = []
    while near.count < 3, let best = nearestName(to: pair, among: candidates.keys.sorted()) {
        if let name = candidates.removeValue(forKey: best) { near.append(name) }
    }
    return near
}
