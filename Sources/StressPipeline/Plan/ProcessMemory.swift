import Foundation

/// What the system lets this process map: `ulimit` of the shell, limits of a service.
public enum ProcessMemory {
    /// What may still be mapped and what that is bounded by, bytes; nil without a limit.
    public static var bounds: (room: Int?, limit: Int?) {
        let sizes = addressSizes()
        let bounds: [(limit: Int, used: Int)] = [
            limit(RLIMIT_AS).map { ($0, sizes.total) }, limit(RLIMIT_DATA).map { ($0, sizes.data) },
        ].compactMap { $0 }
        guard let tightest = bounds.min(by: { $0.limit - $0.used < $1.limit - $1.used }) else { return (nil, nil) }
        return (max(0, tightest.limit - tightest.used), tightest.limit)
    }

    #if canImport(Glibc)
        private typealias Resource = __rlimit_resource
    #else
        private typealias Resource = Int32
    #endif

    private static func limit(_ resource: Resource) -> Int? {
        #if canImport(Glibc)
            let number = __rlimit_resource_t(resource.rawValue)
        #else
            let number = resource
        #endif
        var limit = rlimit()
        guard getrlimit(number, &limit) == 0, limit.rlim_cur < UInt64(Int.max) else { return nil }
        return Int(limit.rlim_cur)
    }

    /// Mapped bytes, all of them and those of data; 0 where the system does not tell.
    private static func addressSizes() -> (total: Int, data: Int) {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return (0, 0) }
        let pages = text.split(separator: " ").map { Int($0.trimmingCharacters(in: .newlines)) ?? 0 }
        let page = Int(getpagesize())
        return pages.count > 5 ? (pages[0] * page, pages[5] * page) : (0, 0)
    }
}
