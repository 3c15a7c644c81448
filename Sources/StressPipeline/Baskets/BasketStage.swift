import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// The study's baskets on their price histories: in every cell where that is done in time, else along the headline's leverages, else in
/// its cell.
struct BasketStage {
    let study: Study
    let kernel: KernelChoice
    let threads: Int
    let control: RunControl

    /// Accounts that are walked one by one for a basket: a few minutes on two threads.
    static let mostWalks = 20_000_000

    /// What became of a basket.
    struct Found {
        /// In plan order, modes running fastest.
        var results: [BasketResult] = []
        /// What is to be said about it; nil for nothing.
        var finding: Finding?
    }

    /// Results of one basket; none, and why, where its histories have no moment in common.
    ///
    /// - Parameter markets: of the basket's assets, in their order.
    func found(_ basket: Basket, _ markets: [MarketHistory]) throws(RunCancelled) -> Found {
        guard let job = BasketJob(study: study, basket: basket, markets: markets, kernel: kernel) else {
            return Found(
                finding: BasketStage.finding(
                    basket, severity: .error, "the price histories of basket '\(basket.name)' do not overlap",
                    action: "it is not in baskets.csv"))
        }
        let cells = chosen(job, basket)
        var found = Found(finding: leftOut(basket, cells.count))
        for cell in cells { found.results += try results(basket, job, cell) }
        return found
    }

    /// One result a mode.
    private func results(
        _ basket: Basket, _ job: BasketJob, _ cell: BasketCell
    ) throws(RunCancelled) -> [BasketResult] {
        let own = basket.modes.map { BasketVariant(mode: $0, path: basket.path) }
        let others = basket.modes.filter(basket.isOnPath).flatMap { mode in
            BarPath.allCases.filter { $0 != basket.path }.map { BasketVariant(mode: mode, path: $0) }
        }
        let tallies = try job.tallies(of: cell, own + others, threads: threads, control: control)
        let estimates = job.estimates(
            of: Array(tallies.prefix(own.count)), own, cell: cell, rules: study.statistics.resampling)
        let beside = zip(others, tallies.dropFirst(own.count)).map { ($0, job.estimate(of: $1)) }
        return zip(own, estimates).map { variant, estimate in
            let paths = beside.filter { $0.0.mode == variant.mode }.map { (path: $0.0.path, estimate: $0.1) }
            return BasketResult(
                basket: basket, cell: cell, mode: variant.mode, fill: job.fillName(cell), estimate: estimate,
                others: OtherPaths(paths))
        }
    }

    /// The cells that are walked.
    private func chosen(_ job: BasketJob, _ basket: Basket) -> [BasketCell] {
        let walks = job.entryCount * basket.accountsPerEntry
        func fits(_ count: Int) -> Bool { walks.multipliedReportingOverflow(by: count).0 <= BasketStage.mostWalks }
        let all = study.basketCells
        guard !fits(all.count), let headline = study.headlineBasketCell else { return all }
        let curve = all.filter { $0.horizon == headline.horizon && $0.platform == headline.platform }
        return fits(curve.count) ? curve : [headline]
    }

    private func leftOut(_ basket: Basket, _ count: Int) -> Finding? {
        let all = study.basketCells.count
        guard count < all else { return nil }
        return BasketStage.finding(
            basket, severity: .note,
            "basket '\(basket.name)' was walked in \(count) of \(all) cells, those of the headline's holding time and platform",
            action: "the others are not in baskets.csv", count: all - count)
    }

    /// What is said of a basket.
    static func finding(
        _ basket: Basket, severity: Finding.Severity, _ message: String, action: String, count: Int = 1
    ) -> Finding {
        Finding(check: "baskets", severity: severity, message: message, count: count, action: action)
    }
}
