/// One thing that was found out about a file before it was read: what, how sure that is, and why.
public struct RecognisedTrait: Hashable, Codable, Sendable {
    /// How sure a reading is.
    public enum Confidence: String, Hashable, Codable, Sendable, CaseIterable {
        /// The user said so.
        case stated
        /// Nothing else fits what the sample shows.
        case certain
        /// The sample speaks for it, and something else cannot be ruled out.
        case likely
        /// The sample says nothing; it is the usual case.
        case assumed
    }

    /// What was to be found out: `encoding`, `delimiter`, `columns`, `volume`, `time`, `numbers`, `kind`.
    public let subject: String
    /// What it was found to be.
    public let reading: String
    /// How sure that is.
    public let confidence: Confidence
    /// Why; empty for what the user stated.
    public let reason: String

    init(_ subject: String, _ reading: String, _ confidence: Confidence, _ reason: String) {
        (self.subject, self.reading, self.confidence, self.reason) = (subject, reading, confidence, reason)
    }
}
