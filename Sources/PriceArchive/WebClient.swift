import CLibCurl
import StressBasics
import Synchronization

/// What a server answered before the body.
struct WebHead: Sendable {
    let status: Int
    var length: Int64?
    var etag: String?
    var lastModified: String?
    var contentRange: String?
    var retryAfter: String?
    var location: String?

    /// Of a status line; nil for any other line.
    fileprivate init?(statusLine line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard line.hasPrefix("HTTP/"), words.count >= 2, let status = Int(words[1]) else { return nil }
        self.status = status
    }

    /// Takes a header; unknown ones are passed over.
    fileprivate mutating func take(_ line: Substring) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = String(line[line.index(after: colon)...]).trimmingSpaces
        switch line[..<colon].lowercased() {
        case "content-length": length = Int64(value)
        case "etag": etag = value
        case "last-modified": lastModified = value
        case "content-range": contentRange = value
        case "retry-after": retryAfter = value
        case "location": location = value
        default: break
        }
    }
}

/// Why a transfer ended without a whole answer.
enum WebFailure: Error {
    /// No connection, or it broke.
    case connection(String)
    /// No byte for this long.
    case stalled(TimeSpan)
    /// The file's time was up.
    case outOfTime
    /// The sender sends more than was announced or is taken.
    case tooLarge
    /// The caller wants to stop.
    case cancelled
    /// The bytes could not be kept.
    case sink(ArchiveError)
}

/// One GET or HEAD.
struct WebRequest {
    let address: String
    var method = "GET"
    var headers: [String: String] = [:]
    var stall: TimeSpan
    var deadline: ContinuousClock.Instant
}

/// Receives an answer, on the thread that asked for it.
protocol WebSink: AnyObject {
    /// The head, before any body; whether the body is wanted. Throwing ends the transfer.
    func begin(_ head: WebHead) throws(ArchiveError) -> Bool
    /// The most bytes of body that are taken.
    var mostBytes: Int64 { get }
    /// A piece of the body.
    func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
}

/// Blocking requests by libcurl, which follow no redirect by themselves, speak nothing but the web, keep no cookies and cache nothing.
final class WebClient: Sendable {
    private let agent: String
    private let isCancelled: @Sendable () -> Bool
    /// Handles with their connections, for the next request of any thread.
    private let idle = Mutex<[Handle]>([])

    private struct Handle: @unchecked Sendable {
        // Used by one thread at a time: whoever took it out.
        let curl: UnsafeMutableRawPointer
    }

    /// The library asks to be told once that it is used.
    private static let isReady = belowzero_curl_init() == CURLE_OK

    init(agent: String, isCancelled: @escaping @Sendable () -> Bool) {
        (self.agent, self.isCancelled) = (agent, isCancelled)
    }

    deinit {
        idle.withLock { handles in
            for handle in handles { curl_easy_cleanup(handle.curl) }
        }
    }

    /// Sends a request and hands the answer to `sink`; returns its head once the body is complete.
    func send(_ request: WebRequest, to sink: some WebSink) throws(WebFailure) -> WebHead {
        guard WebClient.isReady,
            let handle = idle.withLock({ $0.popLast() }) ?? curl_easy_init().map({ Handle(curl: $0) })
        else {
            throw .connection("libcurl could not be started")
        }
        let transfer = Transfer(sink: sink, request: request, isCancelled: isCancelled)
        let code = perform(request, transfer, handle.curl)
        putBack(handle, after: code)
        return try transfer.outcome(code)
    }

    /// Keeps a handle for its connections, of which one that failed has none to offer: libcurl 7.88 leaves the buffer of a transfer whose host
    /// was not found with its handle, and refuses the next request's size of it.
    private func putBack(_ handle: Handle, after code: CURLcode) {
        guard code == CURLE_OK else { return curl_easy_cleanup(handle.curl) }
        // A reset handle keeps its connections and forgets all else.
        curl_easy_reset(handle.curl)
        idle.withLock { $0.append(handle) }
    }

    private func perform(_ request: WebRequest, _ transfer: Transfer, _ curl: UnsafeMutableRawPointer) -> CURLcode {
        let headers = list(request.headers.merging(["Accept-Encoding": "identity"]) { own, _ in own })
        defer { curl_slist_free_all(headers) }
        return withExtendedLifetime(transfer) {
            transfer.withErrorBuffer { buffer in
                let settings = [
                    belowzero_curl_set_text(curl, CURLOPT_URL, request.address),
                    belowzero_curl_allow_web_only(curl),
                    belowzero_curl_set_text(curl, CURLOPT_USERAGENT, agent),
                    belowzero_curl_set_number(curl, CURLOPT_FOLLOWLOCATION, 0),
                    belowzero_curl_set_number(curl, CURLOPT_NOBODY, request.method == "HEAD" ? 1 : 0),
                    // Signals belong to the program.
                    belowzero_curl_set_number(curl, CURLOPT_NOSIGNAL, 1),
                    belowzero_curl_set_number(curl, CURLOPT_BUFFERSIZE, 1 << 17),
                    belowzero_curl_set_headers(curl, headers),
                    belowzero_curl_set_error_buffer(curl, buffer),
                    belowzero_curl_set_callbacks(
                        curl, takeHead, takeBody, watch, Unmanaged.passUnretained(transfer).toOpaque()),
                ]
                return settings.first { $0 != CURLE_OK } ?? curl_easy_perform(curl)
            }
        }
    }

    /// Headers as libcurl has them; the caller frees the list.
    private func list(_ headers: [String: String]) -> UnsafeMutablePointer<curl_slist>? {
        headers.reduce(nil) { list, header in curl_slist_append(list, "\(header.key): \(header.value)") ?? list }
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
}

/// A count other than that of the bytes ends the transfer.
private func takeHead(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).takeLine(line) ? line.count : -1
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context).take(piece) ? piece.count : -1
}

private func watch(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    transfer(context).goesOn() ? 0 : 1
}

/// One answer as it arrives, on the thread that asked for it.
private final class Transfer {
    private let sink: any WebSink
    private let request: WebRequest
    private let isCancelled: @Sendable () -> Bool
    private var head: WebHead?
    private var hasBegun = false
    /// The most bytes of body that are taken, as the sink said when the body began.
    private var most: Int64 = 0
    private var received: Int64 = 0
    private var isDiscarding = false
    /// Whether enough of a body was read that nobody wants.
    private var isEnough = false
    private var failure: WebFailure?
    private var progress = ContinuousClock.now
    private var words = ""

    init(sink: any WebSink, request: WebRequest, isCancelled: @escaping @Sendable () -> Bool) {
        (self.sink, self.request, self.isCancelled) = (sink, request, isCancelled)
    }

    /// Calls `body` with room for the library's words about a failure, and keeps them.
    func withErrorBuffer(_ body: (UnsafeMutablePointer<CChar>) -> CURLcode) -> CURLcode {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CURL_ERROR_SIZE)) { buffer in
            buffer.initialize(repeating: 0)
            let code = body(buffer.baseAddress!)
            words = String(cString: buffer.baseAddress!)
            return code
        }
    }

    /// Asked about once a second, and more often while bytes arrive.
    func goesOn() -> Bool {
        guard failure == nil, !isEnough else { return false }
        let now = ContinuousClock.now
        if isCancelled() { return fail(.cancelled) }
        if now > request.deadline { return fail(.outOfTime) }
        let stall = Duration.milliseconds(request.stall.milliseconds)
        return progress.duration(to: now) > stall ? fail(.stalled(request.stall)) : true
    }

    /// A line of the head, its end included. Answers before the last one (100, those of a proxy) begin with a status line of their own.
    func takeLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        progress = .now
        let line = Substring(decoding: bytes, as: UTF8.self)
        if let head = WebHead(statusLine: line) {
            self.head = head
            hasBegun = false
        } else if !hasBegun, line.allSatisfy(\.isNewline) {
            return begin()
        } else if !hasBegun {
            head?.take(line)
        }
        return true
    }

    /// The end of the head. Where to go from a redirect is decided by the fetch, which knows what is allowed.
    private func begin() -> Bool {
        guard let head, head.status >= 200 else { return true }
        hasBegun = true
        guard !(300..<400).contains(head.status) || head.location == nil else {
            isDiscarding = true
            return true
        }
        do throws(ArchiveError) {
            isDiscarding = try !sink.begin(head)
        } catch {
            return fail(.sink(error))
        }
        // What is taken afterwards makes no less room.
        most = sink.mostBytes
        let announced = request.method == "HEAD" ? 0 : head.length ?? 0
        return isDiscarding || announced <= most || fail(.tooLarge)
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        progress = .now
        received += Int64(bytes.count)
        if isDiscarding {
            // Reading a short body to its end keeps the connection for the next request.
            isEnough = received > 1 << 16
            return !isEnough
        }
        guard received <= most else { return fail(.tooLarge) }
        do throws(ArchiveError) { try sink.take(bytes) } catch {
            return fail(.sink(error))
        }
        return true
    }

    func outcome(_ code: CURLcode) throws(WebFailure) -> WebHead {
        if let failure { throw failure }
        if code != CURLE_OK, !isEnough { throw .connection(connectionWords(code)) }
        guard let head, hasBegun else { throw .connection("no answer") }
        return head
    }

    /// The library's words for a broken connection, which never hold more than the host.
    private func connectionWords(_ code: CURLcode) -> String {
        let text = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        return SourceLocation.presentable(text)
    }

    private func fail(_ cause: WebFailure) -> Bool {
        failure = failure ?? cause
        return false
    }
}
