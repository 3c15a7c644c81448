import ArgumentParser
import StressBasics
import StudyPlan

/// What was typed, each value that begins with a minus sign put to its option: `--block -1d` becomes `--block=-1d`.
///
/// The parser takes a word that begins with a dash for an option, and would say that the value is missing instead of what is wrong with
/// it. No option of ours begins with a digit. What follows `--` is left as it is.
func withValuesBelowZero(_ words: [String]) -> [String] {
    var found: [String] = []
    for (index, word) in words.enumerated() {
        if word == "--" { return found + words[index...] }
        if isBelowZero(word), let option = found.last, isOption(option) {
            found[found.count - 1] = option + "=" + word
        } else {
            found.append(word)
        }
    }
    return found
}

/// `-1d`, `-.5`, `-20%`.
private func isBelowZero(_ word: String) -> Bool {
    let digits = word.dropFirst().drop { $0 == "." }
    return word.hasPrefix("-") && digits.first?.isASCII == true && digits.first?.isNumber == true
}

/// `--block` or `-l`, without a value of its own.
private func isOption(_ word: String) -> Bool {
    word.hasPrefix("-") && !word.contains("=") && word.contains { $0 != "-" }
}

/// A part that is typed as a fraction, `0.005`, or in percent, `0.5%`, as a study may say it.
struct TypedPart: ExpressibleByArgument {
    let value: Double
    /// Whether it was typed in percent.
    let isPercent: Bool

    init(_ value: Double) { (self.value, isPercent) = (value, false) }

    init?(argument: String) {
        isPercent = argument.hasSuffix("%")
        let digits = isPercent ? argument.dropLast().filter { $0 != " " } : argument
        guard let number = Double(digits.replacing("\u{2212}", with: "-")) else { return nil }
        // Divided, not multiplied: 0.5% and 0.005 are the same number.
        value = isPercent ? number / 100 : number
    }

    var defaultValueDescription: String { numberText(value) }

    /// Refuses what a setting does not allow, in the unit in which it was typed.
    func check(_ setting: Setting<Double>, option: String) throws {
        guard setting.allows(value) else {
            throw ValidationError("\(option) must be \(setting.rangeWords(inPercent: isPercent))")
        }
    }
}
