import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StudyPlan

/// Custody joined with the price, for price histories that belong to no run.
public struct CustodyPrices {
    private let histories: AskedHistories
    private let rules: CustodyRules

    /// What was found.
    public struct Answer {
        /// Of the histories that could be read, in the study's order.
        public let holdings: [CustodyHolding]
        /// Why others could not be read, or are too short; nil when all say something.
        public let failure: Failure?
    }

    /// A question to a study of one contract, side, holding time and platform. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, rules: CustodyRules, files: InputFiles, caches: RunCaches, threads: Int) throws {
        histories = try AskedHistories(study, files: files, caches: caches, threads: threads)
        self.rules = rules
    }

    /// The answer. Throws a ``Failure`` when no history says anything, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let stage = CustodyHoldings(
            study: histories.study, rules: rules, threads: histories.threads, control: control)
        let (holdings, failure) = try histories.found(control) { asset, market in
            let found = try stage.holdings(of: asset, market: market)
            return (found, found.isEmpty ? tooShort(asset) : nil)
        }
        return Answer(holdings: holdings, failure: failure)
    }

    private func tooShort(_ asset: String) -> Failure {
        Failure(
            .badData, "no entry of \(asset) has a whole window of \(histories.study.grid.horizons[0].text)",
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
