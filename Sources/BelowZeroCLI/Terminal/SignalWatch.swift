import Foundation
import Synchronization

/// Takes the signals that ask the program to end (SIGINT, SIGTERM, SIGHUP), from the first moment on.
///
/// They are blocked before any other thread begins, so that every thread inherits it, and one thread waits for them: none can be
/// lost between two settings, and none ends the program while something handles it. What the program was started with does
/// not matter: a mask that a parent left behind is lifted, and a background job of a shell, which has SIGINT and SIGQUIT ignored, can
/// be stopped by them. SIGHUP that is ignored stays ignored, as `nohup` wants it.
enum SignalWatch {
    /// Called with each signal, on the watching thread.
    typealias Handler = @Sendable (Int32) -> Void

    private static let handler = Mutex<Handler?>(nil)

    /// Begins to watch. To be called first of all, once.
    static func begin() {
        var watched = watchedSignals()
        // A signal that is ignored would not even wait; while it is blocked, its default cannot end us.
        pthread_sigmask(SIG_SETMASK, &watched, nil)
        for number in [SIGINT, SIGTERM] where isIgnored(number) { signal(number, SIG_DFL) }
        // A reader that leaves early, of a log as of results, is an answer to a write and ends nobody. What we start has the default again.
        signal(SIGPIPE, SIG_IGN)
        // Swift's runtime takes SIGQUIT for a crash to be described, and then goes on.
        signal(SIGQUIT, SIG_DFL)
        guard startThread(stackSize: 256 << 10, { SignalWatch.watch() }) else {
            // Without a thread to take them they do what they do in any program.
            pthread_sigmask(SIG_UNBLOCK, &watched, nil)
            return
        }
    }

    /// Who is told from now on; with nil, a signal ends the program where it stands.
    static func setHandler(_ newHandler: Handler?) { handler.withLock { $0 = newHandler } }

    /// Does something that needs a folder, which is gone afterwards, whatever ends it.
    static func removing<Value>(_ folder: String, _ body: () throws -> Value) rethrows -> Value {
        let remove: @Sendable () -> Void = { try? FileManager.default.removeItem(atPath: folder) }
        setHandler { number in
            remove()
            end(by: number)
        }
        defer {
            remove()
            setHandler(nil)
        }
        return try body()
    }

    private static func watchedSignals() -> sigset_t {
        var watched = sigset_t()
        sigemptyset(&watched)
        for number in [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP]) { sigaddset(&watched, number) }
        return watched
    }

    /// Whether the program was started with a signal ignored, as `nohup` does with SIGHUP.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if canImport(Glibc)
            return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
                == unsafeBitCast(SIG_IGN, to: Int.self)
        #else
            return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
                == unsafeBitCast(SIG_IGN, to: Int.self)
        #endif
    }

    private static func watch() {
        var watched = watchedSignals()
        while true {
            var number: Int32 = 0
            guard sigwait(&watched, &number) == 0 else { continue }
            if let told = handler.withLock({ $0 }) { told(number) } else { end(by: number) }
        }
    }

    /// Ends the program as if nobody had watched, so that a shell sees what ended it.
    private static func end(by number: Int32) {
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, number)
        signal(number, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &only, nil)
        kill(getpid(), number)
    }
}
