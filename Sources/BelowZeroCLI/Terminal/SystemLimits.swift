import Foundation
import StressPipeline
import Synchronization

/// What the system lets this process have, beyond what the machine has: `ulimit` of the shell, limits of a service or container.
///
/// Whoever runs into such a limit later cannot say so: the scheduler waits for a thread that never comes, and an allocation that is
/// refused ends the program where it stands. So the limits are looked at first.
enum SystemLimits {
    /// Threads that may compute at the same time, as far as the system gives them; ``Int/max`` without a limit in the way.
    static var mostWorkers: Int { workers.load(ordering: .relaxed) }

    private static let workers = Atomic(Int.max)

    /// Threads beside those that compute: for timers, signals and the network.
    private static let attendants = 6

    /// Finds out what there is. To be called once, before the program's work begins.
    ///
    /// - Returns: why nothing can be done, as a whole message; nil when work may begin.
    static func begin() -> String? {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let limit = ProcessMemory.bounds.limit
        shareHeaps(limit == nil ? cores + 1 : 1)
        if let limit {
            OutOfMemory.watch(limit)
            guard (ProcessMemory.bounds.room ?? 0) >= leastRoom else {
                return OutOfMemory.words(limit, happened: false)
            }
        }
        let wanted = cores + attendants
        let given = ThreadProbe.count(upTo: wanted)
        if given < attendants { return tooFew(given) }
        // The thread that asks for help works, too.
        if given < wanted { workers.store(given - attendants + 1, ordering: .relaxed) }
        return nil
    }

    private static func tooFew(_ given: Int) -> String {
        let threads = given == 1 ? "1 thread" : "\(given) threads"
        return "error: the system gives the program \(given == 0 ? "no thread" : "only \(threads)") to work with, "
            + "and it needs \(attendants)\n   = help: allow more processes (ulimit -u, TasksMax=, --pids-limit), or try again when fewer run\n"
    }

    // MARK: Memory

    /// Bytes without which no command gets far: what reading the smallest file takes.
    private static let leastRoom = 48 << 20

    /// Lets all threads to come take their memory from so many heaps.
    ///
    /// The system would make eight for every core; each reserves 64 MiB at a time, and what one thread freed is of no use to another that
    /// has a heap of its own. One for each thread that computes and one for the others costs no time and a tenth less memory; a single
    /// one takes the least, and threads wait for each other.
    static func shareHeaps(_ count: Int) {
        #if canImport(Glibc)
            typealias Call = @convention(c) (CInt, CInt) -> CInt
            let mostArenas: CInt = -8  // M_ARENA_MAX of malloc.h, which Swift's module of glibc leaves out
            guard let address = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
            _ = unsafeBitCast(address, to: Call.self)(mostArenas, CInt(clamping: count))
        #endif
    }
}

/// Counts the threads that the system gives at the same time.
private enum ThreadProbe {
    static func count(upTo wanted: Int) -> Int {
        var gate = pthread_mutex_t()
        pthread_mutex_init(&gate, nil)
        defer { pthread_mutex_destroy(&gate) }
        return withUnsafeMutablePointer(to: &gate) { gate in
            pthread_mutex_lock(gate)
            var threads: [pthread_t] = []
            while threads.count < wanted, let thread = start(gate) { threads.append(thread) }
            pthread_mutex_unlock(gate)
            for thread in threads { pthread_join(thread, nil) }
            return threads.count
        }
    }

    /// A thread that stands at the gate until it opens.
    private static func start(_ gate: UnsafeMutablePointer<pthread_mutex_t>) -> pthread_t? {
        #if canImport(Glibc)
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { passGate($0) }, gate)
            return code == 0 ? thread : nil
        #else
            var thread: pthread_t?
            return pthread_create(&thread, nil, { passGate($0) }, gate) == 0 ? thread : nil
        #endif
    }
}

private func passGate(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let gate = pointer?.assumingMemoryBound(to: pthread_mutex_t.self) {
        pthread_mutex_lock(gate)
        pthread_mutex_unlock(gate)
    }
    return nil
}

/// Says that memory was refused, where all else that could be said is a fault of the processor.
private enum OutOfMemory {
    /// Written once, before there are other threads; read in a signal's handler, where nothing can be allocated.
    nonisolated(unsafe) private static var text: UnsafeMutablePointer<CChar>?
    nonisolated(unsafe) private static var probeSize = 0

    static func words(_ limit: Int, happened: Bool) -> String {
        let size = "\(limit >> 20) MiB of memory (ulimit -v or -d)"
        let verb = happened ? "needed more than" : "cannot work with"
        return "error: the program \(verb) the \(size) that it may have\n"
            + "   = help: raise the limit, or give it less to do: fewer files, cells and threads, longer bars\n"
    }

    /// The fault of a program that has less than half of its memory left is taken for want of memory.
    static func watch(_ limit: Int) {
        text = strdup(words(limit, happened: true))
        probeSize = limit / 2
        for number in [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS] {
            signal(number) { OutOfMemory.fault($0) }
        }
    }

    private static func fault(_ number: Int32) {
        let probe = mmap(nil, probeSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if probe == MAP_FAILED, let text {
            _ = write(STDERR_FILENO, text, strlen(text))
            _exit(75)
        }
        signal(number, SIG_DFL)
        raise(number)
    }
}
