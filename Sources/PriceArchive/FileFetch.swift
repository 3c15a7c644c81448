import DurableFiles
import Foundation
import StressBasics

/// Fetches one file: its checksum, then its bytes, as often as the policy allows.
struct FileFetch {
    private let task: FileTask
    private let base: WebAddress
    private let folder: String
    private let name: String
    private let policy: FetchPolicy
    private let client: WebClient
    private let gate: FetchGate
    private let now: UTCInstant
    private let isCancelled: @Sendable () -> Bool
    private let deadline: ContinuousClock.Instant

    init(
        _ task: FileTask, base: WebAddress, output: String, policy: FetchPolicy, client: WebClient, gate: FetchGate,
        now: UTCInstant, isCancelled: @escaping @Sendable () -> Bool
    ) {
        (self.task, self.base, self.policy, self.client, self.gate) = (task, base, policy, client, gate)
        (self.now, self.isCancelled) = (now, isCancelled)
        folder = "\(output)/\(task.series.folder)"
        name = task.series.fileName(task.period)
        deadline = .now + .milliseconds(policy.longestFile.milliseconds)
    }

    private var path: String { "\(folder)/\(name)" }
    private var sidecar: String { path + ".CHECKSUM" }
    private var address: String { base.appending(task.series.path(task.period)) }

    /// One try that failed in a way that another may not.
    private struct Setback {
        var error: ArchiveError
        var retryAfter: TimeSpan?
        var isConnection = false
    }

    /// How a try ends without a file.
    private enum Stop: Error {
        case again(Setback)
        case final(ArchiveError)
        case missing
    }

    /// What earlier tries brought, so that the next one neither asks for it again nor takes it for progress.
    private struct Gains {
        /// The archive's checksum line, until bytes contradict it.
        var sum: String?
        var mismatches = 0
        /// The farthest that any try came, bytes from the file's beginning.
        var farthest: Int64 = 0
    }

    /// Tries until the file is here, is known to be missing, or the policy's patience is over. One that was to be fetched anew stays as
    /// it is when it cannot be had.
    func run() -> FileOutcome {
        let outcome = tried()
        guard policy.refreshes, case .failed(let error) = outcome, (try? isVerified()) ?? false else { return outcome }
        return .unrefreshed(error)
    }

    private func tried() -> FileOutcome {
        var backoff = Backoff(policy: policy, label: task.series.path(task.period))
        var gains = Gains()
        while true {
            if isCancelled() { return .failed(interrupted) }
            if gate.isHopeless {
                return .failed(
                    ArchiveError(
                        .tryAgain, "not tried: the archive did not give \(FetchPolicy.mostGivenUp) files in a row"))
            }
            let before = gains.farthest
            do throws(Stop) {
                return try answer(&gains)
            } catch {
                backoff.came(to: gains.farthest, from: before)
                if let outcome = outcome(of: error, &backoff) { return outcome }
            }
        }
    }

    /// What a try that stopped leaves; nil once it is time to try again.
    private func outcome(of stop: Stop, _ backoff: inout Backoff) -> FileOutcome? {
        switch stop {
        case .missing:
            gate.noteAnswer()
            return .missing
        case .final(let error): return .failed(error)
        case .again(let setback):
            guard let wait = backoff.wait(retryAfter: setback.retryAfter), rest(wait) else {
                return givenUp(setback, after: backoff.failures)
            }
            return nil
        }
    }

    /// One try: what is here already is not asked for.
    private func answer(_ gains: inout Gains) throws(Stop) -> FileOutcome {
        if !policy.refreshes, try local({ () throws(ArchiveError) in try isVerified() }) { return .present }
        let outcome = try attempt(&gains)
        gate.noteAnswer()
        return outcome
    }

    /// Waits; false when the wait was cut short by the user or would be longer than the file's time.
    private func rest(_ wait: TimeSpan) -> Bool {
        let until = ContinuousClock.now + .milliseconds(wait.milliseconds)
        guard until < deadline else { return false }
        while ContinuousClock.now < until {
            if isCancelled() { return false }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return true
    }

    private func givenUp(_ setback: Setback, after failures: Int) -> FileOutcome {
        if isCancelled() { return .failed(interrupted) }
        if setback.error.reason == .tryAgain { gate.noteGivenUp() }
        let times = failures == 1 ? "" : ", \(failures) times in a row"
        let wish = setback.retryAfter.map { "; the server asks to wait \($0.text)" } ?? ""
        return .failed(
            ArchiveError(
                setback.error.reason, setback.error.message + times + wish,
                hint: setback.error.reason == .tryAgain
                    ? "the same command goes on where this one stopped" : setback.error.hint))
    }

    private var interrupted: ArchiveError {
        ArchiveError(.interrupted, "interrupted", hint: "the same command goes on where this one stopped")
    }

    private func again(_ message: String, isConnection: Bool = false) -> Stop {
        .again(Setback(error: ArchiveError(.tryAgain, message), isConnection: isConnection))
    }

    private func local<T>(_ body: () throws(ArchiveError) -> T) throws(Stop) -> T {
        do throws(ArchiveError) { return try body() } catch {
            throw .final(error)
        }
    }

    /// Whether the file is here with the checksum that was kept with it.
    private func isVerified() throws(ArchiveError) -> Bool {
        guard let kept = readSmallFile(sidecar, most: Int(FetchPolicy.largestChecksum)),
            let wanted = checksum(in: kept, of: name)
        else { return false }
        return try fileDigest(path) == wanted
    }

    // MARK: One try

    private func attempt(_ gains: inout Gains) throws(Stop) -> FileOutcome {
        let sum = if let known = gains.sum { known } else { try checksumText() }
        guard let wanted = checksum(in: sum, of: name) else {
            throw .final(ArchiveError(.badData, "\(name).CHECKSUM does not hold the SHA-256 of that name"))
        }
        gains.sum = sum
        let isHere = try local { () throws(ArchiveError) in
            let isHere = try fileDigest(path) == wanted
            if isHere { try replaceFile(sidecar, with: sum) }
            return isHere
        }
        if isHere { return .present }
        let body = try local { () throws(ArchiveError) in
            _ = try archiving(FileCalls.system.makeFolders(folder))
            return BodySink(
                part: try PartialFile(folder: folder, name: name), folder: folder, wanted: wanted,
                largest: policy.largestFile)
        }
        defer { gains.farthest = max(gains.farthest, body.farthest) }
        try download(to: body, &gains)
        return try verified(body, sum, &gains)
    }

    /// Puts the file in place when its bytes have the checksum; a second time that they have not, the archive is to blame.
    private func verified(_ body: BodySink, _ sum: String, _ gains: inout Gains) throws(Stop) -> FileOutcome {
        let isRight = try local { () throws(ArchiveError) in
            guard try body.part.digest() == body.wanted else {
                try body.part.truncate()
                return false
            }
            try body.part.publish()
            try replaceFile(sidecar, with: sum)
            return true
        }
        if isRight { return .fetched(bytes: body.part.count) }
        gains.mismatches += 1
        // The archive may have replaced both.
        gains.sum = nil
        let error = ArchiveError(
            .badData, "\(name) does not have the archive's checksum",
            hint: "the file or its checksum is damaged there; try again another day")
        guard gains.mismatches < 2 else {
            body.part.remove()
            throw .final(error)
        }
        throw .again(Setback(error: error))
    }

    private func checksumText() throws(Stop) -> String {
        let sink = TextSink(most: FetchPolicy.largestChecksum)
        do throws(Stop) {
            _ = try send(address + ".CHECKSUM", to: sink)
        } catch {
            if case .missing = error { try checkAbsence() }
            throw error
        }
        guard let text = sink.text else { throw again("\(name).CHECKSUM is not text") }
        return text
    }

    /// A file that is there without a checksum is not one that is missing.
    private func checkAbsence() throws(Stop) {
        try judge(try presence())
        throw .final(
            ArchiveError(
                .badData, "the archive has \(name) without a checksum",
                hint: "it is not fetched: nothing could verify it"))
    }

    /// What the server says of the file itself. Not every server knows HEAD: then GET asks for a byte that is not taken.
    private func presence() throws(Stop) -> WebHead {
        do throws(Stop) {
            let head = try reach(address, method: "HEAD", to: TextSink(most: 0))
            if ![400, 403, 405, 501].contains(head.status) { return head }
        } catch {
            guard case .again(let setback) = error, setback.isConnection, !isCancelled() else { throw error }
        }
        return try reach(address, headers: ["Range": "bytes=0-0"], to: TextSink(most: 0))
    }

    private func download(to body: BodySink, _ gains: inout Gains) throws(Stop) {
        let kept = try local { () throws(ArchiveError) in try body.resume() }
        // What an earlier program left is where this one begins, not what it achieved.
        gains.farthest = max(gains.farthest, body.part.count)
        do throws(Stop) {
            let head = try send(address, headers: kept, to: body)
            guard head.status == 416 else { return }
            // The part may be the whole file, whose end was not seen; the checksum will tell.
            if head.contentRange != "bytes */\(body.part.count)" {
                try local { () throws(ArchiveError) in try body.part.truncate() }
                throw again("the server does not know the rest of \(name)")
            }
        } catch {
            // What was refused is no beginning of anything.
            if case .final(let refusal) = error, refusal.reason == .badData { body.part.remove() }
            guard case .missing = error else { throw error }
            body.part.remove()
            throw .final(
                ArchiveError(
                    .badData, "the archive has a checksum of \(name) but not the file", hint: "try again another day"))
        }
    }

    // MARK: Requests

    /// Sends a request and follows the redirects that are allowed. Answers other than 200, 206 and 416 are thrown.
    private func send(
        _ address: String, headers: [String: String] = [:], to sink: some WebSink
    ) throws(Stop) -> WebHead {
        let head = try reach(address, headers: headers, to: sink)
        try judge(head)
        return head
    }

    /// The same without a judgement of the answer.
    private func reach(
        _ address: String, method: String = "GET", headers: [String: String] = [:], to sink: some WebSink
    ) throws(Stop) -> WebHead {
        var address = address
        for _ in 0...FetchPolicy.mostRedirects {
            if let opens = gate.notBefore {
                guard rest(TimeSpan(milliseconds: milliseconds(ContinuousClock.now.duration(to: opens)))) else {
                    throw again("the archive wants to be left alone")
                }
            }
            let head = try answer(
                WebRequest(address: address, method: method, headers: headers, stall: policy.stall, deadline: deadline),
                sink)
            guard [301, 302, 303, 307, 308].contains(head.status) else { return head }
            address = try redirected(head, from: address)
        }
        throw .final(ArchiveError(.badData, "\(name): the server redirects again and again"))
    }

    private func answer(_ request: WebRequest, _ sink: some WebSink) throws(Stop) -> WebHead {
        do throws(WebFailure) {
            return try client.send(request, to: sink)
        } catch {
            switch error {
            case .connection(let words): throw again("\(base.host): \(words)", isConnection: true)
            case .stalled(let span): throw again("\(name): no byte for \(span.text)", isConnection: true)
            case .outOfTime:
                gate.noteGivenUp()
                throw .final(
                    ArchiveError(
                        .tryAgain, "\(name) took longer than \(policy.longestFile.text)",
                        hint: "the same command goes on where this one stopped"))
            case .tooLarge:
                throw .final(
                    ArchiveError(
                        .badData, "\(name) is larger than the \(policy.largestFile >> 20) MiB that are taken",
                        hint: "raise --max-size when that is right"))
            case .cancelled: throw .final(interrupted)
            case .sink(let error): throw error.reason == .tryAgain ? again(error.message) : .final(error)
            }
        }
    }

    private func judge(_ head: WebHead) throws(Stop) {
        switch head.status {
        case 200, 206, 416: return
        case 404, 410: throw .missing
        case 408, 425, 429, 500...599:
            let wish = retryAfter(head.retryAfter, now: now)
            if let wish, wish <= policy.longestRetryAfter { gate.close(for: wish) }
            throw .again(
                Setback(error: ArchiveError(.tryAgain, "\(name): the server answers \(head.status)"), retryAfter: wish))
        default:
            throw .final(
                ArchiveError(
                    .badData, "\(name): the server answers \(head.status)",
                    hint: head.status == 403 || head.status == 451
                        ? "the archive may not serve your region or network; name a mirror with --base" : ""))
        }
    }

    private func redirected(_ head: WebHead, from address: String) throws(Stop) -> String {
        guard let old = URL(string: address), let new = head.location.flatMap({ URL(string: $0, relativeTo: old) })
        else {
            throw .final(ArchiveError(.badData, "\(name): the server redirects to nowhere"))
        }
        let isSecure = new.scheme?.lowercased() == "https"
        guard isSecure || policy.allowsHTTP && new.scheme?.lowercased() == "http" else {
            throw .final(ArchiveError(.badData, "\(name): the server redirects to an address that is not https"))
        }
        guard policy.allowsOtherHosts || new.host?.lowercased() == old.host?.lowercased() && new.port == old.port else {
            throw .final(
                ArchiveError(
                    .badData,
                    "\(name): the server redirects to \(SourceLocation.presentable(new.host ?? "another host"))",
                    hint: "allow it with --allow-redirects, when it is the archive's own"))
        }
        return new.absoluteString
    }
}

/// The SHA-256 in a line `hex  name` as `sha256sum` writes it; nil when it is another file's.
func checksum(in text: String, of name: String) -> Digest? {
    let words = text.trimmingSpaces.split { $0 == " " || $0 == "\t" || $0.isNewline }
    guard words.count == 2, words[1] == name || words[1] == "*\(name)" else { return nil }
    return Array(words[0].lowercased().utf8).withUnsafeBytes { Digest(hexBytes: $0) }
}

/// Removes a file that was fetched, and its checksum; false when it is not one of ours.
func removeFetched(_ path: String) -> Bool {
    let files = FileCalls.system
    guard readSmallFile(path + ".CHECKSUM", most: Int(FetchPolicy.largestChecksum)) != nil, files.remove(path) else {
        return false
    }
    files.remove(path + ".CHECKSUM")
    return true
}

private func milliseconds(_ duration: Duration) -> Int64 { max(0, Int64(duration / .milliseconds(1)) + 1) }
