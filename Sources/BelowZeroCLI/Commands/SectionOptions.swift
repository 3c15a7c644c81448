import ArgumentParser
import StressBasics
import StressPipeline
import StressReport

/// `--text` and `--csv` of commands that write pages: what the sections say, in another form.
struct SectionOptions: ParsableArguments {
    @Flag(help: "Print what the sections of the pages say instead; with --json an object a section.")
    var text = false

    @Flag(
        help:
            "Write the tables of the sections instead, a CSV each, with the exact numbers behind the words; tables.csv names them."
    )
    var csv = false

    func validate() throws {
        if text, csv { throw ValidationError("--text prints and --csv writes: choose one of them") }
    }

    /// Prints the sections, as `--text` asks.
    func print(_ sections: PageSections, _ common: CommonOptions) throws {
        if common.json { return try Console.print(sections.json) }
        try StandardOutput.write(sections.text(common.style))
    }

    /// Writes the tables of the sections to a folder, as `--csv` asks.
    ///
    /// - Parameter source: what they are of, in words.
    func write(_ sections: PageSections, of source: String, to folder: NewFolder, _ common: CommonOptions) throws {
        let files = sections.files
        try folder.write(files)
        if common.json {
            let names = JSONValue.list(files.map { .text($0.path) })
            return try Console.print(JSONValue.object([("folder", .text(folder.path)), ("files", names)]).line)
        }
        try Console.print("Wrote \(visibleText(folder.path)) (\(files.count) files) from \(visibleText(source))")
        try Console.print("Next: \(visibleText(shellQuoted(folder.path + "/tables.csv"))) says what is in each")
    }
}
