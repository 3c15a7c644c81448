import StressBasics

/// How patient a fetch is, and how much it takes in. Every wait and every size has a bound.
public struct FetchPolicy: Sendable {
    /// Tries in a row that come no farther than the best before them, after which a file is given up.
    public var attempts = 6
    /// Wait after the first failure; doubled after each further one that brought little.
    public var firstDelay = TimeSpan.seconds(1)
    /// No wait of ours is longer.
    public var longestDelay = TimeSpan.seconds(60)
    /// The longest `Retry-After` that is waited for; a server that asks for more is left alone.
    public var longestRetryAfter = TimeSpan.minutes(5)
    /// Time without a byte after which a transfer is cut and tried again.
    public var stall = TimeSpan.seconds(30)
    /// Time for one file, all tries and waits together.
    public var longestFile = TimeSpan.minutes(30)
    /// The largest file that is taken.
    public var largestFile: Int64 = 1 << 30
    /// Files under way at the same time.
    public var parallel = 4
    /// Seed of the jitter in the waits.
    public var seed: UInt64 = 1
    /// Whether a redirect may lead to another host.
    public var allowsOtherHosts = false
    /// Whether plain `http` may be used, for the base address and redirects.
    public var allowsHTTP = false
    /// Whether checksums are asked for again, so that files which the archive has replaced are fetched anew.
    public var refreshes = false

    /// The default: some minutes of patience.
    public init() {}

    /// The most bytes of a `.CHECKSUM` file.
    static let largestChecksum: Int64 = 4096
    /// The most redirects of one request.
    static let mostRedirects = 5
    /// Files in a row that the server does not give before the rest is not tried any more.
    static let mostGivenUp = 3
    /// Bytes in one try that are worth a new one at once.
    static let ampleGain: Int64 = 1 << 20
}

/// Waits between tries: exponential, with half of each wait random so that many clients do not come back at once.
struct Backoff {
    private var generator: SeededGenerator
    private let policy: FetchPolicy
    /// Tries in a row that came no farther.
    private(set) var failures = 0
    /// Waits in a row, each longer than the one before.
    private var waits = 0

    init(policy: FetchPolicy, label: String) {
        generator = SeededGenerator(seed: policy.seed).stream(label)
        self.policy = policy
    }

    /// The next wait; nil when it was one failure too many, or the server asks for more than is granted.
    mutating func wait(retryAfter: TimeSpan?) -> TimeSpan? {
        failures += 1
        waits += 1
        guard failures < policy.attempts else { return nil }
        let doubled = Double(policy.firstDelay.milliseconds) * Double(1 << min(waits - 1, 20))
        let limit = min(doubled, Double(policy.longestDelay.milliseconds))
        let own = TimeSpan(milliseconds: Int64(limit * (0.5 + generator.uniform() / 2)))
        guard let retryAfter else { return own }
        return retryAfter > policy.longestRetryAfter ? nil : max(own, retryAfter)
    }

    /// What a failed try achieved. Any byte beyond the best so far counts; only a good piece lets the waits begin anew, or a server that
    /// gives crumbs would be asked without end.
    mutating func came(to farthest: Int64, from before: Int64) {
        guard farthest > before else { return }
        failures = 0
        if farthest - before >= min(FetchPolicy.ampleGain, before) { waits = 0 }
    }
}

/// Reads a `Retry-After`: seconds, or a date (RFC 9110, 10.2.3) compared with `now`. Nil for anything else; never negative.
func retryAfter(_ text: String?, now: UTCInstant) -> TimeSpan? {
    guard let text = text?.trimmingSpaces, !text.isEmpty else { return nil }
    if text.allSatisfy({ $0.isASCII && $0.isNumber }) {
        return .seconds(Int64(text).map { min($0, 1_000_000_000) } ?? 1_000_000_000)
    }
    guard let then = httpDate(text) else { return nil }
    return max(.seconds(0), then - now)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may send today.
func httpDate(_ text: String) -> UTCInstant? {
    let words = text.split(separator: " ").map(String.init)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT", let day = Int(words[1]),
        let month = months.firstIndex(of: words[2]), let year = Int(words[3])
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3 else { return nil }
    return CivilTime(
        year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: min(clock[2], 59)
    ).instant
}

extension String {
    var trimmingSpaces: String {
        let spaces: Set<Character> = [" ", "\t", "\r", "\n", "\r\n"]
        let start = drop { spaces.contains($0) }
        return String(start.reversed().drop { spaces.contains($0) }.reversed())
    }
}
