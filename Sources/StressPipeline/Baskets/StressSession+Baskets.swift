import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StudyPlan

extension StressSession {
    /// Walks the study's baskets, whose histories are read again all at once, and says what was found about them. A basket with a history
    /// that could not be read is left out.
    func addBaskets(to report: inout RunReport) throws {
        guard !study.baskets.isEmpty else { return }
        observer.observe(.spreading(baskets: study.baskets.count))
        let markets = try basketMarkets(report)
        let stage = BasketStage(
            study: study, kernel: settings.kernel, threads: settings.threads, control: observer.control)
        for basket in study.baskets {
            let known = basket.assets.compactMap { markets[$0] }
            guard known.count == basket.assets.count else {
                let missing = basket.assets.filter { markets[$0] == nil }.joined(separator: ", ")
                let finding = BasketStage.finding(
                    basket, severity: .error, "basket '\(basket.name)' was left out: there is no data of \(missing)",
                    action: "it is not in baskets.csv")
                add(finding, about: basket, to: &report)
                continue
            }
            let found = try stage.found(basket, known)
            report.baskets += found.results
            if let finding = found.finding { add(finding, about: basket, to: &report) }
        }
    }

    /// The histories of all baskets whose jobs were done, by asset.
    private func basketMarkets(_ report: RunReport) throws -> [String: MarketHistory] {
        let wanted = Set(study.baskets.flatMap(\.assets)).subtracting(report.failures.map(\.asset))
        let reader = jobReader
        var markets: [String: MarketHistory] = [:]
        for place in study.inputs.indices where wanted.contains(study.inputs[place].asset) {
            guard let read = reader.read(place, sharing: 1) else { throw RunCancelled() }
            let asset = study.inputs[place].asset
            markets[asset] = try history(read, as: report.assets.first { $0.asset == asset }).market
        }
        return markets
    }

    /// A finding stands with the first of the basket's histories that has a report.
    private func add(_ finding: Finding, about basket: Basket, to report: inout RunReport) {
        let place = report.assets.firstIndex { basket.assets.contains($0.asset) } ?? report.assets.indices.first
        if let place { report.assets[place].findings.append(finding) }
    }
}
