/// A margin rule that cannot be: what is wrong, in words that need no other context.
public struct RuleError: Error, Hashable, Sendable {
    /// One sentence without a full stop.
    public let message: String

    /// An error that says `message`.
    public init(_ message: String) {
        self.message = message
    }
}
