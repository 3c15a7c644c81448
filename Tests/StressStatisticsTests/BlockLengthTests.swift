#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import StressStatistics
import Testing

@Suite struct BlockLengthTests {
    /// The reference value of the Python package arch: 10,100 normals of numpy's `RandomState(0)`, an AR(1) of 0.3 over
    /// them, the first 100 dropped.
    @Test func theReferenceSeries() throws {
        var random = NumpyNormals(seed: 0)
        var series = (0..<10_100).map { _ in random.next() }
        #expect(abs(series[0] - 1.76405235) < 1e-8 && abs(series[2] - 0.97873798) < 1e-8, "numpy's own first numbers")
        for index in 1..<series.count { series[index] += 0.3 * series[index - 1] }
        let lengths = try #require(AutomaticBlockLength(Array(series[100...])))
        #expect(abs(lengths.stationary / 13.635665 - 1) < 1e-7)
        #expect(abs(lengths.circular / 15.60894 - 1) < 1e-6)
    }

    /// The longer the memory, the longer the blocks; and never longer than the cap.
    @Test func memoryMakesBlocksLonger() throws {
        var random = NumpyNormals(seed: 3)
        let shocks = (0..<4000).map { _ in random.next() }
        var before = 0.0
        for memory in [0.0, 0.3, 0.6, 0.9] {
            var series = shocks
            for index in 1..<series.count { series[index] += memory * series[index - 1] }
            let length = try #require(AutomaticBlockLength(series)).stationary
            #expect(length > before && length <= 190)
            before = length
        }
    }

    @Test func nothingToChooseFrom() {
        #expect(AutomaticBlockLength([]) == nil)
        #expect(AutomaticBlockLength([1, 2, 3, 4, 5, 6, 7]) == nil)
        #expect(AutomaticBlockLength(Array(repeating: 4, count: 100)) == nil)
        #expect(AutomaticBlockLength([0, 0, 0, 0, 0, 0, 0, 1])!.stationary >= 1)
    }
}

/// The normals of numpy's legacy generator: M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998), 53-bit
/// doubles, Marsaglia's polar method with the second number first.
struct NumpyNormals {
    private var state = [UInt32](repeating: 0, count: 624)
    private var place = 624
    private var spare: Double?

    init(seed: UInt32) {
        state[0] = seed
        for index in 1..<624 {
            let before = state[index - 1]
            state[index] = 1_812_433_253 &* (before ^ (before >> 30)) &+ UInt32(index)
        }
    }

    mutating func next() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        while true {
            let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
            let radius = x * x + y * y
            guard radius > 0, radius < 1 else { continue }
            let factor = (-2 * log(radius) / radius).squareRoot()
            spare = factor * x
            return factor * y
        }
    }

    private mutating func uniform() -> Double {
        let (high, low) = (word() >> 5, word() >> 6)
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    private mutating func word() -> UInt32 {
        if place == 624 { turn() }
        var y = state[place]
        place += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func turn() {
        for index in 0..<624 {
            let y = (state[index] & 0x8000_0000) | (state[(index + 1) % 624] & 0x7FFF_FFFF)
            state[index] = state[(index + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
        }
        place = 0
    }
}
