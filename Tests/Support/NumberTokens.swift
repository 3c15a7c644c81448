import Foundation

/// A number as a page shows it.
struct NumberToken {
    /// Digits as they stand, without sign.
    var text: String
    var value: Double
    let decimals: Int
    /// `<`, `≤`, `>`, `−` or empty.
    let sign: String
    /// `%`, `×`, `h`, `d`, `min`, `s`, `kB` …, or empty.
    let unit: String
    /// Whether it is a date or a date with its time.
    var isTime = false

    static func all(in text: String) -> [NumberToken] {
        var (tokens, rest) = ([NumberToken](), text)
        if text.utf8.allSatisfy({ $0 < 0x80 && !(0x30...0x39).contains($0) }) { return [] }
        // Dates first: their parts are no numbers of their own.
        while let range = dateExpression.first(in: rest) {
            let text = String(rest[range].prefix(16)).replacingOccurrences(of: "T", with: " ")
            tokens.append(NumberToken(text: text, value: 0, decimals: 0, sign: "", unit: "", isTime: true))
            rest.replaceSubrange(range, with: " ; ")
        }
        let expression = NumberToken.expression
        let whole = NSRange(rest.startIndex..., in: rest)
        for match in expression.matches(in: rest, range: whole) {
            func part(_ index: Int) -> String { Range(match.range(at: index), in: rest).map { String(rest[$0]) } ?? "" }
            let digits = part(2)
            guard let value = Double(digits) else { continue }
            let decimals = digits.contains("e") ? 0 : digits.split(separator: ".").dropFirst().first?.count ?? 0
            tokens.append(
                NumberToken(text: digits, value: value, decimals: decimals, sign: part(1), unit: part(3)))
        }
        return tokens
    }

    private static let expression: NSRegularExpression = {
        let pattern =
            "(?<![\\p{L}\\p{N}_.:/#-])([<>≤≈−+±×-]?)\\s?(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)(?![\\p{L}\\p{N}_:]|\\.\\d)"
            + "\\s?(%|×|hours?|days?|minutes?|seconds?|min|h|d|s|kB|MB|GB|B|bn|M|T|years?)?(?![\\p{L}])"
        return try! NSRegularExpression(pattern: pattern)
    }()

    /// What the shown number may be of, in its own unit: half of its last digit to each side.
    var range: ClosedRange<Double> {
        let half = 0.5 * pow(10, -Double(decimals)) * (1 + 1e-9) + value * 1e-12
        return (value - half)...(value + half)
    }

    /// What an amount of money may be of: three digits are shown of it.
    var moneyRange: ClosedRange<Double> {
        guard value > 0 else { return 0...0 }
        let half = 0.5 * pow(10, (log10(value) + 1e-12).rounded(.down) - 2) * (1 + 1e-9) + value * 1e-12
        return (value - half)...(value + half)
    }

    /// What a bound may be of: it is rounded up.
    var boundRange: ClosedRange<Double> {
        let step = pow(10, -Double(decimals)) * (1 + 1e-9) + value * 1e-12
        return (value - step)...(value + step * 1e-6 + 1e-12)
    }
}
