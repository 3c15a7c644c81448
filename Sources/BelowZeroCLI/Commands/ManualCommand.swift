import ArgumentParser
import Foundation
import StressPipeline

/// `belowzero manual`, for `make install`: the manual page, made of the same texts as `--help`.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print the manual page, for: make install", shouldDisplay: false)

    func run() throws {
        let help = try JSONDecoder().decode(Help.self, from: Data(BelowZero._dumpHelp().utf8))
        try Console.print(ManualPage(program: help.command, version: programVersion).text)
    }
}

/// What the argument parser tells of a command; the parts that a page needs.
private struct Help: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let abstract, discussion: String?
        let arguments: [Argument]?
        let subcommands: [Command]?
        let shouldDisplay: Bool?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind, name: String
        }
        let kind: String
        let names: [Name]?
        let valueName, abstract, defaultValue: String?
        let isOptional, isRepeating, shouldDisplay: Bool

        /// `--out`, `-o`, in this order.
        var spellings: [String] { (names ?? []).map { ($0.kind == "short" ? "-" : "--") + $0.name } }
    }
}

/// A page in man(7) macros.
private struct ManualPage {
    let program: Help.Command
    let version: String

    var text: String {
        let commands = (program.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        let lines =
            [
                ".TH BELOWZERO 1 \"\" \"BelowZero \(version)\" \"User Commands\"", ".SH NAME",
                "belowzero \\- \(escaped(program.abstract ?? ""))", ".SH SYNOPSIS", ".B belowzero",
                "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]", ".SH DESCRIPTION",
            ] + paragraphs(program.discussion) + [".SH COMMANDS"] + commands.flatMap(section) + [
                ".SH FILES", ".TP", ".I Reports/NAME/TIME/", "A run: pages, tables, summary.json, run.json.", ".TP",
                ".I ../share/belowzero",
                "Beside the program's folder: venue profiles, the default study and its samples.",
                ".SH ENVIRONMENT", ".TP", ".B BELOWZERO_CACHE", "Folder for what was read and computed before.", ".TP",
                ".B BELOWZERO_DATA", "Folder with the program's data, instead of the one beside it.", ".TP",
                ".B SOURCE_DATE_EPOCH", "Pins the clock that pages and manifests show, in seconds since 1970.",
            ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// A command, and those below it.
    private func section(_ command: Help.Command) -> [String] { section(command, named: command.commandName) }

    private func section(_ command: Help.Command, named name: String) -> [String] {
        let arguments = (command.arguments ?? []).filter(\.shouldDisplay)
        let words = arguments.filter { $0.kind == "positional" || !$0.isOptional && $0.kind == "option" }.map(usage)
        let below = (command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        return [".SS \"belowzero \(name)\""] + paragraphs(command.abstract)
            + [
                ".PP",
                "\\fBbelowzero \(name)\\fR \((words + ["[\\fIOPTIONS\\fR]"]).joined(separator: " "))",
            ]
            + paragraphs(command.discussion) + arguments.flatMap(item)
            + below.flatMap { section($0, named: "\(name) \($0.commandName)") }
    }

    private func usage(_ argument: Help.Argument) -> String {
        let value = "\\fI\(escaped(argument.valueName ?? ""))\\fR"
        let word = argument.kind == "positional" ? value : "\\fB\(escaped(argument.spellings[0]))\\fR \(value)"
        return (argument.isOptional ? "[\(word)]" : word) + (argument.isRepeating ? "..." : "")
    }

    private func item(_ argument: Help.Argument) -> [String] {
        let value = argument.kind == "flag" ? "" : "\\fI\(escaped(argument.valueName ?? ""))\\fR"
        let names = argument.spellings.map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
        var meaning = argument.abstract ?? ""
        if let standard = argument.defaultValue, !standard.isEmpty { meaning += " (default: \(standard))" }
        let head = [names, value].filter { !$0.isEmpty }.joined(separator: " ")
        return [".TP", head, escaped(meaning)]
    }

    /// Paragraphs as they stand; indented ones, such as examples, line by line.
    private func paragraphs(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: "\n\n").flatMap { (paragraph: Substring) -> [String] in
            let lines: [String] = paragraph.split(separator: "\n").map { escaped(String($0)) }
            return lines.count == 1 ? [".PP"] + lines : [".PP", ".nf"] + lines + [".fi"]
        }
    }

    /// Text in which nothing is a macro: no line begins with a control character, no hyphen becomes a typographic one.
    private func escaped(_ text: String) -> String {
        let body = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return body.hasPrefix(".") || body.hasPrefix("'") ? "\\&" + body : body
    }
}
