import DurableFiles

/// The link in a study's folder that points at its newest whole run.
public enum LatestLink {
    /// Its name.
    public static let name = "latest"

    /// Points `latest` in a study's folder at the newest whole run there, by one rename.
    ///
    /// The newest is the last by ``RunName`` of the folders that hold a `run.json`: names are UTC times, so that no clock is asked.
    /// Without any whole run nothing is changed.
    ///
    /// - Returns: the name that `latest` points at now; nil when there is no whole run.
    /// - Throws: ``StoreError`` when something that is not a link has the name, or the link cannot be made.
    @discardableResult
    public static func update(in folder: String) throws(StoreError) -> String? {
        guard let newest = newestRun(in: folder) else { return nil }
        let path = "\(folder)/\(name)"
        if target(in: folder) == newest { return newest }
        let kind = PathKind(path)
        guard kind == .link || kind == .nothing else {
            throw StoreError(.cannotCreate, "\(path) is not a link of ours", hint: "move it away")
        }
        try storing(FileCalls.system.replaceLink(path, to: newest))
        try storing(FileCalls.system.syncFolder(folder))
        return newest
    }

    /// What `latest` in a study's folder points at, as it is written in the link; nil when there is no link.
    public static func target(in folder: String) -> String? { linkTarget("\(folder)/\(name)") }

    static func newestRun(in folder: String) -> String? {
        namesInFolder(folder).compactMap(RunName.init).filter { isWholeRun("\(folder)/\($0.text)") }.max()?.text
    }

    /// Whether a path is a folder, not a link to one, with a manifest in it.
    static func isWholeRun(_ path: String) -> Bool {
        PathKind(path) == .folder && PathKind("\(path)/run.json") == .file
    }
}
