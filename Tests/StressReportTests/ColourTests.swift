import Foundation
import StressResults
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

    private static let markers = [":root{", ":root:not([data-theme=\"light\"]){", ":root[data-theme=\"dark\"]{"]

    /// Linear red, green and blue, from 0 to 1, of a colour in three or six digits.
    private func linear(_ hex: String) -> [Double] {
        let digits = hex.count == 3 ? hex.map { "\($0)\($0)" }.joined() : hex
        return stride(from: 0, to: 6, by: 2).map { place -> Double in
            let start = digits.index(digits.startIndex, offsetBy: place)
            let value = Double(Int(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
    }

    /// Relative luminance by WCAG 2.2 of linear light.
    private func luminance(_ light: [Double]) -> Double { 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] }

    private func contrast(_ a: String, _ b: String) -> Double { contrast(luminance(linear(a)), luminance(linear(b))) }

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
            for ground in [state + "b", "paper"] {
                let (words, paper) = (try #require(colours[state]), try #require(colours[ground]))
                #expect(contrast(words, paper) >= 4.5, "\(state) on \(ground)")
            }
        }
    }

    /// Colours as people see them, all and those who lack one kind of cone: linear light times the matrix of full dichromacy
    /// (Machado, Oliveira & Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009).
    private static let visions: [(name: String, matrix: [Double])] = [
        ("normal", [1, 0, 0, 0, 1, 0, 0, 0, 1]),
        ("protan", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]),
        ("deutan", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]),
        ("tritan", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900]),
    ]

    /// Linear red, green and blue of a colour, seen through a matrix and clamped to what a screen shows.
    private func seen(_ hex: String, _ matrix: [Double]) -> [Double] {
        let light = linear(hex)
        return (0..<3).map { row in
            min(max((0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * light[$1] }, 0), 1)
        }
    }

    private func contrast(_ x: Double, _ y: Double) -> Double { (max(x, y) + 0.05) / (min(x, y) + 0.05) }

    /// CIE L*a*b* under D65 of linear light: lightness from 0 to 100, and two axes of colour.
    private func lab(_ light: [Double]) -> [Double] {
        let white = [0.95047, 1, 1.08883]
        let rows = [
            [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
        ]
        let f = zip(rows, white).map { row, white -> Double in
            let t = zip(row, light).reduce(0) { $0 + $1.0 * $1.1 } / white
            return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116
        }
        return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    @Test("Numbers can be read in every class, by everybody", arguments: markers, 0..<4)
    func contrastInBins(marker: String, vision: Int) throws {
        let (colours, matrix) = (try palette(marker), ColourTests.visions[vision].matrix)
        func light(_ name: String) throws -> Double { luminance(seen(try #require(colours[name]), matrix)) }
        for bin in 0...8 {
            let found = contrast(try light(bin == 0 ? "t0" : bin <= 5 ? "tl" : "td"), try light("b\(bin)"))
            #expect(found >= 4.5, "class \(bin): \(found)")
        }
        // Lines are told apart by dashes and labels as well; none may vanish into the page.
        for name in ["acc", "two", "three", "mut"] {
            #expect(contrast(try light(name), try light("paper")) >= 3, "\(name)")
        }
    }

    @Test(
        "Darker means more on white, brighter means more on black, and neighbours differ, for everybody",
        arguments: markers, 0..<4)
    func order(marker: String, vision: Int) throws {
        let (colours, matrix) = (try palette(marker), ColourTests.visions[vision].matrix)
        let bins = try (0...8).map { lab(seen(try #require(colours["b\($0)"]), matrix)) }
        let sign: Double = marker == ColourTests.markers[0] ? -1 : 1
        for (bin, (a, b)) in zip(bins, bins.dropFirst()).enumerated() {
            // Class 0 on white is a grey as light as class 1: nothing seen is no shade of something.
            if bin > 0 || sign > 0 { #expect(sign * (b[0] - a[0]) >= 3, "\(bin): \(a[0]) to \(b[0])") }
            #expect(distance(a, b) >= 7, "\(bin): \(distance(a, b))")
        }
    }

    @Test("Black can be read on every class of the mail, by everybody", arguments: 0..<4)
    func mail(vision: Int) {
        #expect(ColourBins.mailColours.count == ColourBins.labels.count)
        for colour in ColourBins.mailColours {
            let ground = luminance(seen(String(colour.dropFirst()), ColourTests.visions[vision].matrix))
            #expect(contrast(0, ground) >= 4.5, "\(colour)")
        }
    }

    /// Lightness of a colour laid over the page with an opacity, as a printer without colour makes it.
    private func grey(_ hex: String, over paper: String, _ opacity: Double) -> Double {
        func channels(_ hex: String) -> [Double] {
            stride(from: 0, to: 6, by: 2).map { place in
                let start = hex.index(hex.startIndex, offsetBy: place)
                return Double(Int(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)!)
            }
        }
        let mixed = zip(channels(hex), channels(paper)).map { Int(($0 * opacity + $1 * (1 - opacity)).rounded()) }
        let text = mixed.map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined()
        return lab(linear(text))[0]
    }

    @Test("Without colour, the parts of a bar and the lines of a curve stay apart")
    func greyscale() throws {
        let colours = try palette(":root{")
        let rules = ChartStyle.sheet.split(separator: "\n").map(String.init)
        func rule(_ selector: String) throws -> String {
            String(try #require(rules.first { $0.hasPrefix(selector + " {") }, "\(selector)"))
        }
        // Filled parts differ in lightness; the other two are hatched.
        var shades: [(String, Double)] = []
        for part in ["price", "gap", "latency", "fees"] {
            let match = try #require(
                try rule(".c-\(part)").firstMatch(of: /fill: var\(--([a-z0-9]+)\); fill-opacity: ([.0-9]+)/))
            let opacity = try #require(Double("0" + String(match.2)))
            let colour = try #require(colours[String(match.1)])
            shades.append((part, grey(colour, over: try #require(colours["paper"]), opacity)))
        }
        shades.sort { $0.1 < $1.1 }
        for (a, b) in zip(shades, shades.dropFirst()) { #expect(b.1 - a.1 >= 7, "\(a.0) \(a.1) and \(b.0) \(b.1)") }
        // Lines differ in their dashes: one has none, no two of the others are alike.
        let dashes = try [".ln.s2", ".ln.s3"].map { selector in
            String(try #require(try rule(selector).firstMatch(of: /stroke-dasharray: ([^;]+);/)).1)
        }
        #expect(Set(dashes).count == 2)
        #expect(try !rule(".s1").contains("dasharray") && !rule(".ln").contains("dasharray"))
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
