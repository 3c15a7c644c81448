import Synchronization

/// Hands values on in the order of their places, whatever order they come in. What waits is what comes before its turn.
///
/// Safe to use from several threads; `take` is called by one at a time.
public final class InOrder<Value: Sendable>: Sendable {
    private let state = Mutex<(next: Int, waiting: [Int: Value])>((0, [:]))
    private let take: @Sendable (Value) -> Void

    /// - Parameter take: gets the value of place 0, then that of place 1, and so on.
    public init(_ take: @escaping @Sendable (Value) -> Void) { self.take = take }

    /// The value of a place, which comes once.
    public func add(_ value: Value, at place: Int) {
        state.withLock { state in
            state.waiting[place] = value
            while let value = state.waiting.removeValue(forKey: state.next) {
                take(value)
                state.next += 1
            }
        }
    }
}
