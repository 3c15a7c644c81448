#if canImport(Glibc)
    import Glibc
#endif

/// The same for the room that an array has.
func preferLargePages<Value>(_ column: inout [Value]) {
    let bytes = column.capacity * MemoryLayout<Value>.stride
    column.withUnsafeMutableBufferPointer { buffer in
        preferLargePages(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: bytes))
    }
}

/// Asks the system to back new memory with large pages where it has any: taking memory in pages of 4 KiB costs more than
/// filling it. Changes nothing but time.
func preferLargePages(_ bytes: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
        let page = 1 << 12
        guard let base = bytes.baseAddress, bytes.count >= 1 << 22 else { return }
        let start = (Int(bitPattern: base) + page - 1) / page * page
        let end = (Int(bitPattern: base) + bytes.count) / page * page
        madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    #endif
}
