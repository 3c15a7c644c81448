import Dispatch
import Foundation
import StressBasics
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What a server answered before the body.
struct WebHead: Sendable {
    let status: Int
    let length: Int64?
    let etag: String?
    let lastModified: String?
    let contentRange: String?
    let retryAfter: String?
    let location: String?

    fileprivate init(_ response: HTTPURLResponse) {
        status = response.statusCode
        length = response.value(forHTTPHeaderField: "Content-Length").flatMap { Int64($0) }
        etag = response.value(forHTTPHeaderField: "ETag")
        lastModified = response.value(forHTTPHeaderField: "Last-Modified")
        contentRange = response.value(forHTTPHeaderField: "Content-Range")
        retryAfter = response.value(forHTTPHeaderField: "Retry-After")
        location = response.value(forHTTPHeaderField: "Location")
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

/// Receives an answer. Called one after the other, on one thread at a time.
protocol WebSink: AnyObject {
    /// The head, before any body; whether the body is wanted. Throwing ends the transfer.
    func begin(_ head: WebHead) throws(ArchiveError) -> Bool
    /// The most bytes of body that are taken.
    var mostBytes: Int64 { get }
    /// A piece of the body.
    func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError)
}

/// Blocking requests over `URLSession`, which follow no redirect by themselves, keep no cookies and cache nothing.
final class WebClient: Sendable {
    private let session: URLSession
    private let router = TransferRouter()
    private let isCancelled: @Sendable () -> Bool

    init(parallel: Int, agent: String, isCancelled: @escaping @Sendable () -> Bool) {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.urlCache = nil
        settings.httpShouldSetCookies = false
        settings.httpMaximumConnectionsPerHost = parallel
        // Stalls are measured here, byte by byte; the library's own limit only has to stay out of the way.
        settings.timeoutIntervalForRequest = 3600
        settings.httpAdditionalHeaders = ["User-Agent": agent, "Accept-Encoding": "identity"]
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: settings, delegate: router, delegateQueue: queue)
        self.isCancelled = isCancelled
    }

    // Whatever was to be cut has been cancelled by then.
    deinit { session.finishTasksAndInvalidate() }

    /// Sends a request and hands the answer to `sink`; returns its head once the body is complete.
    func send(_ request: WebRequest, to sink: some WebSink) throws(WebFailure) -> WebHead {
        guard let url = URL(string: request.address) else { throw .connection("no usable address") }
        var message = URLRequest(url: url)
        message.httpMethod = request.method
        for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
        let task = session.dataTask(with: message)
        let transfer = Transfer(sink: sink)
        router.add(transfer, for: task)
        defer { router.remove(task) }
        task.resume()
        if let cause = supervise(transfer, task, request) {
            // The library traps when a task is cancelled between a redirect and our answer to it.
            if !transfer.isRedirected { task.cancel() }
            // The delegate's queue may be at work on a last piece; after this it finds no sink any more.
            transfer.abandon()
            throw cause
        }
        return try transfer.outcome()
    }

    /// Waits for the end; the reason to stop earlier when there is one.
    private func supervise(_ transfer: Transfer, _ task: URLSessionDataTask, _ request: WebRequest) -> WebFailure? {
        let stall = Duration.milliseconds(request.stall.milliseconds)
        while transfer.done.wait(timeout: .now() + 0.05) == .timedOut {
            if isCancelled() { return .cancelled }
            let now = ContinuousClock.now
            if now > request.deadline { return .outOfTime }
            if transfer.lastProgress.duration(to: now) > stall { return .stalled(request.stall) }
        }
        return nil
    }
}

/// Finds the transfer that a callback belongs to.
private final class TransferRouter: NSObject, URLSessionDataDelegate {
    private let transfers = Mutex<[Int: Transfer]>([:])

    func add(_ transfer: Transfer, for task: URLSessionTask) {
        transfers.withLock { $0[task.taskIdentifier] = transfer }
    }

    func remove(_ task: URLSessionTask) { transfers.withLock { $0[task.taskIdentifier] = nil } }

    private func transfer(_ task: URLSessionTask) -> Transfer? { transfers.withLock { $0[task.taskIdentifier] } }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // Where to go is decided by the fetch, which knows what is allowed.
        transfer(task)?.redirected(WebHead(response))
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let goesOn = (response as? HTTPURLResponse).map { transfer(dataTask)?.begin(WebHead($0)) ?? false } ?? false
        completionHandler(.allow)
        if !goesOn { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        if transfer(dataTask)?.take(data) != true { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        transfer(task)?.finish(error)
    }
}

/// One answer as it arrives. All state is behind the lock; the sink is used by one callback at a time.
private final class Transfer: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    private var sink: (any WebSink)?
    private var head: WebHead?
    private var redirect: WebHead?
    private var received: Int64 = 0
    private var isDiscarding = false
    private var failure: WebFailure?
    private var progress = ContinuousClock.now
    private var isDone = false

    init(sink: some WebSink) { self.sink = sink }

    var lastProgress: ContinuousClock.Instant { lock.withLock { progress } }

    /// Whether the server sent somewhere else; the answer ends with the library's last callback.
    var isRedirected: Bool { lock.withLock { redirect != nil } }

    func redirected(_ head: WebHead) {
        lock.withLock { redirect = head }
    }

    func begin(_ head: WebHead) -> Bool {
        lock.withLock {
            guard let sink, !isDone else { return false }
            if redirect != nil {
                isDiscarding = true
                return true
            }
            self.head = head
            progress = .now
            do throws(ArchiveError) {
                isDiscarding = try !sink.begin(head)
            } catch {
                return fail(.sink(error))
            }
            guard isDiscarding || (head.length ?? 0) <= sink.mostBytes else { return fail(.tooLarge) }
            return true
        }
    }

    func take(_ data: Data) -> Bool {
        lock.withLock {
            guard let sink, !isDone else { return false }
            progress = .now
            received += Int64(data.count)
            if isDiscarding {
                // Reading a short body to its end keeps the connection for the next request.
                if received > 1 << 16 { end() }
                return !isDone
            }
            guard received <= sink.mostBytes else { return fail(.tooLarge) }
            var problem: ArchiveError?
            data.withUnsafeBytes { bytes in
                do throws(ArchiveError) { try sink.take(bytes) } catch { problem = error }
            }
            return problem.map { fail(.sink($0)) } ?? true
        }
    }

    func finish(_ error: (any Error)?) {
        lock.withLock {
            guard !isDone else { return }
            if let error { failure = failure ?? .connection(connectionWords(error)) }
            end()
        }
    }

    /// Lets go of the sink: nothing is written after this returns.
    func abandon() {
        lock.withLock {
            sink = nil
            isDone = true
        }
    }

    func outcome() throws(WebFailure) -> WebHead {
        lock.lock()
        defer { lock.unlock() }
        if let failure { throw failure }
        guard let head = redirect ?? head else { throw .connection("no answer") }
        return head
    }

    private func fail(_ cause: WebFailure) -> Bool {
        failure = failure ?? cause
        end()
        return false
    }

    private func end() {
        guard !isDone else { return }
        (isDone, sink) = (true, nil)
        done.signal()
    }
}

/// The library's words for a broken connection, which never hold more than the host.
private func connectionWords(_ error: any Error) -> String {
    let text = (error as NSError).localizedDescription
    return text.isEmpty ? "the connection broke" : SourceLocation.presentable(text)
}
