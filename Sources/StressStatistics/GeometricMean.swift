#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The geometric mean of independent values above 0, with Student's interval on their logarithms.
public struct GeometricMean: Hashable, Sendable {
    /// The mean.
    public let value: Double
    /// Its interval; nil of a single value.
    public let interval: Interval?
    /// How many values there are.
    public let count: Int

    /// Nil without values. O(values).
    ///
    /// - Parameter confidence: strictly between 0 and 1.
    public init?(_ values: [Double], confidence: Double) {
        guard !values.isEmpty, values.allSatisfy({ $0 > 0 && $0 < .infinity }) else { return nil }
        let logarithms = values.map { log($0) }
        let mean = logarithms.reduce(0, +) / Double(values.count)
        (value, count) = (exp(mean), values.count)
        guard values.count > 1 else {
            interval = nil
            return
        }
        let squares = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
        let margin = error * studentQuantile(twoSided: confidence, degrees: Double(values.count - 1))
        interval = Interval(low: exp(mean - margin), high: exp(mean + margin))
    }
}
