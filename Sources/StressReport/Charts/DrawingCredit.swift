import StressBasics
import StressResults

/// What a drawing that leaves the page says of itself: what its axes count, where its numbers come from, and under what terms.
struct DrawingCredit {
    /// What is drawn, in which units.
    let units: String
    /// The run, its study, and the file with the numbers.
    let source: String
    /// The terms of the drawing.
    static let rights =
        "BelowZero claims no rights in what it draws. The prices behind it are under the terms of their source."

    /// Writes description and metadata (Dublin Core) into the root of a drawing.
    func write(title: String, to w: inout HTMLWriter) {
        w.element("desc", text: "\(units) Source: \(source)")
        w.element("metadata") { w in
            w.element("dc:title", text: title)
            w.element("dc:description", text: units)
            w.element("dc:source", text: source)
            w.element("dc:rights", text: DrawingCredit.rights)
            w.element("dc:format", text: "image/svg+xml")
        }
        w.line()
    }
}

extension RunReport {
    /// What a drawing of this run says of itself.
    ///
    /// - Parameters:
    ///   - units: one sentence on what is drawn, in which units.
    ///   - file: the table with its numbers.
    ///   - subject: what the run looked at there; empty for the whole run.
    func credit(_ units: String, file: String, subject: String = "") -> DrawingCredit {
        let parts = ["BelowZero \(version)", "run \(runID)", "study \(study.name)", subject, file]
        return DrawingCredit(units: units, source: parts.filter { !$0.isEmpty }.joined(separator: ", ") + ".")
    }
}

extension AssetSide {
    /// What a drawing of this page says of itself.
    func credit(of drawing: String) -> DrawingCredit {
        let (units, file) =
            AssetSide.drawingUnits[drawing.hasPrefix("episode") ? "episode" : drawing] ?? ("", "results.csv")
        let cell = headline.map { $0.cell.id } ?? "\(asset.asset) \(side.rawValue)"
        return report.credit(units, file: file, subject: cell)
    }

    /// Units and table by the name of a drawing.
    private static let drawingUnits: [String: (units: String, file: String)] = [
        "leverage": (
            "Share of entries below zero in %, log scale, against leverage at entry, log scale.", "results.csv"
        ),
        "severity": ("Shortfall of entries below zero in % of the margin, log scale, by leverage.", "severity.csv"),
        "fills": ("Share of entries below zero in %, linear scale, by fill.", "results.csv"),
        "causes": ("Parts of the mean shortfall in %, by leverage.", "severity.csv"),
        "safeguards": ("Entries below zero in 10 000, by step.", "safeguards.csv"),
        "speed": (
            "Share of entries liquidated in %, against time since entry, log scale.", "time_to_liquidation.csv"
        ),
        "sensitivity": ("Share of entries below zero in %, by changed assumption.", "sensitivity.csv"),
        "episode": ("Price around an entry against time.", "event_prices.csv"),
        "protect": ("Difference to holding of the share below zero, in points of %, by behaviour.", "behaviours.csv"),
        "protect-half": (
            "Difference to holding of the share of losses above half the margin, in points of %, by behaviour.",
            "behaviours.csv"
        ),
        "protect-equity": ("Difference to holding of mean final equity, in parts of the margin.", "behaviours.csv"),
        "ruin": ("Share of entries that lose a capital of so many margins, in %.", "ruin.csv"),
    ]
}
