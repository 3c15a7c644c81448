import Foundation

/// What is slow to make, made once for all tests that only read it: by name.
public final class MadeOnce<Value>: @unchecked Sendable {
    /// One of them, so that who wants another does not wait for it.
    private final class Place {
        let lock = NSLock()
        var made: Result<Value, any Error>?
    }

    private let lock = NSLock()
    private var places: [String: Place] = [:]

    /// Nothing made yet.
    public init() {}

    /// What has this name, made by the first who asks.
    public func value(_ name: String, _ make: () throws -> Value) throws -> Value {
        let place = lock.withLock {
            let found = places[name] ?? Place()
            places[name] = found
            return found
        }
        return try place.lock.withLock {
            let made = place.made ?? Result(catching: make)
            place.made = made
            return made
        }.get()
    }
}
