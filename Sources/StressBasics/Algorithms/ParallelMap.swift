import Dispatch
import Synchronization

/// `transform` of 0…count−1 on at most `threads` threads, this one among them; results in index order, whatever ran when.
///
/// Each index has a slot of its own that is written once. Indices are handed out in order, so long tasks should come
/// first where that is known. `transform` gives nil to stop early (cancellation), which makes the whole result nil.
/// Calls may stand inside each other: whoever has nothing left to do in one helps in another (`SharedWork`).
public func parallelMap<Value: Sendable>(
    count: Int, threads: Int, _ transform: @escaping @Sendable (Int) -> Value?
) -> [Value]? {
    let slots = Slots<Value>(count: count)
    SharedWork.run(count: count, threads: threads) { index in
        guard let value = transform(index) else { return false }
        slots.fill(index, value)
        return true
    }
    return slots.values()
}

/// One slot an index.
///
/// `@unchecked Sendable`: an index is handed to exactly one thread, which alone writes its slot; slots are read only
/// after `SharedWork.run` has returned, which waits for all of them.
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
