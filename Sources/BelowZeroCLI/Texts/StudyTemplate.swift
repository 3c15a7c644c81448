import StressBasics
import StudyPlan

/// The study that `belowzero init` writes: every section, the defaults and what they mean.
///
/// - Parameters:
///   - name: the study's name.
///   - file: the study file as a word of a shell.
func studyTemplate(name: String, file: String) -> String {
    StudyTemplate(name: name, file: file).text
}

/// The sections of the study that `belowzero init` writes, with a blank line between them.
private struct StudyTemplate {
    let name: String
    let file: String

    var text: String {
        [head, data, grid, platforms, judgement, more, operations].map { $0 + "\n" }.joined(separator: "\n")
    }

    private func entries(_ parts: String...) -> String { "{" + parts.joined(separator: ", ") + "}" }

    /// Name and version.
    private var head: String {
        """
        # A BelowZero study: how often would a leveraged position have ended below zero?
        # Run it with:  belowzero run \(file)
        version: 1
        name: \(name)                   # outputs go to Reports/\(name)/<UTC time>; no other study of the folder has this name
        """
    }

    /// Where prices are.
    private var data: String {
        """
        data:
          - asset: DEMO                 # free text, the key in every output
            path: demo/DEMO.csv         # invented; relative to this file; globs are read in name order as one series
            format: auto                # auto, or a format that 'belowzero check --help' lists
            # columns: {time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5}   # 0-based, or header names; {time: 0, price: 1}
            # time: ms                  # auto, s, ms, us, ns, ISO 8601, excel, or a pattern such as "%d/%m/%Y"
            # timezone: UTC             # of times that state none; UTC or an offset such as "+03:00"
            # header: auto              # auto, true, false
            # funding: {path: funding.csv, columns: {time: 0, rate: 3}, shift: 0s}   # or {rate: 0.0001, interval: 8h}
            # kind: trades              # with bar: 1m, for a file of single trades or quotes
            # policy: {bad_ticks: drop} # keep, drop or fail, for each check that 'belowzero check' prints
            # reference: {path: x.csv}  # another venue's prices, which tell a bad tick from a move of the market
            # mark: {path: mark.csv}    # mark prices trigger, traded prices fill

        # archive: {base: https://data.binance.vision}   # where 'belowzero fetch --study' gets prices; no result depends on it
        """
    }

    /// Which positions are stressed.
    private var grid: String {
        typealias Position = Settings.Position
        return """
            grid:
              contract: [linear]            # linear, inverse (coin-margined), margin (borrowed), spot
              side: [long, short]
              leverage: [1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125]    # or {from: 1, to: 125, step: 1}
              horizon: [1d, 7d, 30d]        # how long a position is held: 30s, 15m, 4h, 7d
              platform: [typical]           # names from below, or a venue that 'belowzero venues' lists

            position: \(entries(Position.notional.startEntry, Position.stride.startEntry, Position.maxGap.startEntry))     # max_gap: auto, off, or a duration
            """
    }

    /// What platforms charge and do.
    private var platforms: String {
        typealias Fee = Settings.FeeRates
        typealias Rule = Settings.Liquidation
        let fees = entries(Fee.open.startEntry, Fee.close.startEntry, Fee.liquidation.startEntry)
        return """
            platforms:
              typical:
                fees: \(fees)    # fractions of traded notional
                slippage: \(numberText(Settings.SlippageLaw.base.start))                                       # of every exit, a fraction of the price;
                #   or {base: 0.0005, kappa: 0.7}: base + kappa x sigma x sqrt(notional / volume of the bar)
                tiers: [{to: .inf, \(Settings.Tier.rate.startEntry), amount: 0}]            # maintenance margin = rate x notional - amount
                #   or {file: tiers.json, symbol: "BTC/USDT:USDT"} (ccxt layout), or {file: margins.csv, contract_size: 5}
                liquidation: \(entries(Rule.enabled.startEntry, Rule.trigger.startEntry, Rule.fill.startEntry, Rule.delay.startEntry))
                #   trigger: extreme (the bar's worst price) or close
                #   fill: auto or delay (so long after the trigger; auto shows gap and worst beside it), gap (at once), next (latency
                #   bars later), worst (the bar's extreme), best (the trigger price), or bounds: auto with best and worst beside
                #   it. partial: true reduces by bracket before taking over.
                # borrow: \(entries(Settings.Borrowing.rate.startEntry, Settings.Borrowing.marginLevel.startEntry))               # for margin contracts
            """
    }

    /// How sure a result is, what ends a run, and the cell that it is summed up by.
    private var judgement: String {
        typealias Statistics = Settings.Statistics
        return """
            statistics: \(entries(Statistics.confidence.startEntry, Statistics.resamples.startEntry, Statistics.block.startEntry, Statistics.seed.startEntry))

            limits:                         # a breach ends the run with exit code 3, a missing value with 4; leave parts out to mean every one
              - {side: long, leverage: 20, horizon: 7d, measure: negative_equity_frac, max: 0.05}
              #   not_shown: warn, fail or ok: a breach is then beyond chance, and this is for an interval that holds the limit
              #   monitor: {false_alarm: 5% a year} counts that it is looked at every night
              #   bound: value, lower, upper or interval is what is held against the limit; min: instead of max:
              # - {leverage: 20, measure: liquidated_frac, drift: {runs: 20, night_moves: 8}}   # against the runs before
              # - {max_age: 36h}              # the newest bar
              # - {asset: DEMO, min_bars: 8000}   # the length of the history
              #   on_no_value: ignore         # passes over cells without a value; fail unless said otherwise

            headline: {asset: DEMO, side: long, leverage: 20, horizon: 7d}
            """
    }

    /// What a study may ask beside holding.
    private var more: String {
        """
        # \(Settings.Whole.behaviours.help)
        # behaviours: [panic seller, {name: stop at a tenth, stop_loss: 10%}]
        # \(Settings.Whole.baskets.help)
        # baskets: [{name: all of it, legs: [{asset: DEMO, side: long, share: 1}], mode: [alone, cross]}]
        # \(Settings.Whole.ledger.help)
        # ledger: {population: ftx-2021, fund: {amount: 100000}, adl: off}
        # \(Settings.Whole.resample.help)
        # resample: {method: stationary, paths: 1000, block: 1d, length: [30d, 365d]}
        # \(Settings.Whole.custody.help)
        # custody: {years: 5, hazard: 1%}
        # \(Settings.Whole.tax.help)
        # tax: {income_rate: 24%, gains: [4000, 0], gains_rate: 15%}
        """
    }

    /// What is done with a run beside computing it.
    private var operations: String {
        """
        # What is done with a run; no result depends on it.
        # retention: {days: 90, runs: 60}                          # older runs go
        # on_breach: {command: [./alert, --page], timeout: 30s}    # no shell; relative to this file; JSON on standard input
        # on_failure: {command: [./alert, --failed]}               # the same for a run that fails or is partial
        # job: {timeout: 10m, memory: 2G}                          # what one price history may take
        # metrics_file: /var/lib/node_exporter/textfile/belowzero.prom
        """
    }
}
