import DurableFiles

extension RunHistory {
    /// Throws when the file at `path` never was a history: it is not empty, and neither its name nor its first bytes are those of
    /// a database. A damaged history is set aside; somebody's prices must not be, for a slip in an option.
    static func expectHistory(_ path: String) throws(StoreError) {
        guard !namesOfDatabases.contains(where: path.hasSuffix), let head = try? firstBytes(of: path, magic.count),
            !head.isEmpty, !head.starts(with: magic)
        else { return }
        throw StoreError(
            .foreign, "\(path) is no history of runs, so it is left alone", hint: "choose another file with --store")
    }

    private static let namesOfDatabases = [".sqlite", ".sqlite3", ".db"]

    /// What every database of SQLite 3 begins with (its file format, section 1.3).
    private static let magic = Array("SQLite format 3\0".utf8)
}
