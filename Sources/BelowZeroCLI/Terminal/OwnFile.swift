import ArgumentParser
import DurableFiles
import Foundation
import RunStore
import StressBasics
import StressPipeline

/// A kind of file that commands write where a user says, again and again: they replace what this program wrote, and leave
/// alone what it did not.
struct OwnFile {
    /// How a file of the kind is called in messages.
    let name: String
    /// What stands in every file of the kind and in hardly any other.
    let mark: String
    /// Files of the kind have the mark in so many bytes.
    let within: Int

    /// A page with our name in its head.
    static let page = OwnFile(name: "page", mark: "content=\"BelowZero ", within: 4096)
    /// The body of a mail, which has no head.
    static let mail = OwnFile(
        name: "mail body", mark: "All figures and charts: index.html of the run.", within: 1 << 17)
    /// The table of a backtest.
    static let backtest = OwnFile(name: "table of a backtest", mark: ",year,past_entries_count,", within: 4096)
    /// The table of a ledger.
    static let ledger = OwnFile(
        name: "table of a ledger", mark: ",platform,class,entries_count,unprotected_count,", within: 4096)
    /// The table of simulated futures.
    static let simulated = OwnFile(
        name: "table of simulated futures", mark: ",volatility_law,paths_count,", within: 4096)
    /// Metrics of a run.
    static let metrics = OwnFile(name: "metrics file", mark: "# HELP belowzero_", within: 4096)

    /// Throws, before anything is computed, when a file of the kind cannot go to `path`: `-` is standard output, which JSON has for
    /// itself.
    func expectPlace(_ path: String?, force: Bool, isJSON: Bool) throws {
        guard let path else { return }
        if path == StandardOutput.name {
            if isJSON { throw StandardOutput.noJSON("the \(name)") }
        } else if let objection = refusal(to: path, force: force) {
            throw objection
        }
    }

    /// Why nothing can be written to `path`, to be asked before anything is computed: a folder that is not there is not made, because it
    /// is likelier mistyped; nil when nothing is against it.
    func refusal(to path: String, force: Bool) -> Failure? {
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: parent) else {
            return Failure(
                .cannotCreate, "there is no folder for \(path)", hint: "make it first, or choose another path")
        }
        return force ? nil : objection(to: path)
    }

    /// Why the file at `path` must not be replaced; nil when it may: there is none, it is empty, or it is ours.
    func objection(to path: String) -> Failure? {
        guard let target = FileFacts(path, followsLinks: true) else { return nil }
        if target.kind == .folder { return Failure(.cannotCreate, "\(path) is a folder", hint: "name a file in it") }
        guard [.file, .link].contains(PathKind(path)) else {
            return Failure(.cannotCreate, "\(path) is not a file", hint: "choose another path")
        }
        // A link to a device or a pipe must not be opened: it would wait for somebody.
        if target.kind == .file, let head = try? firstBytes(of: path, within) {
            if head.isEmpty || Data(head).range(of: Data(mark.utf8)) != nil { return nil }
        }
        return Failure(
            .cannotCreate, "\(path) is not a \(name) of this program, so it is left alone",
            hint: "move it away, choose another path, or replace it with --force where the command has that")
    }

    /// Writes a file of the kind where the user says: `-` is standard output, and what is anywhere else is said to be there.
    func write(_ text: String, to path: String, force: Bool, console: Console) throws {
        if path == StandardOutput.name { return try StandardOutput.write(text) }
        try write(text, to: path, force: force)
        console.say("Wrote \(path)")
    }

    /// Writes a file of the kind, whole or not at all.
    ///
    /// - Parameter force: whether whatever file is there is replaced.
    func write(_ text: String, to path: String, force: Bool = false) throws(Failure) {
        if !force, let objection = objection(to: path) { throw objection }
        do throws(StoreError) { try replaceWholeFile(text, at: path) } catch { throw Failure(error) }
    }
}

/// `--force`, for commands that write a file where the user says.
struct ForceOption: ParsableArguments {
    @Flag(help: "Replace the file that is to be written even when this program did not write it.")
    var force = false
}
