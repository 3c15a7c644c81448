import Foundation
import StressBasics
import TestSupport
import Testing

@testable import CSVIngest

@Suite struct DecimalTests {
    private func read(_ text: String) -> DecimalReading { withBytes(text, readDecimal) }

    @Test(arguments: [
        "0", "-0", "1", "+1", "12.5", ".5", "5.", "-3.25e2", "1e22", "1e23", "3.6e-05", "9007199254740993",
        "0.1", "123456789012345678901234567890", "2.2250738585072011e-308", "4.9e-324", "1e-400",
        "1.7976931348623157e308", "0.000000000000000000000001", "8.5E+3", "1e-22", "1e-23", "00012.50",
        "9007199254740992e22", "179769313486231570000000000000000000000.5",
    ])
    func numbersAreTheNearestDouble(_ text: String) {
        guard case .value(let value) = read(text), let wanted = Double(text) else {
            Issue.record("\(text) is not read")
            return
        }
        #expect(value.bitPattern == wanted.bitPattern)
    }

    @Test(arguments: [
        "1,000", "0x1F", "inf", "-inf", "infinity", "1e", "1e+", "e5", "+", "--1", "1 2", " 1", "1 ", "1.2.3",
        "1_000", "12x", "1e5.5", "1e400", "-1e400", "1\u{0}", "\u{0}", "nan(1)", "١٢", "1d5",
    ])
    func otherTextIsMalformed(_ text: String) { #expect(read(text) == .malformed) }

    @Test(arguments: ["", "-", ".", "null", "NULL", "NaN", "nan", "N/A", "n/a", "NA", "None", "#N/A"])
    func noValueIsMissing(_ text: String) { #expect(read(text) == .missing) }

    /// Decimals of all the forms that prices have, against the standard library, bit for bit.
    @Test(arguments: 0..<8)
    func randomDecimalsAgreeWithTheStandardLibrary(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<150_000 {
            let text = randomDecimal(&random)
            guard case .value(let value) = read(text), let wanted = Double(text) else {
                Issue.record("seed \(seed): \(text) is not read")
                return
            }
            if value.bitPattern != wanted.bitPattern {
                Issue.record("seed \(seed): \(text) gives \(value), not \(wanted)")
                return
            }
        }
    }

    /// A million random strings with all their digits, against the C library, bit for bit; and the short way against
    /// the long one wherever it dares to answer.
    @Test(arguments: 200..<210)
    func randomDecimalsAgreeWithTheCLibrary(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var short = 0
        for _ in 0..<100_000 {
            let text = Bool.random(using: &random) ? randomDecimal(&random) : randomPrice(&random)
            let wanted = strtod(text, nil)
            if let quick = withBytes(text, readShortDecimal) {
                short += 1
                if quick.bitPattern != wanted.bitPattern { Issue.record("seed \(seed): \(text) gives \(quick)") }
            }
            guard case .value(let value) = read(text), value.bitPattern == wanted.bitPattern else {
                Issue.record("seed \(seed): \(text) is not \(wanted)")
                return
            }
        }
        #expect(short > 30_000, "the short way is taken")
    }

    /// What looks like a price and is none must not be read by the short way.
    @Test(arguments: 300..<304)
    func damagedPricesAreLeftToTheLongWay(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100_000 {
            var bytes = Array(randomPrice(&random).utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            let (quick, slow) = bytes.withUnsafeBufferPointer { (readShortDecimal($0), readDecimal($0)) }
            if let quick, slow != .value(quick) {
                Issue.record("seed \(seed): \(bytes) gives \(quick), not \(slow)")
                return
            }
        }
    }

    /// Every double comes back from its shortest text.
    @Test(arguments: 100..<104)
    func shortestTextsRoundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            if read("\(value)") != .value(value) {
                Issue.record("seed \(seed): \(value)")
                return
            }
        }
    }

    /// Every number in every real file, whatever column it is in, against the C library, bit for bit.
    @Test(.enabled(if: VendorFiles.areHere)) func numbersOfTheVendorFilesAgreeWithTheCLibrary() throws {
        var (numbers, short) = (0, 0)
        for path in filesBelow(VendorFiles.path("")) where path.hasSuffix(".csv") || path.hasSuffix(".gz") {
            let source = try ByteSource(.named(path, folder: ""), bufferSize: 1 << 20)
            var text: [UInt8] = []
            while let piece = try source.next() { text.append(contentsOf: piece) }
            forEachToken(of: text, separators: Self.separators) { token in
                let (read, quick) = (readDecimal(token), readShortDecimal(token))
                guard case .value(let value) = read else {
                    if quick != nil { Issue.record("\(path): \(String(decoding: token, as: UTF8.self)) is no number") }
                    return true
                }
                let wanted = strtod(String(decoding: token, as: UTF8.self), nil)
                numbers += 1
                short += quick == nil ? 0 : 1
                if value.bitPattern == wanted.bitPattern, quick.map({ $0.bitPattern == wanted.bitPattern }) != false {
                    return true
                }
                Issue.record("\(path): \(String(decoding: token, as: UTF8.self)) gives \(value), not \(wanted)")
                return false
            }
        }
        print("\(numbers) numbers of the vendor files, \(short) of them read the short way")
        #expect(numbers > 1_000_000 && short > 100_000)
    }

    /// Whatever stands between numbers in CSV and JSON.
    private static let separators = Array(",;|\t\r\n \"[]{}:".utf8)

    private func filesBelow(_ folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.sorted().map { folder + $0 }
    }
}
