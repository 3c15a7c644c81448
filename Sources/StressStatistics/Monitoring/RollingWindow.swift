#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks at a history of fixed length whose beginning moves along with its end.
///
/// The share less the limit, in standard errors, is then a stationary Gaussian process that forgets everything within a window: its
/// correlation falls in a straight line to 0 over one length. D. Slepian ("First passage time for a particular Gaussian process", Annals
/// of Mathematical Statistics 32, 1961) gives the chance that it passes `c` within a length. The chance of passing for the first time
/// never rises from one moment to the next, so that in further lengths it is no more than as often again.
struct RollingWindow: Hashable, Sendable {
    /// Time of the looks over the length of the window, above 0.
    let lengths: Double

    /// Of passing `c`, 1 or more, from one side. By quadrature, to about 10⁻⁶; O(1).
    func chance(_ c: Double) -> Double {
        let within = RollingWindow.passing(c, within: min(1, lengths))
        let already = RollingWindow.below(-c)
        return lengths > 1 ? within + (lengths - 1) * (within - already) : within
    }

    /// Of being above `c` at the beginning, or passing it within so much of a length.
    private static func passing(_ c: Double, within part: Double) -> Double {
        let spread = (part * (2 - part)).squareRoot()
        // Of staying below `c`, given that it began at `x`, times the density there.
        func staying(_ x: Double) -> Double {
            let direct = below((c - x * (1 - part)) / spread)
            let reflected = exp((x * x - c * c) / 2) * below((x - c * (1 - part)) / spread)
            return density(x) * (direct - reflected)
        }
        let (steps, reach) = (200, 9.0)
        let width = (c + reach) / Double(steps)
        let sum = (0...steps).reduce(0.0) { sum, step in
            let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
            return sum + weight * staying(-reach + Double(step) * width)
        }
        return 1 - sum * width / 3
    }

    private static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

    private static func below(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
}
