import Foundation
import Testing

@testable import StressReport

@Suite("Colours")
struct ColourTests {
    /// The custom properties of a block of the style sheet: the first is light, the rest dark.
    private func palette(_ marker: String) throws -> [String: String] {
        let css = PageCode.style.text
        let start = try #require(css.firstRange(of: marker)).upperBound
        let block = css[start...].prefix { $0 != "}" }
        return Dictionary(
            block.matches(of: /--([a-z0-9]+):\s*#([0-9a-f]+)/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { a, _ in a })
    }

    private static let markers = [":root {", ":root:not([data-theme=\"light\"]) {", ":root[data-theme=\"dark\"] {"]

    /// Relative luminance by WCAG 2.2 of a colour in three or six digits.
    private func luminance(_ hex: String) -> Double {
        let digits = hex.count == 3 ? hex.map { "\($0)\($0)" }.joined() : hex
        let channels = stride(from: 0, to: 6, by: 2).map { place -> Double in
            let start = digits.index(digits.startIndex, offsetBy: place)
            let value = Double(Int(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    private func contrast(_ a: String, _ b: String) -> Double {
        let (x, y) = (luminance(a), luminance(b))
        return (max(x, y) + 0.05) / (min(x, y) + 0.05)
    }

    @Test("Numbers can be read in every class", arguments: markers)
    func contrastInBins(marker: String) throws {
        let colours = try palette(marker)
        for bin in 0...8 {
            let text = try #require(colours[bin == 0 ? "t0" : bin <= 5 ? "tl" : "td"])
            #expect(contrast(text, try #require(colours["b\(bin)"])) >= 4.5, "class \(bin)")
        }
    }

    @Test("Words can be read on the page and on their pills", arguments: markers)
    func contrastOfWords(marker: String) throws {
        let colours = try palette(marker)
        for name in ["ink", "mut", "acc", "link", "two", "three"] {
            for ground in ["paper", "tint"] {
                #expect(
                    contrast(try #require(colours[name]), try #require(colours[ground])) >= 4.5, "\(name) on \(ground)")
            }
        }
        for state in ["ok", "wa", "ba", "in"] {
            #expect(contrast(try #require(colours[state]), try #require(colours[state + "b"])) >= 4.5, "\(state)")
        }
    }

    @Test("Darker means more on white, brighter means more on black", arguments: markers)
    func monotone(marker: String) throws {
        let colours = try palette(marker)
        let values = try (1...8).map { luminance(try #require(colours["b\($0)"])) }
        let isLight = marker == ColourTests.markers[0]
        #expect(zip(values, values.dropFirst()).allSatisfy { isLight ? $0 > $1 : $0 < $1 })
    }

    @Test("Both dark palettes are one")
    func darkTwice() throws {
        #expect(try palette(ColourTests.markers[1]) == palette(ColourTests.markers[2]))
    }

    @Test(
        "Classes have fixed edges",
        arguments: [
            (0.0, 0), (1e-9, 1), (0.000_099, 1), (0.0001, 2), (0.001, 3), (0.003, 4), (0.01, 5), (0.0299, 5), (0.03, 6),
            (0.1, 7), (0.3, 8), (1, 8),
        ])
    func bins(fraction: Double, bin: Int) {
        #expect(ColourBins.bin(of: fraction) == bin)
        #expect(ColourBins.labels.count == ColourBins.edges.count + 1)
    }
}
