/// Functions of four numbers at once, in instructions that every processor has.
extension SIMD4<Double> {
    /// Natural logarithms of normal numbers above 0, to 4e-8.
    ///
    /// A number is `2^e m` with `m` in 1…2, and `ln m = ln √2 + 2 artanh((m − √2)/(m + √2))`, whose argument does not pass 0.1716: four
    /// terms of the series are left 3e-8 off.
    @inlinable
    @inline(__always)
    public var nearLogarithms: SIMD4<Double> {
        let bits = unsafeBitCast(self, to: SIMD4<UInt64>.self)
        // A whole number below 2⁵² is the end of the digits of 2⁵² and itself.
        let exponents = unsafeBitCast(bits &>> 52 | 0x4330_0000_0000_0000, to: SIMD4<Double>.self) - 0x1p52
        let digits = unsafeBitCast(bits & 0x000F_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000, to: SIMD4<Double>.self)
        let root = 1.4142135623730951
        let z = (digits - root) / (digits + root)
        let square = z * z
        let series = square.cubic(1, 1.0 / 3, 1.0 / 5, 1.0 / 7)
        return (exponents - 1022.5) * 0.6931471805599453 + 2 * z * series
    }

    /// `e^x − 1` for `x` in −0.1…0.1, to 3e-10 of `x`: six terms of the series.
    @inlinable
    @inline(__always)
    public var smallGrowths: SIMD4<Double> {
        let low = cubic(1, 1.0 / 2, 1.0 / 6, 1.0 / 24)
        let high: SIMD4<Double> = self * (1.0 / 720) + 1.0 / 120
        let square = self * self
        return self * (low + square * square * high)
    }

    /// `a + bx + cx² + dx³`.
    @inlinable
    @inline(__always)
    func cubic(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> SIMD4<Double> {
        let third: SIMD4<Double> = self * d + c
        let second: SIMD4<Double> = self * third + b
        return self * second + a
    }
}
