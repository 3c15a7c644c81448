import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressPipeline

/// Where the history of runs stands, and how long to wait for another run.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The history of runs. (default: BELOWZERO_STORE, or Reports/belowzero.sqlite for runs without --out)",
            valueName: "file"),
        completion: .file(extensions: ["sqlite"]))
    var store: String?

    @Flag(help: "Let this study have a name that belongs to another study file in the history.")
    var takeOver = false

    @Flag(help: "Leave the history of runs alone: no lock, no record, no drift limits, no pruning.")
    var noStore = false

    @Option(help: ArgumentHelp("How long to wait for another run to end before giving up.", valueName: "duration"))
    var wait = "10m"

    /// Where the history stands unless told otherwise: in the folder that runs are written to.
    static let defaultPath = "Reports/belowzero.sqlite"

    /// The file that the environment asks for.
    private static var ofEnvironment: String? {
        ProcessInfo.processInfo.environment["BELOWZERO_STORE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Where the history of a run without options stands.
    static var usualPath: String { ofEnvironment ?? defaultPath }

    /// The file that was asked for; nil when nobody did.
    private var chosen: String? { store ?? StoreOptions.ofEnvironment }

    /// The store of a run; nil when it is to have none. A run with a folder of its own enters the history only when one is
    /// named: nothing is written where nobody asked.
    func path(out: String?) -> String? {
        noStore || out == "-" ? nil : chosen ?? (out == nil ? StoreOptions.defaultPath : nil)
    }

    /// The store of a sweep: only one that is named on its command line.
    func sweepPath(out: String?) -> String? { noStore || out == "-" ? nil : store }

    func patience() throws -> TimeSpan {
        guard wait != "0" else { return .seconds(0) }
        guard let span = TimeSpan(wait) else {
            throw Failure(.usage, "cannot read --wait '\(wait)'", hint: "write 0, 30s, 10m or 2h")
        }
        return span
    }

    func validate() throws {
        try StandardOutput.refuse(store, for: "--store", because: "it is a database")
        if noStore, store != nil { throw ValidationError("--store and --no-store exclude each other") }
    }
}

/// The store that `history` and `store` look at.
struct StorePathOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The history of runs. (default: BELOWZERO_STORE, or Reports/belowzero.sqlite)", valueName: "file"),
        completion: .file(extensions: ["sqlite"]))
    var store: String?

    func validate() throws { try StandardOutput.refuse(store, for: "--store", because: "it is a database") }

    var path: String {
        store ?? StoreOptions.usualPath
    }

    /// Opens the store. One that is lost or damaged is rebuilt from the run folders, unless nothing is there at all.
    func open(console: Console) throws -> RunHistory {
        do throws(StoreError) {
            return try RunHistory(path: path)
        } catch {
            guard error.reason == .missing || error.reason == .damaged else { throw Failure(error) }
            let folder = RunHistory.folder(of: path)
            if error.reason == .missing, !RunHistory.hasRunFolders(in: folder) {
                throw Failure(.noInput, error.message, hint: "it is made by the first 'belowzero run'")
            }
            let owner = "process \(ProcessInfo.processInfo.processIdentifier), repairing the store"
            return try HeldLock.take(folder, owner: owner) { () throws -> RunHistory in
                do throws(StoreError) {
                    return try RunHistory.openRepairing(path: path) { console.warn($0) }
                } catch {
                    throw Failure(error)
                }
            }
        }
    }
}

extension HeldLock {
    /// Does something under the lock, at once or not at all.
    static func take<T>(_ folder: String, owner: String, _ body: () throws -> T) throws -> T {
        let lock: HeldLock
        do throws(FolderLock.Refusal) {
            lock = HeldLock(try FolderLock(folder: folder, owner: owner), hasWaited: false)
        } catch {
            throw Failure(error, folder: folder, hint: "try again when it is done")
        }
        return try withExtendedLifetime(lock) { try body() }
    }
}

extension Failure {
    init(_ refusal: FolderLock.Refusal, folder: String, hint: String) {
        switch refusal {
        case .held(let owner):
            self.init(
                .tryAgain, "another run is at work in \(folder)\(owner.isEmpty ? "" : " (\(owner))")", hint: hint)
        case .unusable(let words):
            self.init(.cannotCreate, words, hint: "check the folder's permissions, or use --no-store")
        }
    }
}
