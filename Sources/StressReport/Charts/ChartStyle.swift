import StressBasics
import StressResults

/// The colours of the pages by name, light and dark, as `report.css` states them.
struct Palette {
    /// Hexadecimal colours with `#` by the name of their property.
    let colours: [String: String]

    /// The style sheet that states them.
    static let sheet = String(decoding: PackageResources.report_css, as: UTF8.self)

    /// Paper, and pages on a light system.
    static let light = Palette(block: ":root {")

    /// Pages on a dark system, or by the button.
    static let dark = Palette(block: ":root[data-theme=\"dark\"] {")

    private init(block marker: String) {
        let start = Palette.sheet.firstRange(of: marker)?.upperBound ?? Palette.sheet.endIndex
        let block = Palette.sheet[start...].prefix { $0 != "}" }
        var colours: [String: String] = [:]
        for statement in block.split(separator: ";") {
            let parts = statement.split(separator: ":").map { $0.filter { !$0.isWhitespace } }
            if parts.count == 2, parts[0].hasPrefix("--") { colours[String(parts[0].dropFirst(2))] = parts[1] }
        }
        self.colours = colours
    }

    /// `text` with every `var(--name)` replaced by the colour: drawing programs know no properties.
    func resolved(_ text: String) -> String {
        let parts = text.split(separator: "var(--", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts.first ?? "")) { result, part in
            let name = part.prefix { $0 != ")" }
            return result + (colours[String(name)] ?? "none") + part.dropFirst(name.count + 1)
        }
    }
}

/// The rules of drawings, for pages and for files of their own.
enum ChartStyle {
    /// All of them.
    static let sheet = String(decoding: PackageResources.chart_css, as: UTF8.self)

    /// A rule in plain colours, light and dark, with the classes that a drawing must have to use it.
    private struct Rule {
        let classes: [Substring]
        let light: String
        let dark: String

        init(_ text: Substring) {
            let selector = text.prefix { $0 != "{" }
            let names: [Substring] = selector.split(whereSeparator: { $0 == " " || $0 == "." })
            classes = names.filter { name in name != "text" }
            (light, dark) = (Palette.light.resolved(String(text)), Palette.dark.resolved(String(text)))
        }
    }

    private static let rules = sheet.split(separator: "\n").filter { $0.hasPrefix(".") }.map(Rule.init)
    private static let ground = Rule(".ground { fill: var(--paper); }")

    /// A style sheet for a drawing that stands alone: the rules of its classes in plain colours, light, and dark where the
    /// viewer asks for it.
    static func standalone(for drawing: String) -> String {
        let used = classNames(of: drawing)
        let own: [Rule] = [ground] + rules.filter { rule in rule.classes.allSatisfy { used.contains($0) } }
        return """
            .chart { font-family: Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
            \(own.map(\.light).joined(separator: "\n"))
            @media (prefers-color-scheme: dark) {
            \(own.map(\.dark).joined(separator: "\n"))
            }

            """
    }
}
