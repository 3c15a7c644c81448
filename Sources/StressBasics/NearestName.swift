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
