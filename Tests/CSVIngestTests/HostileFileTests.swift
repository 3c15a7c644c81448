import Foundation
import PriceSeries
import StressBasics
import Synchronization
import TestSupport
import Testing

@testable import CSVIngest

private let systemPoll = poll

/// Files that want the reader's memory, time or trust: each is refused early, and the error names the bound.
@Suite struct HostileFileTests {
    private let folder = TemporaryFolder()

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func refusal(_ path: String, _ options: IngestOptions = .init()) -> IngestError? {
        Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: [path]), options: options) }.error
    }

    /// A named pipe into which `text` is written over and over, up to `bytes` bytes or until nobody reads on.
    /// Returns the bytes that were taken.
    private func poured(_ text: String, bytes: Int, header: String = "", read: (String) -> Void) throws -> Int {
        let pipe = path("pipe-\(UUID().uuidString)")
        #expect(mkfifo(pipe, 0o600) == 0)
        // Opened for both, so that neither side waits for the other.
        let descriptor = open(pipe, O_RDWR)
        signal(SIGPIPE, SIG_IGN)
        let taken = Mutex(0)
        let isDone = Mutex(false)
        let writer = Thread {
            let unit = Array(text.utf8)
            var piece = Array(header.utf8)
            let block = Array(repeatElement(unit, count: 4096 / unit.count).joined())
            while taken.withLock({ $0 }) < bytes, !isDone.withLock({ $0 }) {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                // Up to PIPE_BUF bytes are taken whole once there is room.
                guard systemPoll(&poll, 1, 50) == 1 else { continue }
                let count = write(descriptor, piece, piece.count)
                if count < 0 { break }
                taken.withLock { $0 += count }
                piece = block
            }
            close(descriptor)
        }
        writer.start()
        read(pipe)
        isDone.withLock { $0 = true }
        return taken.withLock { $0 }
    }

    /// One gigabyte on one line, of nothing, of commas, of digits, inside a quote: only the front of it is ever read.
    @Test(arguments: [
        ("x", "", "a field is longer than 64 KiB"), (",", "", "more than 1 024 fields"),
        ("1,", "time,price\n1614556800,", "more than 1 024 fields"),
        ("9", "time,price\n1614556800,1\n1614556801,", "a field is longer than 64 KiB"),
        ("a\n", "time,price\n1614556800,1\n1614556801,\"", "a field is longer than 64 KiB"),
    ])
    func oneGigabyteOnOneLine(_ text: String, _ header: String, _ says: String) throws {
        var found: IngestError?
        let taken = try poured(text, bytes: 1 << 30, header: header) { found = refusal($0) }
        #expect(found?.rendered().contains(says) == true, "\(found?.rendered() ?? "read")")
        #expect(taken < 1 << 24, "\(taken) bytes were read")
    }

    /// The same far behind the sample, where slices are read.
    @Test(arguments: [("7", "a field is longer than 64 KiB"), ("7,", "more than 1 024 fields")], [1, 3])
    func aLongLineBehindTheSample(_ tail: (text: String, says: String), _ threads: Int) {
        var bytes = Array(hourlyText(9000).utf8)
        let line = bytes.count { $0 == Ascii.lineFeed } + 1
        for _ in 0..<(3 << 20) { bytes += Array(tail.text.utf8) }
        for path in ReadingPath.allCases {
            var options = IngestOptions()
            (options.path, options.threads, options.windowBytes) = (path, threads, 1 << 18)
            let outcome = Outcome { () throws(IngestError) in
                try ingestSeries(bytes: bytes, name: "x", source: BarSource(files: []), options: options)
            }
            #expect(outcome.rendered.contains(tail.says), "\(outcome.rendered.prefix(300))")
            if let found = outcome.error?.finding.location?.line { #expect(found == line) }
        }
    }

    /// Rows that compress a thousandfold, as many as fit the bound: refused long before the memory is.
    @Test func gzipBombs() throws {
        let rows = Data(String(repeating: "1614556800,1\n", count: 1 << 16).utf8)
        let plain = path("rows.csv")
        _ = FileManager.default.createFile(atPath: plain, contents: Data("time,price\n".utf8))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: plain))
        try file.seekToEnd()
        for _ in 0..<120 { try file.write(contentsOf: rows) }
        try file.close()
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gzip.arguments = ["-9", plain]
        try gzip.run()
        gzip.waitUntilExit()
        let error = refusal(plain + ".gz")
        #expect(error?.reason == .tooLarge && error?.why == "it unpacks to more than 256 times its size")
    }

    /// A name may hold anything but a NUL and a slash; what is printed of it must not look like lines of ours.
    @Test func namesWithNewlines() throws {
        let name = path("a\nerror: all is lost\u{1B}[2J.csv")
        try hourlyText(3).write(toFile: name, atomically: false, encoding: .utf8)
        #expect(refusal(name) == nil)
        try "x\n".write(toFile: name, atomically: false, encoding: .utf8)
        let text = try #require(refusal(name)).rendered()
        #expect(!text.contains("\nerror: all is lost") && !text.contains("\u{1B}"), "\(text)")
        #expect(refusal("a\u{0}b")?.reason == .missing)
        #expect(refusal(String(repeating: "n", count: 100_000))?.exitIsNoInput == true)
    }

    @Test func linksDevicesAndFolders() throws {
        try hourlyText(3).write(toFile: path("real.csv"), atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: path("link.csv"), withDestinationPath: path("real.csv"))
        #expect(refusal(path("link.csv")) == nil)
        try FileManager.default.createSymbolicLink(atPath: path("loop.csv"), withDestinationPath: path("loop.csv"))
        #expect(refusal(path("loop.csv"))?.exitIsNoInput == true)
        #expect(refusal(folder.path)?.why.contains("directory") == true)
        #expect(refusal("/dev/zero") != nil)
        #expect(refusal("/dev/null")?.reason == .empty)
        #expect(refusal("/dev/urandom") != nil)
    }

    /// Nobody writes to it: no reason to wait for longer than some seconds.
    @Test func aPipeWithoutWriter() {
        #expect(mkfifo(path("pipe"), 0o600) == 0)
        #expect(refusal(path("pipe"))?.reason == .empty)
    }

    /// Whoever writes to it may open it later than the program does.
    @Test func aPipeWhoseWriterComesLater() throws {
        let pipe = path("late")
        #expect(mkfifo(pipe, 0o600) == 0)
        signal(SIGPIPE, SIG_IGN)
        let text = Array(hourlyText(50).utf8)
        let writer = Thread {
            usleep(700_000)
            let descriptor = open(pipe, O_WRONLY)
            _ = write(descriptor, text, text.count)
            close(descriptor)
        }
        writer.start()
        #expect(try ingestSeries(BarSource(files: [pipe])).series.count == 50)
    }

    /// A file that is cut, written to or added to between two pieces: half of one and half of another is no series.
    @Test(arguments: ["shrinks", "grows", "changes"], [1, 3])
    func aFileThatIsNotLeftAlone(_ what: String, _ threads: Int) throws {
        let name = path("live.csv"), text = hourlyText(40_000)
        try text.write(toFile: name, atomically: false, encoding: .utf8)
        // The time of a change is only as fine as the system's clock tick.
        usleep(20_000)
        var options = IngestOptions(chunkBytes: 4096)
        (options.threads, options.windowBytes) = (threads, 8192)
        let asked = Atomic(0)
        options.isCancelled = {
            guard asked.add(1, ordering: .relaxed).newValue == 5 else { return false }
            let file = FileHandle(forUpdatingAtPath: name)
            switch what {
            case "shrinks": try? file?.truncate(atOffset: 600_000)
            case "grows": _ = try? file?.seekToEnd()
            default: try? file?.seek(toOffset: 900_000)
            }
            if what != "shrinks" { try? file?.write(contentsOf: Data("1".utf8)) }
            return false
        }
        let error = refusal(name, options)
        #expect(error?.exitIsNoInput == true, "\(error?.rendered() ?? "read")")
        #expect(
            error?.why == (what == "shrinks" ? "it became shorter while it was read" : "it changed while it was read"))
        options.isCancelled = { false }
        try text.write(toFile: name, atomically: false, encoding: .utf8)
        #expect(refusal(name, options) == nil)
    }

    /// The digest of an archive is taken before its members are read: both must be of one file.
    @Test func anArchiveThatIsNotLeftAlone() throws {
        let name = path("live.zip"), bytes = Data(DirtyFiles.bytes("two_members.zip"))
        try bytes.write(to: URL(fileURLWithPath: name))
        #expect(refusal(name) == nil)
        usleep(20_000)
        let place = try #require(try InputPlace.named(name, folder: "").unpacked().first)
        // The same bytes once more, at another time.
        try bytes.write(to: URL(fileURLWithPath: name))
        let error = Outcome { () throws(IngestError) in
            _ = try WholeText(place, options: .init())
            return try ingest(hourlyText(3))
        }.error
        #expect(error?.why == "it changed while it was read")
        #expect(refusal(name) == nil)
    }

    /// Short rows take the most memory for their bytes: still no more than the columns and some windows.
    @Test func manyShortRowsAreBounded() throws {
        let text = "t,price\n" + (0..<200_000).map { "\(1_614_556_800 + $0),1\n" }.joined()
        let read = try ingest(text) { $0.columns = ColumnMapping(time: .index(0), prices: .single(.index(1))) }
        #expect(read.series.count == 200_000)
    }
}
