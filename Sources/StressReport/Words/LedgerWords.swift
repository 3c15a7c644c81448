import StressBasics
import StressResults
import StudyPlan

extension RunReport {
    /// Who paid, for people without the page: what platforms beside each other show, and what became of everybody on each; nil without a
    /// ledger.
    public var ledgerText: String? {
        ledger.map { ledger in
            let (confidence, horizon) = (study.statistics.confidence, study.ledgerPopulation?.horizon)
            return
                ([ledger.title + "."] + ledger.whole.flatMap(\.result.warnings)
                + ledger.whole.map { $0.result.sentence(confidence: confidence, horizon: horizon) })
                .map(plainText).joined(separator: " ")
        }
    }
}

extension LedgerResult {
    /// What became of everybody: `On typical: of 630 420 positions …`; empty of a document that is not whole.
    func sentence(confidence: Double, horizon: TimeSpan?) -> String {
        all.map { "On \(visibleText(platform)): \($0.story(confidence: confidence, horizon: horizon))" } ?? ""
    }
}
