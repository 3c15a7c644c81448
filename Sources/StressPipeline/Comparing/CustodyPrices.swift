import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StudyPlan

/// Custody joined with the price, for price histories that belong to no run.
public struct CustodyPrices {
    private let resolved: ResolvedStudy
    private let rules: CustodyRules
    private let caches: RunCaches
    private let threads: Int

    /// What was found.
    public struct Answer {
        /// Of the histories that could be read, in the study's order.
        public let holdings: [CustodyHolding]
        /// Why others could not be read, or are too short; nil when all say something.
        public let failure: Failure?
    }

    /// A question to a study of one contract, side, holding time and platform. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, rules: CustodyRules, files: InputFiles, caches: RunCaches, threads: Int) throws {
        resolved = try ResolvedStudy(study, files: files)
        (self.rules, self.caches, self.threads) = (rules, caches, threads)
    }

    /// The answer. Throws a ``Failure`` when no history says anything, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let reader = HistoryReader(
            files: resolved.files, threads: threads, caches: caches, isCancelled: { control.isCancelled })
        let stage = CustodyHoldings(study: resolved.study, rules: rules, threads: threads, control: control)
        var (holdings, failures): ([CustodyHolding], [Failure]) = ([], [])
        for input in resolved.study.inputs {
            switch reader.history(input, study: resolved.study) {
            case .failure where control.isCancelled: throw RunCancelled()
            case .failure(let errors): failures.append(Failure(history: errors.all))
            case .success(let read):
                let found = try stage.holdings(of: input.asset, market: read.market)
                holdings += found
                if found.isEmpty { failures.append(tooShort(input.asset)) }
            }
        }
        let failure = failures.isEmpty ? nil : Failure(failures, of: resolved.study.inputs.count)
        if holdings.isEmpty, let failure { throw failure }
        return Answer(holdings: holdings, failure: failure)
    }

    private func tooShort(_ asset: String) -> Failure {
        Failure(
            .badData, "no entry of \(asset) has a whole window of \(resolved.study.grid.horizons[0].text)",
            hint: "ask for fewer --years")
    }
}

extension CustodyHoldings {
    /// Holdings of a history of a study of one contract, side, holding time and platform.
    func holdings(of asset: String, market: MarketHistory) throws -> [CustodyHolding] {
        let leverages = chosen(study.grid.leverages.sorted(), limit: CustodyHoldings.mostLeverages, keeping: nil)
        guard let cell = study.cells(of: asset).first?.key else { return [] }
        return try holdings(like: cell, leverages: leverages, market: market)
    }
}
