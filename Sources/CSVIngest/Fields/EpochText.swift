import StressBasics

/// An epoch stamp cut into its whole part and what lies behind the point.
private struct EpochParts {
    var whole: Int64
    /// The first nine fraction digits, as billionths.
    var billionths: Int64
    /// Whether anything non-zero follows the whole part.
    var isInexact: Bool
    var isNegative: Bool
}

/// Reads an epoch stamp whose unit its magnitude tells: each unit is plausible only in the years 1990 to 2100, and the
/// ranges of the four units do not touch.
func readEpochByMagnitude(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeReading? {
    guard let parts = epochParts(bytes), !parts.isNegative else { return nil }
    if plausibleTicks.contains(parts.whole) {
        return TimeReading(milliseconds: milliseconds(parts, unit: .ticks), form: .ticks)
    }
    var divisor: Int64 = 1
    for form in [TimeForm.seconds, .milliseconds, .microseconds, .nanoseconds] {
        if plausibleSeconds.contains(parts.whole / divisor), form != .nanoseconds || parts.whole >= leastNanoseconds {
            return TimeReading(milliseconds: milliseconds(parts, unit: form), form: form)
        }
        divisor &*= 1000
    }
    return nil
}

/// Reads an epoch stamp in a given unit; nil for anything else, and where milliseconds would overflow.
func readEpoch(_ bytes: UnsafeBufferPointer<UInt8>, unit: TimeForm) -> TimeReading? {
    guard let parts = epochParts(bytes) else { return nil }
    // Seconds are multiplied by 1,000: beyond 10^15 the year has left the calendar anyway.
    if unit == .seconds, parts.whole > 1_000_000_000_000_000 { return nil }
    if let range = plausible[unit], !range.contains(parts.whole) { return nil }
    return TimeReading(milliseconds: milliseconds(parts, unit: unit), form: unit)
}

/// 1990-01-01 to 2100-01-01.
private let plausibleSeconds: ClosedRange<Int64> = 631_152_000...4_102_444_800

/// Ticks of 1990-01-01 to 2100-01-01, counted from the year 1; as nanoseconds they would be of 1989 to 1990.
private let plausibleTicks: ClosedRange<Int64> = 627_667_488_000_000_000...662_380_416_000_000_000

/// What stamps counted from 1601 are from 1990-01-01 to 2100-01-01. They are believed of a whole column only: numbers of
/// trades may be as long.
private let plausible: [TimeForm: ClosedRange<Int64>] = [
    .fileTime: 122_756_256_000_000_000...157_469_184_000_000_000,
    .webKit: 12_275_625_600_000_000...15_746_918_400_000_000,
]

/// Nanoseconds before 2000 are not believed without being told: no market's data of then are so fine.
private let leastNanoseconds: Int64 = 946_684_800_000_000_000

/// The epoch in ticks.
private let epochTicks: Int64 = 621_355_968_000_000_000

/// The epoch in hundreds of nanoseconds since 1601.
private let fileTimeEpoch: Int64 = 116_444_736_000_000_000

private func milliseconds(_ parts: EpochParts, unit: TimeForm) -> Int64 {
    func since(_ epoch: Int64, perMillisecond scale: Int64) -> (Int64, Bool) {
        ((parts.whole &- epoch) / scale, (parts.whole &- epoch) % scale != 0 || parts.isInexact)
    }
    let (value, rest): (Int64, Bool) =
        switch unit {
        case .seconds:
            (parts.whole &* 1000 &+ parts.billionths / 1_000_000, parts.billionths % 1_000_000 != 0)
        case .microseconds: (parts.whole / 1000, parts.whole % 1000 != 0 || parts.isInexact)
        case .nanoseconds: (parts.whole / 1_000_000, parts.whole % 1_000_000 != 0 || parts.isInexact)
        case .ticks: since(epochTicks, perMillisecond: 10_000)
        case .fileTime: since(fileTimeEpoch, perMillisecond: 10_000)
        case .webKit: since(fileTimeEpoch / 10, perMillisecond: 1000)
        case .milliseconds, .zoned, .local: (parts.whole, parts.isInexact)
        }
    // Rounding is toward the past, also before 1970.
    return parts.isNegative ? 0 &- value &- (rest ? 1 : 0) : value
}

/// `[+-]digits[.digits]`, or the exponent form that spreadsheets write.
private func epochParts(_ bytes: UnsafeBufferPointer<UInt8>) -> EpochParts? {
    guard bytes.count > 0, bytes.count <= 40 else { return nil }
    var at = 0
    let isNegative = bytes[0] == Ascii.minus
    if isNegative || bytes[0] == Ascii.plus { at = 1 }
    var parts = EpochParts(whole: 0, billionths: 0, isInexact: false, isNegative: isNegative)
    let start = at
    while at < bytes.count, Ascii.isDigit(bytes[at]) {
        // 18 digits are below 2^63; a nanosecond stamp of today has 19 and starts with 1.
        guard parts.whole < 900_000_000_000_000_000 else { return nil }
        parts.whole = parts.whole &* 10 &+ Int64(bytes[at] &- Ascii.zero)
        at &+= 1
    }
    guard at > start else { return nil }
    if at == bytes.count { return parts }
    return bytes[at] == Ascii.point && takeFraction(bytes, at &+ 1, &parts) ? parts : exponentForm(bytes)
}

private func takeFraction(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ parts: inout EpochParts) -> Bool {
    var weight: Int64 = 100_000_000
    for at in start..<max(start, bytes.count) {
        guard Ascii.isDigit(bytes[at]) else { return false }
        parts.billionths &+= Int64(bytes[at] &- Ascii.zero) &* weight
        parts.isInexact = parts.isInexact || bytes[at] != Ascii.zero
        weight /= 10
    }
    return true
}

/// `1.61888E+12`: what is left when a spreadsheet has been at a column of stamps. Read as the number it is.
private func exponentForm(_ bytes: UnsafeBufferPointer<UInt8>) -> EpochParts? {
    guard bytes.contains(where: { Ascii.lower($0) == Ascii.e }), case .value(let value) = readDecimal(bytes),
        value >= 0, value < 9e18
    else { return nil }
    let whole = value.rounded(.down)
    return EpochParts(
        whole: Int64(whole), billionths: Int64((value - whole) * 1e9), isInexact: whole != value, isNegative: false)
}
