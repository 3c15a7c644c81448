import Foundation
import RunStore
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// Writes the page of all nights beside the history of runs.
struct NightsIndex {
    let history: RunHistory

    /// Studies that the page shows; the ones with the newest runs.
    private static let mostStudies = 100

    /// Where the page stands unless told otherwise.
    var path: String { history.folder + "/index.html" }

    /// Writes the page to `path`, whole or not at all, and returns it. A file there that is no page of ours is left alone,
    /// unless `force` says otherwise.
    @discardableResult
    func write(to path: String, force: Bool = false) throws(Failure) -> NightsPage {
        if !force, let objection = OwnFile.page.objection(to: path) { throw objection }
        let page = try page()
        try OwnFile.page.write(page.html, to: path, force: force)
        return page
    }

    /// The page of all nights.
    func page() throws(Failure) -> NightsPage {
        do throws(StoreError) { return try newestRuns() } catch { throw Failure(error) }
    }

    private func newestRuns() throws(StoreError) -> NightsPage {
        let runs = try history.runs()
        var (order, byStudy) = ([String](), [String: [StoredRun]]())
        for run in runs {
            if byStudy[run.study] == nil { order.append(run.study) }
            if byStudy[run.study, default: []].count < NightsPage.shownRuns {
                byStudy[run.study, default: []].append(run)
            }
        }
        var studies: [NightsPage.StudyHistory] = []
        for study in order.prefix(NightsIndex.mostStudies) {
            var records: [RunRecord] = []
            for run in byStudy[study] ?? [] { records.append(try history.record(of: run)) }
            studies.append(NightsPage.StudyHistory(study: study, records: records))
        }
        return NightsPage(studies: studies, version: programVersion)
    }
}
