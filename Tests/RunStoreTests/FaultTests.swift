import DurableFiles
import Foundation
import StressBasics
import TestSupport
import Testing

@testable import RunStore

/// Every call by which a run is written fails once, in every way it can: the whole run is there or nothing of it, the error
/// says what kind of trouble it was, and the next run of the same name is whole.
@Suite struct FaultTests {
    private let files = [("index.html", "page"), ("reports/a.html", "another"), ("results.csv", "1,2,3\n")]
    private let key = Digest(of: "key")

    /// What a run does to the disk, from the first folder to the last name.
    private func write(_ root: String, _ calls: FileCalls) throws(StoreError) {
        let run = try UnfinishedRun(
            RunPlace(folder: root + "/a/run"), isResuming: true, about: "A test.", calls: calls)
        for job in ["job-1", "job-2"] where run.piece(job, key: key) == .absent {
            // A piece that cannot be kept costs the resuming, not the run.
            try? run.keep(job, key: key, Array(job.utf8))
            run.dropTallies(of: job)
        }
        var folder = try run.runFolder(at: root + "/a/run")
        for (path, contents) in files { try folder.write(contents, to: path) }
        try folder.publish()
    }

    private let folder = TemporaryFolder()

    private func scratch() throws -> String { try folder.subfolder() }

    private func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Whether the run stands; what stands must be whole.
    private func isThere(_ root: String, _ context: String) throws -> Bool {
        let left = names(root + "/a")
        #expect(left.allSatisfy { $0 == "run" || $0 == ".run.partial" }, "\(context): \(left)")
        guard left.contains("run") else { return false }
        for (path, contents) in files {
            #expect(try String(contentsOfFile: root + "/a/run/" + path, encoding: .utf8) == contents, "\(context)")
        }
        #expect(names(root + "/a/run") == ["index.html", "reports", "results.csv"], "\(context)")
        return true
    }

    @Test(arguments: Fault.allCases)
    func everyCallMayFail(fault: Fault) throws {
        let counter = FaultyCalls()
        let clean = try scratch()
        try write(clean, counter.layer)
        #expect(try isThere(clean, "without a fault") && names(clean + "/a") == ["run"])
        #expect(counter.calls > 40, "the layer is in use")
        for place in 0..<counter.calls {
            let root = try scratch()
            let context = "\(fault) at call \(place)"
            var thrown: StoreError?
            do throws(StoreError) { try write(root, FaultyCalls(fault, at: place).layer) } catch { thrown = error }
            let stands = try isThere(root, context)
            if thrown == nil { #expect(stands, "\(context)") }
            switch fault {
            case .interrupted, .shortWrite: #expect(thrown == nil, "\(context): \(thrown?.message ?? "")")
            case .diskFull, .deviceError, .death:
                #expect(thrown.map { $0.reason == .inputOutput } ?? true, "\(context): \(thrown?.message ?? "")")
            case .denied: #expect(thrown.map { $0.reason != .busy } ?? true, "\(context)")
            }
            if stands {
                if let thrown { #expect(thrown.message.contains("is whole"), "\(context): \(thrown.message)") }
            } else {
                try write(root, .system)
                #expect(try isThere(root, "after \(context)") && names(root + "/a") == ["run"], "\(context)")
            }
            try FileManager.default.removeItem(atPath: root)
        }
        try FileManager.default.removeItem(atPath: clean)
    }

    // MARK: Single files

    /// What a step left in its folder `x`, and the error it gave.
    private struct Left {
        var names: [String] = []
        var text: String?
        var thrown: StoreError?
    }

    /// Runs a step with every fault in a folder where `a.txt` has `old` in it, or nothing stands; what is left is the old or the
    /// new whole, the new when no error was given, and nothing else after an error.
    private func expectWhole(
        old: String?, _ step: (String, FileCalls) throws(StoreError) -> Void
    ) throws {
        let calls = try withEveryFault { calls in
            let path = try scratch() + "/x/a.txt"
            if let old { try writeWholeFile(old, to: path) }
            var left = Left()
            do throws(StoreError) { try step(path, calls) } catch { left.thrown = error }
            left.text = try? String(contentsOfFile: path, encoding: .utf8)
            left.names = names(splitPath(path).parent)
            return left
        } judge: { fault, place, left in
            let context = "\(fault) at call \(place): \(left.names) \(left.thrown?.message ?? "")"
            #expect(left.text == old || left.text == "new", "\(context)")
            if left.thrown == nil { #expect(left.text == "new", "\(context)") }
            if fault == .interrupted || fault == .shortWrite { #expect(left.thrown == nil, "\(context)") }
            if fault != .death { #expect(left.names == (left.text == nil ? [] : ["a.txt"]), "\(context)") }
            if Fault.reported.contains(fault), let thrown = left.thrown {
                #expect(fault == .denied || thrown.reason == .inputOutput, "\(context)")
            }
        }
        #expect(calls > 5, "the layer is in use")
    }

    @Test func aFileIsWrittenWholeOrNotAtAll() throws {
        try expectWhole(old: nil) { path, calls throws(StoreError) in
            try writeWholeFiles([(path, "new")], calls: calls)
        }
    }

    @Test(arguments: ["old", nil]) func aFileIsReplacedWholeOrNotAtAll(old: String?) throws {
        try expectWhole(old: old) { path, calls throws(StoreError) in
            try replaceWholeFile("new", at: path, calls: calls)
        }
    }

    @Test(arguments: ["old", nil]) func anExportIsWrittenWholeOrNotAtAll(old: String?) throws {
        try expectWhole(old: old) { path, calls throws(StoreError) in
            let file = try ExportFile(path, replacing: old != nil, calls: calls)
            try file.append(Array("new".utf8))
            try file.publish()
        }
    }

    /// Somebody's disk behind a link is a folder like any other.
    @Test func aFolderMayBeALink() throws {
        let root = try scratch()
        try FileManager.default.createDirectory(atPath: root + "/disk", withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: "disk")
        try writeWholeFile("new", to: root + "/link/a.txt")
        try replaceWholeFile("new", at: root + "/link/b.txt")
        var folder = try RunFolder(at: root + "/link/run")
        try folder.write("new", to: "c.txt")
        try folder.publish()
        #expect(names(root + "/disk") == ["a.txt", "b.txt", "run"])
    }
}
