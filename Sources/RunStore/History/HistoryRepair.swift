import DurableFiles
import GRDB
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension RunHistory {
    private static var files: FileCalls { .system }

    /// Opens the store at `path`; builds it from the run folders beside it when it is absent, and when it is damaged after
    /// setting the damaged file aside. Call it with the folder's ``FolderLock``.
    ///
    /// - Parameter say: told what was repaired, in sentences.
    /// - Throws: ``StoreError``; a store of a newer program or of another one, and what never was a store, is left as it is.
    public static func openRepairing(path: String, say: (String) -> Void) throws(StoreError) -> RunHistory {
        do {
            return try RunHistory(path: path)
        } catch {
            switch error.reason {
            case .missing: break
            case .damaged:
                let aside = try setAside(path, as: "corrupt")
                say("\(error.message); set aside as \(aside)")
            default: throw error
            }
        }
        return try build(at: path, say: say)
    }

    /// Makes a store from the run folders, under another name until it is whole.
    private static func build(at path: String, say: (String) -> Void) throws(StoreError) -> RunHistory {
        do throws(FileError) {
            try files.makeFolders(splitPath(path).parent)
        } catch {
            throw .ofHistory(error)
        }
        let temporary = temporaryPath(for: path)
        removeDatabase(temporary)
        do {
            let fresh = try RunHistory(path: temporary, create: true)
            // Folders are found beside the final path, which is the same folder.
            let count = try fresh.adoptFolders(say: say)
            fresh.close()
            try expectFolded(temporary, path)
            if count > 0 { say("rebuilt \(path) from \(count == 1 ? "1 run folder" : "\(count) run folders")") }
        } catch {
            removeDatabase(temporary)
            throw error
        }
        try putInPlace(temporary, path)
        return try RunHistory(path: path)
    }

    /// Throws when the log could not be folded into a database that is going to have another name, under which nobody would find it.
    private static func expectFolded(_ temporary: String, _ path: String) throws(StoreError) {
        guard exists(temporary + "-wal") else { return }
        throw StoreError(
            .inputOutput, "cannot write \(path): its log could not be folded into it", hint: "free some space")
    }

    private static func putInPlace(_ temporary: String, _ path: String) throws(StoreError) {
        // The log of a database that was lost would be played into the new one.
        for ending in ["-wal", "-shm"] where exists(path + ending) { files.remove(path + ending) }
        do throws(FileError) {
            try files.move(temporary, to: path)
        } catch {
            removeDatabase(temporary)
            throw StoreError(.inputOutput, "cannot create \(path): \(error.words)")
        }
        do throws(FileError) {
            try files.syncFolder(splitPath(path).parent)
        } catch {
            throw .ofHistory(error)
        }
    }

    private static func removeDatabase(_ path: String) {
        for ending in ["", "-wal", "-shm", "-journal"] { files.remove(path + ending) }
    }

    /// Gives the file and its log another name, `<path>.<word>-<n>` with the first number that is free.
    private static func setAside(_ path: String, as word: String) throws(StoreError) -> String {
        guard let aside = (1...9999).lazy.map({ "\(path).\(word)-\($0)" }).first(where: { !exists($0) }) else {
            throw StoreError(.inputOutput, "\(path) is damaged, and so are 9999 others set aside before it")
        }
        do throws(FileError) {
            try files.move(path, to: aside)
        } catch {
            throw StoreError(.inputOutput, "cannot set \(path) aside: \(error.words)")
        }
        for ending in ["-wal", "-shm"] where exists(path + ending) {
            try? files.move(path + ending, to: aside + ending)
        }
        return aside
    }

    // MARK: Run folders

    /// The folder of the store at `path`.
    public static func folder(of path: String) -> String { splitPath(path).parent }

    /// Whether there are whole runs below a folder.
    public static func hasRunFolders(in folder: String) -> Bool { !runFolders(in: folder).isEmpty }

    /// Where a run's folder stands.
    public func location(of folder: String) -> String { folder.hasPrefix("/") ? folder : "\(self.folder)/\(folder)" }

    /// What the store calls the folder at `path`: relative to the store's folder when it lies inside, else from the root.
    public func name(of path: String) -> String {
        let (own, other) = (absolute(folder), absolute(path))
        return other.hasPrefix(own + "/") ? String(other.dropFirst(own.count + 1)) : other
    }

    /// Records every whole run folder beside the store that it does not know: `<study>/<run>` with a manifest that names
    /// that study. This is how a run that was published in the moment of a crash enters the history.
    ///
    /// - Returns: how many.
    @discardableResult
    public func adoptFolders(say: (String) -> Void) throws(StoreError) -> Int {
        let known = Set(try folders())
        var count = 0
        for name in runFolders() where !known.contains(name) {
            if try adopt(name, say: say) { count += 1 }
        }
        return count
    }

    /// Records the run of a folder that the store does not know, when it asks to be recorded. Says so when it cannot be read.
    private func adopt(_ name: String, say: (String) -> Void) throws(StoreError) -> Bool {
        do {
            guard try RunRecord.wantsHistory(folder: location(of: name)) else { return false }
            let record = try RunRecord(folder: location(of: name), named: name)
            guard name.hasPrefix(record.run.study + "/") else { return false }
            try self.record(record)
            return true
        } catch  where error.reason == .badFolder {
            say("left out a run folder: \(error.message)")
            return false
        }
    }

    /// Reads every run folder again and forgets the runs whose folder is gone. Failed runs, which have none, stay.
    ///
    /// - Returns: how many runs have a folder, and how many were forgotten.
    public func rebuild(say: (String) -> Void) throws(StoreError) -> (runs: Int, forgotten: Int) {
        let old = try runs().filter { $0.folder != nil }
        let gone = old.filter { !LatestLink.isWholeRun(location(of: $0.folder ?? "")) }
        try forget(gone.map(\.id))
        let known = old.filter { !gone.contains($0) }.reversed().compactMap(\.folder)
        let (found, isKnown) = (runFolders(), Set(known))
        let isFound = Set(found)
        // Oldest first: of runs that began in the same second the one recorded last counts as the newest.
        for name in known.filter({ !isFound.contains($0) }) + found {
            if isKnown.contains(name) {
                try readAgain(name, say: say)
            } else {
                _ = try adopt(name, say: say)
            }
        }
        try writing { try HistoryWriter(db: $0).forgetUnusedFiles() }
        return (try folders().count, gone.count)
    }

    /// Records the run of a known folder anew. Says so when it cannot be read, and leaves what was recorded.
    private func readAgain(_ name: String, say: (String) -> Void) throws(StoreError) {
        do {
            try record(try RunRecord(folder: location(of: name), named: name))
        } catch  where error.reason == .badFolder {
            say("kept as it was recorded: \(error.message)")
        }
    }

    func folders() throws(StoreError) -> [String] {
        try reading { try String.fetchAll($0, sql: "SELECT folder FROM runs WHERE folder IS NOT NULL") }
    }

    /// Names of the whole run folders below the store's folder, `<study>/<run>`, those of a study in the order in which they were
    /// made: runs of the same second enter the history in it. Links are not followed.
    func runFolders() -> [String] { RunHistory.runFolders(in: folder) }

    private static func runFolders(in folder: String) -> [String] {
        namesInFolder(folder).filter { !$0.hasPrefix(".") && PathKind("\(folder)/\($0)") == .folder }.flatMap { study in
            runsInOrder(namesInFolder("\(folder)/\(study)")).filter {
                !$0.hasPrefix(".") && LatestLink.isWholeRun("\(folder)/\(study)/\($0)")
            }.map { "\(study)/\($0)" }
        }
    }
}

/// The path from the root, without `.`, `..` and empty parts. Links are not looked up.
func absolute(_ path: String) -> String {
    var whole = path
    if !path.hasPrefix("/"), let buffer = getcwd(nil, 0) {
        whole = String(cString: buffer) + "/" + path
        free(buffer)
    }
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}
