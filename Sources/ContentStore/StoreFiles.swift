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
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            return nil
        }
        let count = Int(status.st_size)
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            return nil
        }
        bytes = UnsafeRawBufferPointer(start: base, count: count)
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

/// Makes a folder for this user alone, and its parents. False when that is not possible.
func makeFolders(_ path: String) -> Bool {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex, !makeFolders(String(path[..<slash])) {
        return false
    }
    return mkdir(path, 0o700) == 0 || errno == EEXIST
}

/// Writes a new file of `parts` and forces it to disk. False when that is not possible; something may be left behind.
func writeNewFile(_ path: String, _ parts: [UnsafeRawBufferPointer]) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    let isWritten = parts.allSatisfy { writeAll($0, to: descriptor) } && fsync(descriptor) == 0
    return close(descriptor) == 0 && isWritten
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
        let written = write(descriptor, base, rest.count)
        if written < 0 {
            if errno == EINTR { continue }
            return false
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    return true
}

/// The regular files of a folder with size and time of last use.
func folderEntries(_ path: String) -> [(name: String, bytes: Int, used: timespec)] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [(String, Int, timespec)] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        #if canImport(Glibc)
            found.append((name, Int(status.st_size), status.st_mtim))
        #else
            found.append((name, Int(status.st_size), status.st_mtimespec))
        #endif
    }
    return found
}
