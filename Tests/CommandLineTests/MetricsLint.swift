/// The text exposition format, read strictly: what promtool's `check metrics` would complain about is an error here.
struct MetricsLint {
    /// A sample: name, labels and value.
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var problems: [String] = []
    private var helps: Set<String> = []
    private var types: [String: String] = [:]
    private var finished: Set<String> = []
    private var current = ""

    init(_ text: String) {
        if !text.hasSuffix("\n") { problems.append("the last line has no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { read(String(line)) }
        lintNames()
    }

    /// The value of the sample with these labels among its own; nil when there is none or several.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func read(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        switch words.first {
        case "#" where words.count == 4 && words[1] == "HELP":
            enter(words[2])
            if !helps.insert(words[2]).inserted { problems.append("\(words[2]): two HELP lines") }
            if words[3].isEmpty { problems.append("\(words[2]): empty help") }
        case "#" where words.count == 4 && words[1] == "TYPE":
            enter(words[2])
            if types.updateValue(words[3], forKey: words[2]) != nil { problems.append("\(words[2]): two TYPE lines") }
            if samples.contains(where: { $0.name == words[2] }) { problems.append("\(words[2]): TYPE after samples") }
            if words[3] != "gauge" { problems.append("\(words[2]): \(words[3])") }
        case "#": problems.append("a comment: \(line)")
        default: readSample(line)
        }
    }

    /// The lines of a metric stand together.
    private mutating func enter(_ name: String) {
        if name == current { return }
        finished.insert(current)
        if finished.contains(name) { problems.append("\(name): in two places") }
        current = name
    }

    private mutating func readSample(_ line: String) {
        var rest = Substring(line)
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                guard let (label, value) = readLabel(&rest) else { return problems.append("bad labels: \(line)") }
                if labels.updateValue(value, forKey: label) != nil { problems.append("label twice: \(line)") }
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        // A second word would be a time stamp, which the textfile collector refuses.
        guard rest.first == " ", let value = Double(rest.dropFirst()) else {
            return problems.append("no value: \(line)")
        }
        enter(name)
        if types[name] == nil || !helps.contains(name) { problems.append("\(name): without HELP and TYPE before it") }
        if samples.contains(where: { $0.name == name && $0.labels == labels }) { problems.append("twice: \(line)") }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    private func readLabel(_ rest: inout Substring) -> (String, String)? {
        let label = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        rest = rest.dropFirst(label.count)
        guard !label.isEmpty, rest.hasPrefix("=\"") else { return nil }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return (label, value)
            case "\\":
                guard let escape = rest.popFirst(), let plain = ["n": "\n", "\\": "\\", "\"": "\""][escape] else {
                    return nil
                }
                value += plain
            case "\n": return nil
            default: value.append(character)
            }
        }
        return nil
    }

    private mutating func lintNames() {
        let units = ["milliseconds", "ms", "minutes", "hours", "h", "days", "percent", "frac", "kilobytes", "mb"]
        for name in types.keys {
            let words = name.split(separator: "_").map(String.init)
            if name != name.lowercased() { problems.append("\(name): not snake case") }
            for word in words where units.contains(word) { problems.append("\(name): \(word) is no base unit") }
            if ["total", "count", "sum", "bucket", "gauge"].contains(words.last ?? "") {
                problems.append("\(name): the ending is that of another type")
            }
            if !samples.contains(where: { $0.name == name }) { problems.append("\(name): without samples") }
        }
    }
}
