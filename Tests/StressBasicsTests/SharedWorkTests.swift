import Dispatch
import StressBasics
import Synchronization
import Testing

/// Work that threads share is done in order of its indices, whole, and by those who have nothing else to do.
@Suite struct SharedWorkTests {
    @Test(arguments: [0, 1, 5, 100])
    func parallelMapKeepsOrder(count: Int) {
        for threads in [1, 2, 7] {
            #expect(parallelMap(count: count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
        }
    }

    @Test(arguments: [1, 3])
    func parallelMapStopsOnNil(threads: Int) {
        let made = Atomic(0)
        let found = parallelMap(count: 5_000, threads: threads) { place in
            made.add(1, ordering: .relaxed)
            return place == 20 ? nil : place
        }
        #expect(found == nil)
        if threads == 1 { #expect(made.load(ordering: .relaxed) == 21) }
    }

    /// Two inner indices wait for each other, while the outer work has long been handed out: only one who helps can free them.
    @Test(.timeLimit(.minutes(10)))
    func innerWorkIsHelpedWhenOuterWorkIsHandedOut() {
        let begun = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
        let found = parallelMap(count: 2, threads: 2) { outer -> [Int]? in
            guard outer == 0 else { return [] }
            return parallelMap(count: 2, threads: 2) { inner in
                begun[inner].signal()
                begun[1 - inner].wait()
                return inner
            }
        }
        #expect(found == [[0, 1], []])
    }

    /// Maps inside of maps, of any sizes and threads, against loops; no map is worked on by more than it allows.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func nestedMapsEqualLoops(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sizes = (0..<40).map { _ in
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in Int.random(in: 0...30, using: &generator) }
        }
        let threads = (0..<3).map { _ in Int.random(in: 1...5, using: &generator) }
        let crowd = Crowd()
        let found = parallelMap(count: sizes.count, threads: threads[0]) { outer in
            crowd.during {
                let inner = sizes[outer]
                return parallelMap(count: inner.count, threads: threads[1]) { middle in
                    parallelMap(count: inner[middle], threads: threads[2]) { outer * 1_000 + middle * 100 + $0 }
                }
            }
        }
        let expected = sizes.enumerated().map { outer, inner in
            inner.enumerated().map { middle, count in (0..<count).map { outer * 1_000 + middle * 100 + $0 } }
        }
        #expect(found == expected, "seed \(seed)")
        #expect(crowd.most <= threads[0], "seed \(seed)")
    }
}

/// How many were somewhere at the same time.
private final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func during<Value>(_ body: () -> Value) -> Value {
        counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        defer { counts.withLock { $0.now -= 1 } }
        return body()
    }
}
