import Foundation

/// Memory that this process may still take without driving others out: what the system says is available, or less where a
/// control group or a limit of the process allows less. Nil when nothing can be found out.
func freeMemory() -> Int? {
    #if os(Linux)
        let system = kilobytes("MemAvailable:", in: "/proc/meminfo")
        return [system, groupMemory(), ProcessMemory.bounds.room].compactMap { $0 }.min()
    #else
        // What other programs need is not told; half of the machine is a careful guess.
        return Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
    #endif
}

#if os(Linux)
    /// The value of a line such as `MemAvailable:   23735152 kB`, in bytes.
    private func kilobytes(_ label: String, in path: String) -> Int? {
        let line = text(path)?.split(separator: "\n").first { $0.hasPrefix(label) }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    /// What the control groups of the process leave it (cgroup v2: every group from its own to the root; v1: its own limit).
    private func groupMemory() -> Int? {
        guard let groups = text("/proc/self/cgroup") else { return nil }
        var rooms: [Int] = []
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].isEmpty {
                var path = String(parts[2])
                while true {
                    let folder = "/sys/fs/cgroup" + (path == "/" ? "" : path)
                    rooms += [room(folder, limit: "memory.max", used: "memory.current")].compactMap { $0 }
                    guard path != "/", !path.isEmpty else { break }
                    path = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
                    if path.isEmpty { path = "/" }
                }
            } else if parts[1].split(separator: ",").contains("memory") {
                let folder = "/sys/fs/cgroup/memory" + parts[2]
                rooms += [room(folder, limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes")].compactMap { $0 }
            }
        }
        return rooms.min()
    }

    private func room(_ folder: String, limit: String, used: String) -> Int? {
        func number(_ name: String) -> Int? {
            text(folder + "/" + name).flatMap { Int($0.split(separator: "\n").first ?? "") }
        }
        // No limit is a word, or in the old version a number larger than any memory.
        guard let limit = number(limit), limit < 1 << 50, let used = number(used) else { return nil }
        // Cached files count as used, and are given back when somebody needs the room.
        let cached =
            text(folder + "/memory.stat")?.split(separator: "\n").first { $0.hasPrefix("inactive_file ") }
            .flatMap { Int($0.dropFirst("inactive_file ".count)) } ?? 0
        return max(0, limit - max(0, used - cached))
    }

    private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
#endif
