import Foundation

/// An empty folder for one test, removed with its owner.
public final class TemporaryFolder: Sendable {
    /// Where it is, with every link on the way resolved.
    public let path: String

    /// Makes the folder.
    public init() {
        let base = URL(fileURLWithPath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        path = base + "/belowzero-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
