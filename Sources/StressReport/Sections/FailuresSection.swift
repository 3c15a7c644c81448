import StressBasics
import StressResults

/// Price histories without a result, on the front page: why, and what was known of them last.
struct FailuresSection {
    let report: RunReport

    /// The place to jump to.
    static let section = (id: "failures", label: "No data")

    /// Nil where every history has a result.
    init?(_ report: RunReport) {
        guard !report.failures.isEmpty else { return nil }
        self.report = report
    }

    /// The section.
    var section: ReportSection {
        let (id, label) = FailuresSection.section
        let count = counted(report.failures.count, "price history has", "price histories have")
        return ReportSection(
            id, label: label, title: "\(count) no result",
            definition:
                "Price histories that could not be computed tonight, why, and the last value that an earlier run of this study had.",
            [.table(table), .source(report.failureTables.map(\.file))])
    }

    private var table: SectionTable {
        SectionTable(
            name: "Price histories without data", style: .words, head: ["Asset", "State", "Why", "Last good value"],
            numbersFrom: 9, rows: report.failures.map(row))
    }

    private func row(_ failure: JobFailure) -> SectionTable.Row {
        let hint: [Inline] = failure.hint.isEmpty ? [] : [.aside(" To do: " + failure.hint)]
        let known = report.lastGood.filter { $0.cell.asset == failure.asset }.map(\.words)
        let last = known.isEmpty ? "none on record" : known.joined(separator: "; ")
        return SectionTable.Row(
            [.name(failure.asset)],
            [.pill(.noData), .words([.text(failure.message)] + hint), .words([.text(last)])])
    }
}
