import StressResults
@testable import StressReport

/// The files of reports that several tests look at, rendered once: rendering is most of what these tests cost, and the same report
/// gives the same bytes (`PageTests.deterministic`).
enum Rendered {
    /// A nightly run of three histories.
    static var nightly: [ReportFile] { get throws { try nightlyFiles.get() } }
    private static let nightlyFiles = Result { try realisticReport().files() }

    /// The same with the best and the worst fill.
    static var nightlyBounds: [ReportFile] { get throws { try nightlyBoundsFiles.get() } }
    private static let nightlyBoundsFiles = Result { try realisticReport(hasBounds: true).files() }

    /// The same with two contracts.
    static var twoContracts: [ReportFile] { get throws { try twoContractsFiles.get() } }
    private static let twoContractsFiles = Result {
        try realisticReport(contracts: [.linear, .inverse], hasBounds: true).files()
    }

    /// One history.
    static var single: [ReportFile] { get throws { try singleFiles.get() } }
    private static let singleFiles = Result { try realisticReport(assets: ["LTCUSDT"]).files() }

    /// One history with the best and the worst fill.
    static var singleBounds: [ReportFile] { get throws { try singleBoundsFiles.get() } }
    private static let singleBoundsFiles = Result {
        try realisticReport(assets: ["LTCUSDT"], hasBounds: true).files()
    }

    /// ``TableTests/smallReport(confidence:)``.
    static var small: [ReportFile] { get throws { try smallFiles.get() } }
    private static let smallFiles = Result { try TableTests.smallReport().files() }

    /// ``TableTests/boundedReport()``.
    static var bounded: [ReportFile] { get throws { try boundedFiles.get() } }
    private static let boundedFiles = Result { try TableTests.boundedReport().files() }

    /// ``AnatomyReportTests/report()``.
    static var anatomy: [ReportFile] { get throws { try anatomyFiles.get() } }
    private static let anatomyFiles = Result { try AnatomyReportTests.report().files() }

    /// ``PageTests/hostileNames`` as histories.
    static var hostile: [ReportFile] { get throws { try hostileFiles.get() } }
    private static let hostileFiles = Result {
        try makeReport(assets: PageTests.hostileNames) { _ in makeEstimate(worst: 3000) }.files()
    }
}
