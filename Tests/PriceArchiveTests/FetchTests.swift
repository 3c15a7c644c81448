import DurableFiles
import Foundation
import StressBasics
import Synchronization
import TestSupport
import Testing

@testable import PriceArchive

/// The fetch against an archive that behaves, and against many that do not.
@Suite(.serialized, .needs("python3")) struct FetchTests {
    private let folder = TemporaryFolder()
    /// The server's files end with 2024-05-09.
    private let now = CivilTime(year: 2024, month: 5, day: 10, hour: 4).instant!

    private func day(_ month: Int, _ day: Int) -> UTCInstant { CivilTime(year: 2024, month: month, day: day).instant! }

    private var policy: FetchPolicy {
        var policy = FetchPolicy()
        policy.firstDelay = TimeSpan(milliseconds: 20)
        // A machine that has other things to do may keep a server that behaves from answering for seconds.
        policy.stall = .seconds(60)
        policy.longestFile = .seconds(300)
        policy.allowsHTTP = true
        return policy
    }

    /// For servers that fall silent. One that is only kept waiting is asked again.
    private var hasty: FetchPolicy {
        var hasty = policy
        hasty.stall = TimeSpan(milliseconds: 700)
        return hasty
    }

    private func series(_ symbol: String = "BTCUSDT", kind: ArchiveKind = .klines) throws -> ArchiveSeries {
        try #require(
            ArchiveSeries(market: kind == .klines ? .spot : .quoteFutures, kind: kind, symbol: symbol, interval: "1h"))
    }

    private func fetch(
        _ mode: String, _ series: ArchiveSeries, _ from: String = "2023-01", _ to: String = "2023-01",
        policy: FetchPolicy? = nil, now: UTCInstant? = nil, cancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> SeriesOutcome {
        let server = try #require(ArchiveServer.shared)
        let base = try #require(WebAddress(server.base(mode)))
        let fetcher = ArchiveFetcher(
            base: base, output: folder.path, policy: policy ?? self.policy, agent: "test", now: now ?? self.now,
            isCancelled: cancelled)
        let first = try #require(ArchiveMonth(from))
        let last = try #require(ArchiveMonth(to))
        return fetcher.fetch([series], months: first...last)[0]
    }

    private func files() -> [String] {
        (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? [])
            .filter { $0.contains(".") }.sorted()
    }

    private let january = "spot/klines/BTCUSDT/1h/BTCUSDT-1h-2023-01.zip"

    /// What the requests of `mode` were: `GET path range`.
    private func requests(_ mode: String) throws -> [[String]] {
        let port = try #require(ArchiveServer.shared).port
        let log = TextSink(most: 16 << 20)
        _ = try WebClient(agent: "test", isCancelled: { false }).send(
            WebRequest(address: "http://127.0.0.1:\(port)/log", stall: .seconds(60), deadline: .now + .seconds(60)),
            to: log)
        let text = try #require(log.text)
        let all = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[Any]])
        return all.map { $0.map { $0 as? String ?? "" } }.filter { $0[1].hasPrefix("/\(mode)/") }
    }

    // MARK: An archive that behaves

    @Test func aMonthIsFetchedOnceAndVerified() throws {
        let outcome = try fetch("ok", series("ONCEUSDT"))
        let file = january.replacing("BTCUSDT", with: "ONCEUSDT")
        #expect(outcome.present.map(\.text) == ["2023-01"] && outcome.fetched.files == 1)
        #expect(files() == [file, file + ".CHECKSUM"])
        let sum = try String(contentsOfFile: "\(folder.path)/\(file).CHECKSUM", encoding: .utf8)
        #expect(try fileDigest("\(folder.path)/\(file)")?.hex == String(sum.prefix(64)))
        let again = try fetch("ok", series("ONCEUSDT"))
        #expect(again.fetched.files == 0 && again.present.count == 1)
        let asked = try requests("ok").filter { $0[1].contains("ONCEUSDT") }
        #expect(asked.count == 2, "a file that is here is not asked for")
    }

    @Test func aDamagedFileIsFetchedAgain() throws {
        _ = try fetch("ok", series())
        try Data("damage".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(january)"))
        #expect(try fetch("ok", series()).fetched.files == 1)
    }

    @Test func theRunningMonthComesAsDaysAndGivesWayToItsMonth() throws {
        let outcome = try fetch("ok", series(), "2024-03", "2024-05")
        #expect(outcome.present.count == 2 + 9 && outcome.ends == nil && outcome.gaps.isEmpty)
        #expect(files().contains("spot/klines/BTCUSDT/1h/BTCUSDT-1h-2024-05-09.zip"))
        // The day of `now` has not ended, and is not asked for.
        #expect(try requests("ok").allSatisfy { !$0[1].contains("2024-05-10") })
        // As if the month of May had been published: its days go.
        let month = "\(folder.path)/spot/klines/BTCUSDT/1h/BTCUSDT-1h-2024-05.zip"
        try Data("whole".utf8).write(to: URL(fileURLWithPath: month))
        let digest = try #require(try fileDigest(month))
        try "\(digest.hex)  BTCUSDT-1h-2024-05.zip\n".write(
            toFile: month + ".CHECKSUM", atomically: true, encoding: .utf8)
        let later = try fetch("ok", series(), "2024-03", "2024-05", now: day(6, 20))
        #expect(later.superseded == 9 && later.present.count == 3)
        #expect(!files().contains { $0.contains("2024-05-") })
    }

    @Test func aMonthThatIsLateComesAsDays() throws {
        // In the first days of June the file of May is not there yet.
        let outcome = try fetch("ok", series(), "2024-04", "2024-05", now: day(6, 3))
        #expect(outcome.present.count == 1 + 9 && outcome.present.last?.text == "2024-05-09")
        #expect(outcome.ends?.text == "2024-05-09", "three weeks without a day are more than late")
    }

    /// A file of exactly the size that is allowed is taken, and a byte more is not; a part that is gone on with is counted once.
    @Test(arguments: ["ok", "truncate"]) func theWholeAllowedSizeIsTaken(mode: String) throws {
        _ = try fetch("ok", series("SIZEUSDT"))
        let file = "\(folder.path)/\(january.replacing("BTCUSDT", with: "SIZEUSDT"))"
        let size = try #require(FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64)
        for (largest, count) in [(size - 1, 0), (size, 1)] {
            try FileManager.default.removeItem(atPath: folder.path + "/spot")
            var policy = policy
            policy.largestFile = largest
            let outcome = try fetch(mode, series("SIZEUSDT"), policy: policy)
            #expect(outcome.present.count == count, "\(outcome.failures)")
            if count == 0 { #expect(outcome.failures.first?.error.message.contains("larger than") == true) }
        }
    }

    /// A server that gives nothing more is left within about a second of the wish to stop, not at the end of the patience for it.
    @Test func aSilentServerIsLeftWhenTheUserWantsToStop() throws {
        let begin = ContinuousClock.now
        let outcome = try fetch("stallforever", series("QUITUSDT")) { begin.duration(to: .now) > .milliseconds(300) }
        #expect(outcome.failures.first?.error.reason == .interrupted, "\(outcome.periods)")
        // The policy would wait a minute for a byte.
        #expect(try requests("stallforever").filter { $0[1].contains("QUITUSDT") }.count == 1)
    }

    @Test func gapsEndsAndBeginningsAreTold() throws {
        let gap = try fetch("ok", series("GAPUSDT"), "2022-01", "2022-06")
        #expect(gap.gaps.map(\.text) == ["2022-03"] && gap.begins == nil && gap.ends == nil)
        let end = try fetch("ok", series("ENDUSDT"), "2022-03", "2024-05")
        #expect(end.ends?.text == "2022-05" && end.gaps.isEmpty && end.notYet.isEmpty && end.present.count == 3)
        let new = try fetch("ok", series("NEWUSDT"), "2022-01", "2022-06")
        #expect(new.begins?.text == "2022-03" && new.gaps.isEmpty && new.present.count == 4)
        let none = try fetch("ok", series("NONEUSDT"), "2022-01", "2022-06")
        #expect(none.isEmpty && none.present.isEmpty && none.failures.isEmpty)
    }

    @Test func whatIsLateIsNotAnEnd() throws {
        let funding = try fetch("ok", series(kind: .fundingRate), "2024-03", "2024-05")
        #expect(funding.present.map(\.text) == ["2024-03", "2024-04"] && funding.ends == nil)
        let late = try fetch("ok", series(kind: .fundingRate), "2024-04", "2024-05", now: day(6, 3))
        #expect(late.notYet.map(\.text) == ["2024-05"] && late.ends == nil)
    }

    // MARK: Archives that misbehave, and come round

    @Test(arguments: [
        "truncate", "norange", "changing", "lyingrange", "wrongonce", "busy", "fail500", "stall", "slow", "wronglength",
        "redirect",
    ])
    func whatCanBeHadIsHadInTheEnd(mode: String) throws {
        let outcome = try fetch(mode, series(), policy: mode == "stall" ? hasty : policy)
        #expect(outcome.present.count == 1, "\(outcome.failures)")
        #expect(files() == [january, january + ".CHECKSUM"], "nothing half is left")
    }

    @Test func aBrokenTransferGoesOnWhereItStopped() throws {
        _ = try fetch("truncate", series("RESUMEUSDT"))
        let ranges = try requests("truncate").filter { $0[1].hasSuffix("RESUMEUSDT-1h-2023-01.zip") }.map { $0[2] }
        #expect(
            ranges.count == 3 && ranges[0].isEmpty && ranges[1...].allSatisfy { $0.hasPrefix("bytes=") }, "\(ranges)")
    }

    @Test func aStoppedFetchGoesOnWhereItStopped() throws {
        let part = "spot/klines/STOPUSDT/1h/.STOPUSDT-1h-2023-01.zip.part"
        // The server of this mode gives a few bytes and falls silent; the transfer is stopped when they have arrived.
        let stopped = try fetch("stallingcrumbs", series("STOPUSDT")) { [path = folder.path] in
            let size = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(part)")[.size] as? Int
            return size ?? 0 > 0 && FileManager.default.fileExists(atPath: "\(path)/\(part).state")
        }
        #expect(stopped.failures.first?.error.reason == .interrupted && stopped.present.isEmpty)
        #expect(files().contains(part) && files().contains(part + ".state"))
        #expect(try fetch("ok", series("STOPUSDT")).present.count == 1)
        let last = try #require(try requests("ok").last { $0[1].hasSuffix("STOPUSDT-1h-2023-01.zip") })
        #expect(last[2].hasPrefix("bytes="), "\(last)")
        #expect(files().allSatisfy { !$0.contains(".part") })
    }

    // MARK: Archives that do not come round

    @Test(arguments: [
        ("wrongsum", ArchiveError.Reason.badData, "does not have the archive's checksum"),
        ("othersum", .badData, "does not hold the SHA-256"), ("garbagesum", .badData, "larger than"),
        ("nosum", .badData, "without a checksum"), ("nozip", .badData, "but not the file"),
        ("huge", .badData, "larger than"), ("endless", .badData, "larger than"),
        ("redirectout", .badData, "redirects to localhost"), ("redirectloop", .badData, "again and again"),
        ("redirectfile", .badData, "not https"), ("forbidden", .badData, "403"),
        ("busyforever", .tryAgain, "asks to wait"), ("always500", .tryAgain, "503, 3 times in a row"),
        ("drop", .tryAgain, "127.0.0.1"), ("junk", .tryAgain, "127.0.0.1"),
        ("stallforever", .tryAgain, "no byte for"), ("halves", .tryAgain, "3 times in a row"),
        ("nohead", .badData, "without a checksum"), ("drophead", .badData, "without a checksum"),
    ])
    func failuresAreNamedAndLeaveNothing(mode: String, reason: ArchiveError.Reason, words: String) throws {
        var impatient = mode == "stallforever" ? hasty : policy
        impatient.attempts = 3
        impatient.largestFile = 8 << 20
        let outcome = try fetch(mode, series(), policy: impatient)
        let failure = try #require(outcome.failures.first?.error, "\(outcome.periods)")
        #expect(failure.reason == reason && failure.message.contains(words), "\(failure)")
        #expect(!files().contains(january), "no file appears under its name")
        #expect(try requests(mode).count <= 12)
    }

    /// A few bytes more with every answer are progress, and none that is asked for without end: the waits grow until the file's time is
    /// over. A busy machine only asks less often.
    @Test(arguments: ["crumbs", "stallingcrumbs"])
    func whoeverGivesCrumbsIsAskedEverLessOften(mode: String) throws {
        var brief = mode == "crumbs" ? policy : hasty
        brief.longestFile = .seconds(10)
        let outcome = try fetch(mode, series("CRUMBUSDT"), policy: brief)
        let failure = try #require(outcome.failures.first?.error, "\(outcome.periods)")
        #expect(failure.reason == .tryAgain && failure.hint.contains("goes on where this one stopped"), "\(failure)")
        // Another test stops a transfer of this kind.
        let asked = try requests(mode).filter { $0[1].contains("CRUMBUSDT") }
        // A busy machine may ask for the checksum until it comes; then it is known.
        let pieces = asked.filter { $0[0] == "GET" }.drop { $0[1].hasSuffix(".CHECKSUM") }
        #expect(!pieces.contains { $0[1].hasSuffix(".CHECKSUM") }, "its checksum is known")
        // 20 ms doubled ten times are more than ten seconds.
        #expect((2...14).contains(pieces.count), "\(pieces.count) requests")
        #expect(files().contains { $0.hasSuffix(".part") }, "what came is kept")
    }

    /// Every try asks for the host anew, and the last one says what kept it.
    @Test func aHostThatIsNotFoundIsAskedForAgain() throws {
        var policy = policy
        policy.attempts = 3
        let fetcher = ArchiveFetcher(
            base: try #require(WebAddress("https://nosuch.invalid")), output: folder.path, policy: policy,
            agent: "test", now: now)
        let january = try #require(ArchiveMonth("2023-01"))
        let failure = try #require(fetcher.fetch([try series()], months: january...january)[0].failures.first)
        let words = failure.error.message
        #expect(words.contains("3 times in a row"), "\(words)")
        #expect(words.contains("nosuch.invalid") && !words.contains("libcurl"), "\(words)")
    }

    @Test func aFileThatIsMissingIsMissingWithoutHead() throws {
        let outcome = try fetch("nohead_missing", series())
        #expect(outcome.failures.isEmpty && outcome.present.isEmpty, "\(outcome.failures)")
        #expect(try requests("nohead_missing").map { $0[0] } == ["GET", "HEAD", "GET"])
    }

    @Test func waitsBeginAnewAfterAGoodPieceOnly() {
        var patient = FetchPolicy()
        patient.attempts = 3
        var backoff = Backoff(policy: patient, label: "")
        func next() -> Int64? { backoff.wait(retryAfter: nil)?.milliseconds }
        // Half of each wait is random: from 1/2 of 1, 2, 4 … seconds to the whole.
        backoff.came(to: 2 << 20, from: 0)
        #expect((500...1000).contains(next() ?? 0))
        for longest in [2000, 4000, 8000] as [Int64] {
            backoff.came(to: 2 << 20 + 1, from: 2 << 20)
            #expect((longest / 2...longest).contains(next() ?? 0), "a crumb is progress, and no reason to hurry")
        }
        backoff.came(to: 4 << 20, from: 2 << 20)
        #expect((500...1000).contains(next() ?? 0))
        backoff.came(to: 4 << 20, from: 4 << 20)
        #expect(next() != nil)
        backoff.came(to: 4 << 20, from: 4 << 20)
        #expect(next() == nil, "three tries that come no farther are enough")
    }

    @Test(arguments: ["drop", "always500", "halves"])
    func theRestIsNotTriedWhenNobodyAnswers(mode: String) throws {
        var impatient = policy
        impatient.attempts = 2
        impatient.parallel = 1
        let outcome = try fetch(mode, series("ALLUSDT"), "2022-01", "2023-12", policy: impatient)
        #expect(outcome.failures.count == 24 && outcome.failures.last?.error.message.contains("not tried") == true)
        #expect(try requests(mode).filter { $0[1].contains("ALLUSDT") }.count <= 12)
    }

    @Test func redirectsElsewhereNeedPermission() throws {
        var open = policy
        open.allowsOtherHosts = true
        #expect(try fetch("redirectout", series(), policy: open).present.count == 1)
        open.allowsHTTP = false
        _ = try? FileManager.default.removeItem(atPath: folder.path + "/spot")
        let refused = try fetch("redirectout", series(), policy: open)
        #expect(refused.failures.first?.error.message.contains("not https") == true)
    }

    @Test func twoFetchesDoNotWriteTheSameFile() throws {
        try FileCalls.system.makeFolders(folder.path + "/spot/klines/BTCUSDT/1h")
        let held = try PartialFile(folder: folder.path + "/spot/klines/BTCUSDT/1h", name: "BTCUSDT-1h-2023-01.zip")
        let outcome = try fetch("ok", series())
        #expect(outcome.failures.first?.error.message.contains("another belowzero") == true)
        _ = held.count
    }
}
