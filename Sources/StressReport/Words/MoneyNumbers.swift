#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import StressResults

/// An amount of money to three digits: `0`, `0.052`, `12.5`, `12 400`, `1.24 M`, `3.2 bn`. Files have it exact.
func moneyNumber(_ value: Double) -> String {
    let size = abs(value)
    let sign = value < 0 ? "−" : ""
    if size == 0 { return "0" }
    if size < 0.01 { return sign + "<0.01" }
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "bn"), (1e6, "M")]
    // Where three digits reach the next unit it is written in it: 999 600 is 1 M.
    if let (unit, name) = units.first(where: { size >= $0.0 * 0.9995 }) {
        return sign + threeDigits(size / unit) + hardSpace + name
    }
    return sign + threeDigits(size)
}

/// The same of an amount that was booked.
func moneyNumber(_ amount: LedgerAmount) -> String { moneyNumber(amount.quote) }

/// An amount with its unit, for a sentence: `244 000 quote`, `1.2 M quote`.
func moneyWords(_ amount: LedgerAmount) -> String { moneyWords(amount.quote) }

/// The same of a number.
func moneyWords(_ value: Double) -> String { moneyNumber(value) + hardSpace + "quote" }

/// An amount with its unit, for a limit or what is held against it: `0 quote`, `12.52 quote`, `124 365 quote`.
func quoteWords(_ value: Double) -> String {
    let size = value.magnitude
    let digits =
        size >= 1e15
        ? numberText(value) : size < 1000 ? significantText(value, digits: 4) : groupedWhole(value.rounded())
    return digits + hardSpace + "quote"
}

private func threeDigits(_ size: Double) -> String {
    guard size >= 999.5 else { return significantText(size, digits: 3) }
    let step = pow(10, (log10(size) + 1e-12).rounded(.down) - 2)
    return groupedWhole((size / step).rounded() * step)
}
