import RunStore
import StressEngine
import StressPipeline
import StressReport

/// A folder of several files that a command makes, whole or not at all. What stands in its place already is left alone.
struct NewFolder {
    let path: String
    let interruption: Interruption

    /// The files that `write` puts in it.
    func write(_ write: (borrowing RunFolder) throws -> Void) throws {
        do {
            var folder = try RunFolder(at: path)
            try interruption.during { try write(folder) }
            interruption.setFarewell { [path] in Failure($0.code, "stopped, but \(path) is whole") }
            try folder.publish()
        } catch let error as StoreError {
            throw Failure(error)
        }
    }

    /// These files, once the disk has room for all of them.
    func write(_ files: [ReportFile]) throws {
        try write { folder in
            try folder.checkSpace(for: files.map { ($0.path, $0.contents.utf8.count) })
            for file in files {
                if interruption.control.isCancelled { throw RunCancelled() }
                try folder.write(file.contents, to: file.path)
            }
        }
    }
}
