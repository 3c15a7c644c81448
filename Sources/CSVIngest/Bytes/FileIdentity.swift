import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the file system says of a file: changes whenever anybody writes to it or puts another in its place.
struct FileIdentity: Equatable {
    /// Device, file number, size, and the nanoseconds of the last change of content and of anything.
    private let numbers: [Int64]
    let byteCount: Int

    /// Nil for what is not a regular file.
    init?(path: String) {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        byteCount = Int(status.st_size)
        #if canImport(Glibc)
            let times = [status.st_mtim, status.st_ctim]
        #else
            let times = [status.st_mtimespec, status.st_ctimespec]
        #endif
        numbers =
            [Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino), Int64(byteCount)]
            + times.flatMap { [Int64($0.tv_sec), Int64($0.tv_nsec)] }
    }

    /// Whether the last change is more than `seconds` ago: clocks and file systems are coarse, and a change right after
    /// another may have the same times.
    func isSettled(for seconds: Int64) -> Bool {
        let now = Int64(time(nil))
        return numbers[3] + seconds < now && numbers[5] + seconds < now
    }

    /// The same for the same file while nobody changes it.
    var key: Digest { Digest(of: "file " + numbers.map(String.init).joined(separator: " ")) }
}

extension InputPlace {
    /// What the file system says of it; nil for what is not a regular file.
    var identity: FileIdentity? {
        guard case .file(_, let path) = self else { return nil }
        return FileIdentity(path: path)
    }
}

/// The path of a file that was named relative to a folder.
func filePath(_ name: String, folder: String) -> String {
    folder.isEmpty || name.hasPrefix("/") ? name : folder + "/" + name
}
