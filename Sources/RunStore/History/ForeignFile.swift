#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension RunHistory {
    /// Throws when the file at `path` never was a history: it is not empty, and neither its name nor its first bytes are those of
    /// a database. A damaged history is set aside; somebody's prices must not be, for a slip in an option.
    static func expectHistory(_ path: String) throws(HistoryError) {
        guard !namesOfDatabases.contains(where: path.hasSuffix), let head = head(of: path), !head.isEmpty,
            !head.starts(with: magic)
        else { return }
        throw HistoryError(
            .foreign, "\(path) is no history of runs, so it is left alone", hint: "choose another file with --store")
    }

    private static let namesOfDatabases = [".sqlite", ".sqlite3", ".db"]

    /// What every database of SQLite 3 begins with (its file format, section 1.3).
    private static let magic = Array("SQLite format 3\0".utf8)

    /// The first bytes of a file; nil for what cannot be read or is no file.
    private static func head(of path: String) -> [UInt8]? {
        // A pipe that nobody writes into would wait for ever.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { _ = closed(file) }
        var bytes = [UInt8](repeating: 0, count: magic.count)
        let count = read(file, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}

// The name of the call is that of a function above.
private func closed(_ file: Int32) -> Int32 { close(file) }
