#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import StressBasics

/// Runs a program with a text on its standard input, for a limited time. No shell is involved.
struct ChildProcess {
    /// The program, looked for on the `PATH` when it has no `/`, and its arguments.
    let words: [String]
    /// After this the program and everything in its process group is ended.
    let timeout: TimeSpan
    /// Asked now and then; ends the program early.
    let isCancelled: @Sendable () -> Bool

    /// How it ended.
    enum Ending: Hashable {
        /// By itself.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
        /// By us, because its time was up.
        case timedOut
        /// By us, because we are to end.
        case cancelled
        /// It never began: the system's words.
        case notStarted(String)
    }

    /// The most that is kept of what it writes on standard error, bytes; the rest is read and dropped.
    static let mostErrorText = 4096
    /// What a program that is asked to end is given before it is ended.
    private static let grace = TimeSpan.seconds(1)

    /// Runs it to its end. Its standard output goes nowhere.
    func run(input: String) -> (ending: Ending, errorText: String) {
        guard let pipes = Pipes() else { return (.notStarted(String(cString: strerror(errno))), "") }
        var number: pid_t = 0
        let code = spawn(&number, pipes)
        pipes.closeTheirs()
        guard code == 0 else {
            pipes.closeOurs()
            return (.notStarted(String(cString: strerror(code))), "")
        }
        var console = Exchange(pipes: pipes, input: Array(input.utf8))
        let ending = attend(number, &console)
        console.close()
        return (ending, String(decoding: console.errorText, as: UTF8.self))
    }

    private func spawn(_ number: inout pid_t, _ pipes: borrowing Pipes) -> Int32 {
        #if canImport(Glibc)
            var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        #else
            var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?)
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, pipes.inputEnd, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes.errorEnd, STDERR_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        setSignals(&attributes)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        return posix_spawnp(&number, words[0], &actions, &attributes, &arguments, environ)
    }

    #if canImport(Glibc)
        private typealias SpawnAttributes = posix_spawnattr_t
    #else
        private typealias SpawnAttributes = posix_spawnattr_t?
    #endif

    /// Signals and group of what is started.
    private func setSignals(_ attributes: inout SpawnAttributes) {
        // We block the signals that end us, to wait for them; what we start must not inherit that. What `nohup` was asked for holds for it.
        var (reset, none) = (sigset_t(), sigset_t())
        sigfillset(&reset)
        if SignalWatch.isIgnored(SIGHUP) { sigdelset(&reset, SIGHUP) }
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own can be ended with everything that it started.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    }

    /// Feeds and reads until the program has ended, or is made to.
    private func attend(_ number: pid_t, _ console: inout Exchange) -> Ending {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .milliseconds(timeout.milliseconds))
        while true {
            console.exchange(milliseconds: 20)
            if let ending = ChildProcess.ended(number) {
                // What it wrote last is still in the pipe.
                console.exchange(milliseconds: 0)
                return ending
            }
            if clock.now >= deadline { return end(number, &console, as: .timedOut) }
            if isCancelled() { return end(number, &console, as: .cancelled) }
        }
    }

    /// Asks the whole group to end, and after a moment ends it.
    private func end(_ number: pid_t, _ console: inout Exchange, as ending: Ending) -> Ending {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(
            by: .milliseconds(ending == .cancelled ? 200 : ChildProcess.grace.milliseconds))
        kill(-number, SIGTERM)
        var hasEnded = false
        while clock.now < deadline, !hasEnded {
            console.exchange(milliseconds: 20)
            hasEnded = ChildProcess.ended(number) != nil
        }
        // The leader may have gone and left others behind.
        kill(-number, SIGKILL)
        if !hasEnded { waitpid(number, nil, 0) }
        return ending
    }

    private static func ended(_ number: pid_t) -> Ending? {
        var status: Int32 = 0
        guard waitpid(number, &status, WNOHANG) == number else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }
}

/// The two pipes between us and the program.
private struct Pipes: ~Copyable {
    let inputEnd, ourInput, errorEnd, ourError: Int32

    init?() {
        guard let input = Pipes.pair() else { return nil }
        guard let error = Pipes.pair() else {
            close(input.0)
            close(input.1)
            return nil
        }
        (inputEnd, ourInput, ourError, errorEnd) = (input.0, input.1, error.0, error.1)
        for end in [ourInput, ourError] { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
    }

    /// Ends that no other program inherits.
    private static func pair() -> (Int32, Int32)? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func closeTheirs() {
        close(inputEnd)
        close(errorEnd)
    }

    func closeOurs() {
        close(ourInput)
        close(ourError)
    }
}

/// Moves bytes in both directions without ever waiting for the program alone.
private struct Exchange {
    private var input: Int32
    private var error: Int32
    private var rest: ArraySlice<UInt8>
    private(set) var errorText: [UInt8] = []

    init(pipes: borrowing Pipes, input bytes: [UInt8]) {
        (input, error, rest) = (pipes.ourInput, pipes.ourError, bytes[...])
    }

    /// Waits so long for something to do, and does it.
    mutating func exchange(milliseconds: Int32) {
        var ends = [
            pollfd(fd: input, events: Int16(POLLOUT), revents: 0), pollfd(fd: error, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&ends, nfds_t(ends.count), milliseconds) > 0 else { return }
        if ends[0].revents != 0 { feed() }
        if ends[1].revents != 0 { read() }
    }

    private mutating func feed() {
        let written = rest.withUnsafeBytes { bytes in withoutPipeSignal { Exchange.write(input, bytes) } }
        if written >= 0 { rest = rest.dropFirst(written) }
        // A program need not read what it is told.
        if rest.isEmpty || (written < 0 && errno != EAGAIN && errno != EINTR) { Exchange.close(&input) }
    }

    private mutating func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Exchange.read(error, &buffer)
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count > 0 else { return Exchange.close(&error) }
            errorText += buffer[..<min(count, max(0, ChildProcess.mostErrorText - errorText.count))]
        }
    }

    mutating func close() {
        Exchange.close(&input)
        Exchange.close(&error)
    }

    private static func close(_ end: inout Int32) {
        if end >= 0 { _ = systemClose(end) }
        // poll passes over negative numbers.
        end = -1
    }

    private static func write(_ end: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        systemWrite(end, bytes.baseAddress, bytes.count)
    }

    private static func read(_ end: Int32, _ buffer: inout [UInt8]) -> Int {
        systemRead(end, &buffer, buffer.count)
    }
}

// The names of the calls are those of methods above.
private func systemClose(_ file: Int32) -> Int32 { close(file) }
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(file, bytes, count) }
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(file, buffer, count)
}

/// Writes to a pipe that nobody reads any more end the process unless the signal is ignored.
private func withoutPipeSignal(_ body: () -> Int) -> Int {
    let old = signal(SIGPIPE, SIG_IGN)
    let result = body()
    let code = errno
    signal(SIGPIPE, old)
    errno = code
    return result
}
