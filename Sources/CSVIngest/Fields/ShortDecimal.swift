/// Reads what nearly all prices look like, eight digits at a time: 8 to 16 digits and at most one point, no sign, no
/// exponent, at most eight digits on either side of the point.
///
/// Nil for everything else, which ``readDecimal(_:)`` reads. The value has a single rounding, of the quotient of two exact
/// numbers, and so is the nearest `Double` (W. Clinger, "How to Read Floating Point Numbers Accurately", PLDI 1990).
@inline(__always)
func readShortDecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    let count = bytes.count
    guard count >= 8, count <= 16, let start = bytes.baseAddress else { return nil }
    // Two words that overlap in the middle hold all bytes and none beside.
    let front = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
    let back = UnsafeRawPointer(start + (count &- 8)).loadUnaligned(as: UInt64.self).littleEndian
    var point = pointPlace(front)
    if point == 8 { point = count &- 8 &+ pointPlace(back) }
    let fraction = max(0, count &- point &- 1)
    // Without a point the last eight digits take the place of the fraction.
    let tail = point == count ? 8 : fraction
    let head = point == count ? count &- 8 : point
    guard head <= 8, tail <= 8 else { return nil }
    let high = digitsOnly(lastBytes(head, of: front << (64 &- UInt64(truncatingIfNeeded: head) &* 8)))
    let low = digitsOnly(lastBytes(tail, of: back))
    guard let high, let low else { return nil }
    let mantissa = eightDigits(high) &* wholePowers[tail] &+ eightDigits(low)
    guard mantissa <= 1 << 53 else { return nil }
    return Double(mantissa) / fractionPowers[fraction]
}

/// The place of the first point among eight bytes, 8 when there is none.
@inline(__always)
private func pointPlace(_ word: UInt64) -> Int {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let difference = word ^ 0x2E2E_2E2E_2E2E_2E2E
    return (~(((difference & low) &+ low) | difference | low)).trailingZeroBitCount / 8
}

/// The last `count` of eight bytes, the others as the digit 0.
@inline(__always)
private func lastBytes(_ count: Int, of word: UInt64) -> UInt64 {
    let others = (64 &- UInt64(truncatingIfNeeded: count) &* 8)
    let mask: UInt64 = .max << others
    return (word & mask) | (0x3030_3030_3030_3030 & ~mask)
}

/// The word, when each of its bytes is a digit.
@inline(__always)
private func digitsOnly(_ word: UInt64) -> UInt64? {
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let zeros: UInt64 = 0x3030_3030_3030_3030
    // Adding 6 moves the characters behind 9 out of the digits' row; no byte of that row can carry.
    return (word & high) == zeros && ((word &+ 0x0606_0606_0606_0606) & high) == zeros ? word : nil
}

/// The number that eight digits in memory order say: neighbours are joined to pairs, pairs to fours, fours to eight
/// (D. Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8), 2021).
@inline(__always)
private func eightDigits(_ word: UInt64) -> UInt64 {
    let values = word &- 0x3030_3030_3030_3030
    let pairs = (values &* 10) &+ (values >> 8)
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let fours = (pairs & mask) &* 0x000F_4240_0000_0064
    return (fours &+ ((pairs >> 16) & mask) &* 0x0000_2710_0000_0001) >> 32
}

/// 10ⁿ for 0…8.
private let wholePowers: [UInt64] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
private let fractionPowers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
