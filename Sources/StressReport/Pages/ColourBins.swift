import StressResults

/// The nine colour classes of the heat tables.
///
/// Their edges are fixed, not fitted to a report: two nights can be compared by eye. The colours live in `report.css`.
enum ColourBins {
    /// Lower edges of classes 1 to 8, as fractions; class 0 is exactly zero.
    static let edges: [Double] = [0, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3]

    /// What the legend calls the classes, in percent.
    static let labels = ["0", "<0.01", "0.01–0.1", "0.1–0.3", "0.3–1", "1–3", "3–10", "10–30", "≥30"]

    /// The colours of the classes in a mail: the first five as on the pages, the darker ones lightened, for text there is black.
    static let mailColours = [
        "#f1f3f6", "#fdf3dc", "#fde6b6", "#fbd08a", "#f5b160", "#f0a070", "#e88f7a", "#dd8080", "#d07a90",
    ]

    /// The class of a share of entries.
    static func bin(of fraction: Double) -> Int {
        fraction <= 0 ? 0 : edges.lastIndex { fraction >= $0 }! + 1
    }

    /// The style class of a share of entries.
    static func name(of fraction: Double) -> String { "b\(bin(of: fraction))" }
}
