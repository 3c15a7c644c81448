import Foundation

/// The texts of a book of patterns, read as its description says and in no other way: the judge of what writes them, and of the script
/// that reads them on a page.
public struct PatternTexts {
    private let patterns: [String]
    private var followers: [Int: Int] = [:]
    private var before: [Int: [[String]]] = [:]

    /// A book of these patterns, from its beginning.
    public init(_ patterns: [String]) { self.patterns = patterns }

    /// The texts of the next block.
    public mutating func texts(_ block: String) -> [String] {
        var (now, last, texts) = ([Int: [[String]]](), -1, [String]())
        for code in block.split(separator: ";", omittingEmptySubsequences: false) {
            let halves = code.split(separator: ":", omittingEmptySubsequences: false)
            let place = halves.count > 1 ? Int(halves[0])! : followers[last]!
            let fields = halves[halves.count - 1].replacingOccurrences(of: "/", with: "<").components(separatedBy: ",")
            let used = now[place] ?? []
            let all = before[place] ?? []
            let old = used.count < all.count ? all[used.count] : used.last ?? []
            let words = patterns[place].utf8.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            let numbers = (0..<words.count - 1).map {
                $0 < fields.count && !fields[$0].isEmpty ? String(fields[$0]) : old[$0]
            }
            texts.append(words[0] + zip(numbers, words.dropFirst()).map { $0 + $1 }.joined())
            (followers[last], last) = (place, place)
            now[place] = used + [numbers]
        }
        before.merge(now) { $1 }
        return texts
    }

    /// Markup that was written as a block.
    public mutating func markup(_ block: String) -> String { "<" + texts(block).joined(separator: "<") }
}

/// A page with the explanations of its cells where its script puts them.
public func withTips(_ html: String) -> String {
    let pieces = html.components(separatedBy: "<table ")
    return pieces.dropFirst().reduce(pieces[0]) { $0 + "<table " + tableWithTips($1) }
}

private func tableWithTips(_ rest: String) -> String {
    guard let tag = rest.firstIndex(of: ">").map({ String(rest[..<$0]) }),
        let words = attribute("data-words", " " + tag),
        let codes = attribute("data-tips", " " + tag)?.components(separatedBy: "|"),
        let end = rest.range(of: "</table>")
    else { return rest }
    var book = PatternTexts(words.components(separatedBy: "|"))
    var rows = rest[..<end.lowerBound].components(separatedBy: "<tr>")
    let heads = texts(rows[1], between: "<th scope=\"col\"")
    let height = rows.count - 2
    // Each row's pieces end before a field; fields of a row stand in the order of its columns.
    for (place, code) in codes.enumerated() where code != "-" {
        var fields = rows[2 + place % height].components(separatedBy: "<td ")
        let column = place / height + 1
        let small = texts(fields[column], between: "<small").first ?? ""
        let title = texts(fields[0], between: "<th scope=\"row\"").first ?? ""
        let tip = book.texts(code)[0].map {
            $0 == "@" ? title : $0 == "$" ? heads[column] : $0 == "~" ? small : String($0)
        }
        fields[column] =
            "data-tip=\"" + tip.joined().replacingOccurrences(of: "\n", with: "&#10;") + "\" " + fields[column]
        rows[2 + place % height] = fields.joined(separator: "<td ")
    }
    return rows.joined(separator: "<tr>") + rest[end.lowerBound...]
}

/// The texts of elements that begin so, as they stand in the markup.
private func texts(_ markup: String, between start: String) -> [String] {
    markup.components(separatedBy: start).dropFirst().map { piece in
        String(piece[piece.index(after: piece.firstIndex(of: ">")!)...].prefix { $0 != "<" })
    }
}
