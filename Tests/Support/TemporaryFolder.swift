import Foundation
import Synchronization

/// An empty folder for one test, removed with its owner, or with the test process when something holds on to the owner until then.
///
/// Every scratch file of the tests is made in one of these, so that a run of the suite leaves nothing in the temporary folder.
public final class TemporaryFolder: Sendable {
    /// Where it is, with every link on the way resolved.
    public let path: String
    private let subfolders = Atomic(0)

    /// Folders that still stand.
    private static let standing = Mutex<Set<String>>([])
    /// What static values hold is never let go.
    private static let removalAtExit: Void = { _ = atexit { TemporaryFolder.removeAll() } }()

    /// Makes the folder.
    public init() {
        _ = TemporaryFolder.removalAtExit
        let base = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        path = base + "/belowzero-\(UUID().uuidString)"
        TemporaryFolder.standing.withLock { [path] in _ = $0.insert(path) }
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// A new empty folder in it, for tests that need several.
    public func subfolder() throws -> String {
        let number = subfolders.add(1, ordering: .relaxed).newValue
        try FileManager.default.createDirectory(atPath: "\(path)/\(number)", withIntermediateDirectories: false)
        return "\(path)/\(number)"
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        TemporaryFolder.standing.withLock { [path] in _ = $0.remove(path) }
    }

    private static func removeAll() {
        for path in standing.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
}
