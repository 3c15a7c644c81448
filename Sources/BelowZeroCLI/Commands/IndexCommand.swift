import ArgumentParser
import Foundation
import RunStore
import StressPipeline

/// `belowzero index`: the page of all nights, written again from the history.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Write the page of all nights again from the history of runs.",
        discussion: """
            Runs write it by themselves: index.html beside the history, with a card for the headline and for each limit of \
            every study over its last 30 runs. Nothing is computed. With --json its numbers are printed as well, one object.

            EXAMPLES
              belowzero index --store Reports/belowzero.sqlite
              belowzero index --json
            """)

    @OptionGroup var place: StorePathOption
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The page to write; '-' for standard output. (default: index.html beside the history)", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var out: String?
    @OptionGroup var forcing: ForceOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let history: RunHistory
            do throws(StoreError) { history = try RunHistory(path: place.path) } catch { throw Failure(error) }
            defer { history.close() }
            let index = NightsIndex(history: history)
            if out == StandardOutput.name {
                if common.json { throw StandardOutput.noJSON("the page") }
                return try StandardOutput.write(try index.page().html)
            }
            let path = out ?? index.path
            let page = try index.write(to: path, force: forcing.force)
            if common.json { try Console.print(page.json) }
            common.console.say("Wrote \(path)")
        }
    }
}
