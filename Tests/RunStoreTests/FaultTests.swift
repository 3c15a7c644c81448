import Foundation
import StressBasics
import Synchronization
import TestSupport
import Testing

@testable import RunStore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every call by which a run is written fails once, in every way it can: the whole run is there or nothing of it, the error
/// says what kind of trouble it was, and the next run of the same name is whole.
@Suite struct FaultTests {
    /// What happens to one call.
    enum Fault: CaseIterable {
        case diskFull, deviceError, denied, interrupted, shortWrite
        /// The process ends here: no call after it happens.
        case death

        var code: Int32 {
            switch self {
            case .diskFull: ENOSPC
            case .deviceError, .death: EIO
            case .denied: EACCES
            case .interrupted: EINTR
            case .shortWrite: 0
            }
        }
    }

    /// The system's calls with a fault at one of them.
    private final class Faulty: Sendable {
        private let fault: Fault
        private let place: Int
        private let count = Atomic(0)

        init(_ fault: Fault, at place: Int) { (self.fault, self.place) = (fault, place) }

        var calls: Int { count.load(ordering: .relaxed) }

        private var strikes: Bool {
            let index = count.add(1, ordering: .relaxed).oldValue
            return fault == .death ? index >= place : index == place
        }

        private func call(_ really: () -> Int32) -> Int32 {
            guard strikes, fault != .shortWrite else { return really() }
            errno = fault.code
            return -1
        }

        var layer: FileCalls {
            let system = FileCalls.system
            var layer = FileCalls()
            layer.create = { path in self.call { system.create(path) } }
            layer.openFolder = { path in self.call { system.openFolder(path) } }
            layer.openFile = { path in self.call { system.openFile(path) } }
            layer.sync = { file in self.call { system.sync(file) } }
            layer.rename = { from, to in self.call { system.rename(from, to) } }
            layer.makeFolder = { path in self.call { system.makeFolder(path) } }
            layer.removeFile = { path in self.call { system.removeFile(path) } }
            layer.removeFolder = { path in self.call { system.removeFolder(path) } }
            layer.lock = { folder in self.call { system.lock(folder) } }
            // A descriptor is gone whatever closing it said.
            layer.close = { file in
                let result = system.close(file)
                return self.call { result }
            }
            layer.write = { file, bytes in
                guard self.strikes else { return system.write(file, bytes) }
                if self.fault == .shortWrite {
                    return system.write(file, UnsafeRawBufferPointer(rebasing: bytes.prefix(max(1, bytes.count / 2))))
                }
                errno = self.fault.code
                return -1
            }
            return layer
        }
    }

    private let files = [("index.html", "page"), ("reports/a.html", "another"), ("results.csv", "1,2,3\n")]
    private let key = Digest(of: "key")

    /// What a run does to the disk, from the first folder to the last name.
    private func write(_ root: String, _ calls: FileCalls) throws(StoreError) {
        let run = try UnfinishedRun(
            RunPlace(folder: root + "/a/run"), isResuming: true, about: "A test.", calls: calls)
        for job in ["job-1", "job-2"] where run.piece(job, key: key) == .absent {
            // A piece that cannot be kept costs the resuming, not the run.
            try? run.keep(job, key: key, Array(job.utf8))
            run.dropTallies()
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
        let counter = Faulty(.shortWrite, at: -1)
        let clean = try scratch()
        try write(clean, counter.layer)
        #expect(try isThere(clean, "without a fault") && names(clean + "/a") == ["run"])
        #expect(counter.calls > 40, "the layer is in use")
        for place in 0..<counter.calls {
            let root = try scratch()
            let context = "\(fault) at call \(place)"
            var thrown: StoreError?
            do throws(StoreError) { try write(root, Faulty(fault, at: place).layer) } catch { thrown = error }
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

    @Test(arguments: Fault.allCases)
    func aFileIsWrittenWholeOrNotAtAll(fault: Fault) throws {
        let counter = Faulty(.shortWrite, at: -1)
        try writeWholeFile("text", to: try scratch() + "/x/a.txt", calls: counter.layer)
        for place in 0..<counter.calls {
            let root = try scratch()
            let faulty = Faulty(fault, at: place)
            let isWritten = (try? writeWholeFile("text", to: root + "/x/a.txt", calls: faulty.layer)) != nil
            let found = try? String(contentsOfFile: root + "/x/a.txt", encoding: .utf8)
            #expect(found == nil || found == "text")
            #expect(!isWritten || found == "text", "\(fault) at call \(place)")
        }
    }
}
