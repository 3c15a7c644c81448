import ArgumentParser
import StressBasics
import StressPipeline

/// Why the first words cannot be a command: one stands where a command must that is none. Nil when all is well.
///
/// The parser would count the words that it did not expect, and name neither the commands nor the one that was meant.
func unknownCommand(_ words: [String], of command: any ParsableCommand.Type = BelowZero.self) -> Failure? {
    let commands = command.configuration.subcommands
    guard !commands.isEmpty, let word = words.first, !word.hasPrefix("-"), word != "help" else { return nil }
    let names = commands.map { $0._commandName }
    if let place = names.firstIndex(of: word) { return unknownCommand(Array(words.dropFirst()), of: commands[place]) }
    return Failure(
        .usage, "there is no command '\(SourceLocation.presentable(word))'",
        hint: didYouMean(word, among: names, rest: "the commands are \(names.joined(separator: ", "))"))
}

/// Help whose indented lines, examples and names with what they are, go on below their own beginning: the parser breaks them at the
/// margin. What is no help, a version or a completion script, is left as it is. O(length).
func withHangingIndents(_ help: String) -> String {
    guard ["OVERVIEW: ", "USAGE: "].contains(where: help.hasPrefix) else { return help }
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    // As long as the parser lets lines be; it does not break the usage.
    let width = lines.filter { !$0.hasPrefix("USAGE: ") }.map(\.count).max() ?? 0
    var found: [String] = []
    var isIndented = false
    for line in lines {
        if isIndented, let first = line.first, first != " " {
            found[found.count - 1] += " " + line
        } else {
            isIndented = line.first == " "
            found.append(String(line))
        }
    }
    return found.map { $0.count > width ? broken($0, width: width) : $0 }.joined(separator: "\n")
}

/// The line in lines of at most `width` characters, where words allow it, those after the first two further in.
private func broken(_ line: String, width: Int) -> String {
    let start = String(line.prefix { $0 == " " })
    let words = line.dropFirst(start.count).split(separator: " ", omittingEmptySubsequences: false)
    var (lines, last) = ([String](), start + (words.first ?? ""))
    for word in words.dropFirst() {
        if last.count + 1 + word.count > width {
            lines.append(last)
            last = start + "  " + word
        } else {
            last += " " + word
        }
    }
    return (lines + [last]).joined(separator: "\n")
}
