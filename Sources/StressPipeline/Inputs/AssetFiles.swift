import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan

/// All series of one input, read or not.
struct AssetFiles: Sendable {
    let prices: Result<IngestedSeries, IngestError>
    let mark: Result<IngestedSeries, IngestError>?
    /// Prices of another venue, which only the checks look at.
    let reference: Result<IngestedSeries, IngestError>?
    let funding: Result<ReadFunding, IngestError>?

    /// Reads all of them, so that everything that is wrong can be shown.
    init(_ input: StudyInput, reader: HistoryReader) {
        reference = input.reference.map { reader.series($0) }
        let venue = reference.flatMap { try? $0.get().series }
        prices = reader.series(input.source, reference: venue)
        mark = input.mark.map { reader.series($0) }
        funding = input.funding.map(reader.funding)
    }

    /// What was wrong; empty when all could be read.
    var errors: [IngestError] { [prices.error, mark?.error, reference?.error, funding?.error].compactMap { $0 } }
}

extension Result {
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// Funding as a study names it, read as far as that goes without the prices.
enum ReadFunding: Sendable {
    case constant(rate: Double, interval: TimeSpan)
    case file(IngestedFunding)

    func resolved(over series: BarSeries) -> ResolvedFunding {
        switch self {
        case .constant(let rate, let interval):
            return ResolvedFunding(
                schedule: FundingSchedule(constant: rate, every: interval, over: series), files: [], findings: [])
        case .file(let read):
            let coverage = fundingCoverage(read.schedule, over: series)
            return ResolvedFunding(
                schedule: read.schedule, files: read.files,
                findings: (read.findings + [coverage]).map {
                    $0.about("funding", "funding", in: read.files.map(\.name))
                })
        }
    }
}

struct ResolvedFunding {
    let schedule: FundingSchedule
    let files: [IngestedFile]
    let findings: [Finding]
}
