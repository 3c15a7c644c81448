import Dispatch
import Synchronization

/// `transform` of 0…count−1 on at most `threads` Dispatch threads; results in index order, whatever ran when.
///
/// Each index has a slot of its own that is written once. Indices are handed out in order, so long tasks should come
/// first where that is known. `transform` gives nil to stop early (cancellation), which makes the whole result nil.
public func parallelMap<Value: Sendable>(
    count: Int, threads: Int, _ transform: @Sendable (Int) -> Value?
) -> [Value]? {
    let slots = Slots<Value>(count: count)
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < count, let value = transform(index) else { return }
            slots.fill(index, value)
        }
    }
    return slots.values()
}

/// One slot an index.
///
/// `@unchecked Sendable`: an index is handed to exactly one thread, which alone writes its slot; slots are read only
/// after `concurrentPerform` has returned, which waits for all of them.
private final class Slots<Value>: @unchecked Sendable {
    private let storage: UnsafeMutableBufferPointer<Value?>

    init(count: Int) {
        storage = .allocate(capacity: count)
        storage.initialize(repeating: nil)
    }

    deinit {
        storage.deinitialize()
        storage.deallocate()
    }

    func fill(_ index: Int, _ value: Value) { storage[index] = value }

    func values() -> [Value]? {
        let filled = storage.compactMap { $0 }
        return filled.count == storage.count ? filled : nil
    }
}
