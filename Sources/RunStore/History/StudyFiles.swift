import GRDB
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension RunHistory {
    /// The study file that a study's name belongs to: that of the newest run of the name that has one. As ``reference(to:)``
    /// gives it; nil when nobody has the name yet.
    public func studyFile(of study: String) throws(StoreError) -> String? {
        try reading { db in
            try String.fetchOne(
                db, sql: "SELECT study_file FROM runs WHERE study = ? AND study_file <> '' ORDER BY id DESC LIMIT 1",
                arguments: [study])
        }
    }

    /// What the history calls a study file: its path from the history's folder, so that both may be moved together. Links are
    /// looked up.
    public func reference(to path: String) -> String {
        let (own, other) = (parts(folder), parts(path))
        let common = zip(own, other).prefix { $0 == $1 }.count
        let up = [Substring](repeating: "..", count: own.count - common)
        return (up + other[common...]).joined(separator: "/")
    }

    /// The path, from the root, of a file that ``reference(to:)`` named.
    public func resolved(_ reference: String) -> String { absolute(realPath(folder) + "/" + reference) }

    private func parts(_ path: String) -> [Substring] { realPath(path).split(separator: "/") }

    /// The price histories of a study, each as it was in the newest run that read it.
    public func lastJobs(study: String) throws(StoreError) -> [StoredJob] {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT jobs.*, max(runs.id) FROM jobs JOIN runs ON runs.id = jobs.run
                    WHERE runs.study = ? AND NOT is_failed AND bars IS NOT NULL GROUP BY jobs.asset
                    """, arguments: [study])
            return try rows.map(StoredJob.init(row:))
        }
    }

    /// The earliest first bar that each price history of a study had in any run that is known.
    public func beginnings(study: String) throws(StoreError) -> [String: UTCInstant] {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT jobs.asset, min(jobs.first_ms) AS first_ms FROM jobs JOIN runs ON runs.id = jobs.run
                    WHERE runs.study = ? AND NOT is_failed AND jobs.first_ms IS NOT NULL GROUP BY jobs.asset
                    """, arguments: [study])
            var found: [String: UTCInstant] = [:]
            for row in rows {
                let (asset, first): (String, Int64) = (row["asset"], row["first_ms"])
                found[asset] = UTCInstant(milliseconds: first)
            }
            return found
        }
    }
}

/// The path from the root with links looked up; as it stands where it does not exist.
private func realPath(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return absolute(path) }
    defer { free(found) }
    return String(cString: found)
}
