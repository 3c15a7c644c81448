import StressBasics
import StudyPlan

/// Whether the fund has fallen so far that deleveraging begins before it is empty.
struct FundWatch {
    private let rule: EarlyDeleveraging
    /// Balances that no later one has reached, falling, with the moment until which they stood.
    private var peaks: [(until: Int64, balance: Int128)] = []
    private var head = 0

    init(_ rule: EarlyDeleveraging) { self.rule = rule }

    /// Takes note of a balance. Amortised O(1).
    mutating func add(_ balance: Int128, at time: Int64) {
        // What was added last is always still there.
        if peaks.count > head { peaks[peaks.count - 1].until = time }
        while peaks.count > head, let last = peaks.last, last.balance <= balance { peaks.removeLast() }
        peaks.append((.max, balance))
        expire(at: time)
    }

    /// Leaves out what no window reaches any more. Amortised O(1).
    private mutating func expire(at time: Int64) {
        let start = time == .min ? time : time - rule.within.milliseconds
        while peaks.count > head + 1, peaks[head].until <= start { head += 1 }
        if head > 256, head > peaks.count / 2 {
            peaks.removeFirst(head)
            head = 0
        }
    }

    /// Whether a balance lies as far below the highest of the window as the rule says.
    mutating func isTriggered(_ balance: Int128, at time: Int64) -> Bool {
        expire(at: time)
        let peak = peaks[head].balance
        return peak > 0 && Double(balance) <= (1 - rule.fall) * Double(peak)
    }
}
