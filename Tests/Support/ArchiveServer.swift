import Foundation

/// The misbehaving archive of `misbehaving_archive.py`, running as long as this value or the test process lives.
public final class ArchiveServer: @unchecked Sendable {
    // Written once at the start; the process is only told to end.
    private let process = Process()
    private let input = Pipe()
    /// Where it listens.
    public let port: Int

    /// The one of this test process; nil when it did not start. Tests that use it need `python3`.
    public static let shared = ArchiveServer()

    private init?() {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", packageRoot + "/Tests/Support/misbehaving_archive.py"]
        process.standardInput = input
        process.standardOutput = output
        guard (try? process.run()) != nil, let port = ArchiveServer.firstLine(of: output).flatMap({ Int($0) }) else {
            return nil
        }
        self.port = port
    }

    /// What comes before the first line end; nil when the output ends without one.
    private static func firstLine(of pipe: Pipe) -> String? {
        var text = ""
        while !text.contains("\n") {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            text += String(decoding: more, as: UTF8.self)
        }
        return text.split(separator: "\n").first.map(String.init)
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// The base address of an archive that behaves as `mode` says.
    public func base(_ mode: String) -> String { "http://127.0.0.1:\(port)/\(mode)" }
}
