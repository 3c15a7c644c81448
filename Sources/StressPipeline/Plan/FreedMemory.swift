#if canImport(Glibc)
    import Glibc
#endif

/// What the heap has freed, and holds for later.
enum FreedMemory {
    /// Gives it back to the system. Worth some milliseconds between two stages of a large job: a sweep leaves hundreds of megabytes in
    /// pieces that fit nothing of what comes next.
    static func giveBack() {
        #if canImport(Glibc)
            typealias Call = @convention(c) (Int) -> CInt
            // Of malloc.h, which Swift's module of glibc leaves out; other C libraries do not have it.
            guard let address = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") else { return }
            _ = unsafeBitCast(address, to: Call.self)(0)
        #endif
    }
}
