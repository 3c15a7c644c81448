import DurableFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file mapped for reading.
///
/// `@unchecked Sendable`: nobody writes to the mapping, and entries are replaced whole, never changed in place.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    /// Nil for anything but a regular file with something in it. Links are not followed.
    init?(_ path: String) {
        guard let file = try? OpenFile(path, .reading()), let facts = file.facts, facts.kind == .file, facts.bytes > 0
        else { return nil }
        guard let base = mmap(nil, facts.bytes, PROT_READ, MAP_PRIVATE, file.descriptor, 0), base != MAP_FAILED else {
            return nil
        }
        bytes = UnsafeRawBufferPointer(start: base, count: facts.bytes)
    }

    /// Lets go of the memory of a range that is not looked at again soon; its bytes stay readable.
    func release(_ range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (start, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
        guard let base = bytes.baseAddress, start < end else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
