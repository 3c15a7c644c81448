import Foundation
import StressBasics
import Testing

/// Four at a time against the system's functions, one after the other.
@Suite struct VectorMathTests {
    @Test(arguments: 0..<10)
    func logarithmsAreNear(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("logarithms")
        for _ in 0..<2_000 {
            var numbers = SIMD4(repeating: 1.0)
            for place in 1..<4 { numbers[place] = exp(1_400 * random.uniform() - 700) }
            numbers[3] = 1 - random.uniform() / 1e6
            for place in 0..<4 {
                let (near, exact) = (numbers.nearLogarithms[place], log(numbers[place]))
                #expect(abs(near - exact) < 4e-8, "seed \(seed): \(numbers[place])")
            }
        }
    }

    @Test(arguments: 0..<10)
    func smallGrowthsAreNear(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("growths")
        for _ in 0..<2_000 {
            var numbers = SIMD4(repeating: 0.0)
            for place in 1..<4 { numbers[place] = (random.uniform() - 0.5) / 5 }
            for place in 0..<4 {
                let (near, exact) = (numbers.smallGrowths[place], expm1(numbers[place]))
                #expect(abs(near - exact) <= 3e-10 * abs(numbers[place]), "seed \(seed): \(numbers[place])")
            }
        }
    }
}
