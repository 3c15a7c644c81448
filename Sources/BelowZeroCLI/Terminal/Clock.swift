import Foundation
import StressBasics

/// The wall clock, read once per run; `SOURCE_DATE_EPOCH` (seconds) pins it, as reproducible builds do.
func wallClock() -> UTCInstant {
    if let pinned = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init),
        (0...253_402_300_799).contains(pinned)
    {
        return UTCInstant(milliseconds: pinned * 1000)
    }
    return UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
}
