import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Normal numbers by the method of Box and Muller. Here, as tests that draw millions of them are compiled without optimisation.
public struct NormalStream {
    private var random: SeededGenerator
    private var spare: Double?

    /// A stream of a seed.
    public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next number.
    public mutating func next() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let (radius, angle) = ((-2 * log(1 - random.uniform())).squareRoot(), 2 * Double.pi * random.uniform())
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}
