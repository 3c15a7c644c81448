import StressBasics
import StressResults

/// The sections of pages as values, for those who want them in another form: text, JSON and CSV say what the pages say.
public struct PageSections {
    /// The first field of every row of a table.
    let runID: String
    /// What that is.
    var runWords = runIDWords
    /// The file of each page with its sections, in reading order.
    let pages: [(file: String, sections: [ReportSection])]
}

extension RunReport {
    /// The sections of the run's pages.
    public var pageSections: PageSections { PageSections(runID: runID, pages: sectionPages) }
}
