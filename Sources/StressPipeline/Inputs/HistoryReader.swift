import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan

/// Reads price histories and what stands beside them, as a study or a command names them. The one way in.
public struct HistoryReader: Sendable {
    private let files: InputFiles
    private let options: IngestOptions

    /// - Parameters:
    ///   - files: where the files are.
    ///   - options: how they are read; their folder is that of `files`.
    public init(files: InputFiles, options: IngestOptions) {
        (self.files, self.options) = (files, files.finding(options))
    }

    /// - Parameters:
    ///   - threads: that reading may use.
    ///   - count: how many histories are read at the same time.
    ///   - caches: where files are found that were read before.
    ///   - isCancelled: asked now and then; ends the reading early.
    public init(
        files: InputFiles, threads: Int, sharing count: Int = 1, caches: RunCaches,
        isCancelled: (@Sendable () -> Bool)? = nil
    ) {
        var options = IngestOptions(threads: threads, files: count)
        options.cache = caches.series
        if let isCancelled { options.isCancelled = isCancelled }
        self.init(files: files, options: options)
    }

    /// Reads everything of one input. A pattern that fits no file is an error.
    func history(_ input: StudyInput, study: Study) -> Result<AssetInput, AssetInput.Errors> {
        let unmatched = files.unmatched(input)
        guard unmatched.isEmpty else { return .failure(AssetInput.Errors(all: unmatched.map(files.objection))) }
        return AssetInput.read(input, study: study, from: AssetFiles(input, reader: self))
    }

    /// Reads one price series, beside another venue's; the error is a value so that all inputs' errors can be shown.
    public func series(_ source: BarSource, reference: BarSeries? = nil) -> Result<IngestedSeries, IngestError> {
        do throws(IngestError) {
            return .success(try ingestSeries(source, reference: reference, options: options))
        } catch {
            return .failure(error)
        }
    }

    /// Reads funding.
    func funding(_ input: FundingInput) -> Result<ReadFunding, IngestError> {
        switch input {
        case .constant(let rate, let interval): return .success(.constant(rate: rate, interval: interval))
        case .file(let source):
            do throws(IngestError) {
                return .success(.file(try ingestFunding(source, options: options)))
            } catch {
                return .failure(error)
            }
        }
    }
}
