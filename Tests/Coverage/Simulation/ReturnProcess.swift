#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics

/// A way in which invented prices move from bar to bar, of which everything is known.
public enum ReturnProcess: String, CaseIterable, Sendable {
    /// Independent normal returns.
    case independent = "i.i.d. normal"
    /// Returns that lean on the one before.
    case autoregressive = "AR(1), 0.3"
    /// Volatility that clusters, and rare jumps that are mostly falls.
    case garchJumps = "GARCH with jumps"
    /// Long calm and short turbulent times.
    case regimes = "Regime switching"
    /// Independent returns with Student's distribution of three degrees of freedom: a power law.
    case student = "i.i.d. Student (3)"
    /// Regimes that last longer than many price files: a year of calm, three months of turbulence.
    case slowRegimes = "Regimes of a year"

    /// Standard deviation of a return in calm times, about that of a coin over six hours.
    static let volatility = 0.02
}

/// A stream of log returns.
struct ReturnStream {
    private let process: ReturnProcess
    private var random: SeededGenerator
    private var spare: Double?
    private var last = 0.0
    private var variance = ReturnProcess.volatility * ReturnProcess.volatility
    private var isTurbulent = false

    /// A stream that has run long enough to forget how it began.
    init(_ process: ReturnProcess, seed: SeededGenerator) {
        self.process = process
        random = seed
        isTurbulent = random.uniform() < 0.2
        for _ in 0..<2000 { _ = next() }
    }

    mutating func next() -> Double {
        let scale = ReturnProcess.volatility
        switch process {
        case .independent: return scale * normal()
        case .autoregressive:
            last = 0.3 * last + scale * normal()
            return last
        case .garchJumps:
            // Bollerslev's GARCH(1, 1); the variance around which it moves is scale².
            variance = 0.02 * scale * scale + 0.08 * last * last + 0.9 * variance
            last = variance.squareRoot() * normal()
            let hasJump = random.uniform() < 1.0 / 500
            return last + (hasJump ? scale * (-4 + 4 * normal()) : 0)
        case .regimes: return regimeReturn(calmDays: 60)
        case .student:
            // A normal over the root of a mean of three squares; three degrees have a variance of 3.
            let (value, squares) = (normal(), (0..<3).reduce(0.0) { sum, _ in sum + square(normal()) })
            return scale * value / squares.squareRoot()
        case .slowRegimes: return regimeReturn(calmDays: 365)
        }
    }

    /// Turbulence lasts a quarter of the calm on average; four bars a day.
    private mutating func regimeReturn(calmDays: Double) -> Double {
        if random.uniform() < (isTurbulent ? 1 : 0.25) / calmDays { isTurbulent.toggle() }
        return (isTurbulent ? 2.5 : 0.8) * ReturnProcess.volatility * normal()
    }

    private func square(_ value: Double) -> Double { value * value }

    /// Marsaglia's polar method.
    private mutating func normal() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        while true {
            let (x, y) = (2 * random.uniform() - 1, 2 * random.uniform() - 1)
            let radius = x * x + y * y
            guard radius > 0, radius < 1 else { continue }
            let factor = (-2 * log(radius) / radius).squareRoot()
            spare = factor * y
            return factor * x
        }
    }
}

/// For every bar, the deepest fall of the log price within the `horizon` bars after it. O(bars).
func windowFalls(_ logPrices: [Double], horizon: Int) -> [Double] {
    // A queue of bars with rising prices: its head is the lowest of the window.
    var (queue, head) = ([Int](), 0)
    var falls = [Double](repeating: 0, count: max(0, logPrices.count - horizon))
    for bar in logPrices.indices {
        while queue.count > head, logPrices[queue[queue.count - 1]] >= logPrices[bar] { queue.removeLast() }
        queue.append(bar)
        let entry = bar - horizon
        guard entry >= 0 else { continue }
        while queue[head] <= entry { head += 1 }
        falls[entry] = logPrices[entry] - logPrices[queue[head]]
    }
    return falls
}
