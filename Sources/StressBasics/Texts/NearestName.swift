/// The question whether something near to `name` was meant: `did you mean 'leverage'?`, or `did you mean 'binance-coinm' or 'binance-usdm'?`
/// where several names go on from what was typed. Nil where nothing is near.
///
/// Names are made safe to print. O(name × candidate) per candidate; names longer than 64 characters get none.
///
/// - Parameter quote: what stands around names in the message beside it.
public func didYouMean(_ name: String, among candidates: [String], quote: String = "'") -> String? {
    let near = nearestName(to: name, among: candidates).map { [$0] } ?? longerNames(than: name, among: candidates)
    let quoted = near.map { quote + SourceLocation.presentable($0) + quote }
    guard let last = quoted.last else { return nil }
    return "did you mean \(quoted.count > 1 ? quoted.dropLast().joined(separator: ", ") + " or " : "")\(last)?"
}

/// The same as the beginning of a hint that says `rest`.
public func didYouMean(_ name: String, among candidates: [String], rest: String) -> String {
    (didYouMean(name, among: candidates).map { $0 + " " } ?? "") + rest
}

/// The candidates that begin with `name`, each once; none where it is a letter or two, or the beginning of more than four.
private func longerNames(than name: String, among candidates: [String]) -> [String] {
    guard (3...64).contains(name.count) else { return [] }
    var found: [String] = []
    for candidate in candidates where candidate.lowercased().hasPrefix(name.lowercased()) && !found.contains(candidate)
    {
        found.append(candidate)
    }
    return found.count > 4 ? [] : found
}

/// The candidate nearest to `name` by edit distance, when it is near enough to be a likely slip.
///
/// Used for "did you mean" hints. O(name × candidate) per candidate; names longer than 64 characters get no hint.
public func nearestName(to name: String, among candidates: [String]) -> String? {
    guard name.count <= 64 else { return nil }
    let scored = candidates.map { ($0, editDistance(Array(name.lowercased()), Array($0.lowercased()))) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(2, name.count / 3), best.1 < name.count
    else { return nil }
    return best.0
}

/// Levenshtein distance by the two-row recurrence.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var row = [i + 1]
        for (j, y) in b.enumerated() {
            row.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, row[j] + 1))
        }
        previous = row
    }
    return previous[b.count]
}
