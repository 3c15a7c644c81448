#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs the program on a thread whose stack does not hang on the shell's `ulimit -s`, and lets every later thread have as much.
///
/// Where the system gives too little to work with (`ulimit -u`, `ulimit -v`) the program says so and ends: the run's own threads would
/// be waited for in vain.
func runProgram(_ body: @escaping @Sendable () -> Never) -> Never {
    setDefaultStackSize(ProgramStack.threads)
    if let words = SystemLimits.begin() { giveUp(words) }
    guard startThread(stackSize: ProgramStack.program, { body() }) else {
        giveUp(
            "error: the system gives no thread to work on\n"
                + "   = help: allow more processes (ulimit -u) or more memory (ulimit -v), or try again when fewer run\n"
        )
    }
    while true { pause() }
}

private func giveUp(_ words: String) -> Never {
    _ = words.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(75)
}

/// Sizes of stacks, in bytes: those that Linux gives by default, and room to spare for the program's own.
private enum ProgramStack {
    static let program = 16 << 20
    static let threads = 8 << 20
}

/// Starts a thread that nobody joins; false when the system gives none.
func startThread(stackSize: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    guard pthread_attr_setstacksize(&attributes, stackSize) == 0 else { return false }
    let box = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Glibc)
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { ThreadBody.run($0) }, box.toOpaque())
    #else
        var thread: pthread_t?
        let code = pthread_create(&thread, &attributes, { ThreadBody.run($0) }, box.toOpaque())
    #endif
    if code != 0 { box.release() }
    return code == 0
}

/// What a thread does, on its way through a C interface.
private final class ThreadBody {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    static func run(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let pointer { Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
    }
}

/// Dispatch's threads take the default, which glibc reads from `ulimit -s` when the program begins.
private func setDefaultStackSize(_ size: Int) {
    #if canImport(Glibc)
        // Swift's module of glibc leaves GNU's own calls out.
        typealias Call = @convention(c) (UnsafePointer<pthread_attr_t>) -> CInt
        guard let address = dlsym(dlopen(nil, RTLD_NOW), "pthread_setattr_default_np") else { return }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if pthread_attr_setstacksize(&attributes, size) == 0 { _ = unsafeBitCast(address, to: Call.self)(&attributes) }
    #endif
}
