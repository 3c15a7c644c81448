import ArgumentParser
import Foundation
import PriceSeries
import RunStore
import StressBasics

/// `belowzero init`: a commented study and a price file to try it on.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented study file and a demo price file.",
        discussion: """
            Writes the study to FILE and an invented price history to prices/DEMO.csv beside it. With --systemd it writes a \
            service and a timer that run the study at 02:00, and a line for cron, into a folder of your choice; a study that \
            is there is left as it is. Nothing is overwritten.

            EXAMPLES
              belowzero init nightly.yaml && belowzero run nightly.yaml
              belowzero init nightly.yaml --systemd units
            """)

    @Argument(help: "The study file to write.")
    var file = "nightly.yaml"

    @Option(
        help: "Write belowzero.service, belowzero.timer and belowzero.crontab into this folder.", completion: .directory
    )
    var systemd: String?

    @Option(
        help:
            "With --systemd: the user that the job runs as, or 'dynamic' for one of its own. (default: you; for root: dynamic)"
    )
    var user: String?

    @Flag(help: "With --systemd: units for every study NAME.yaml in /etc/belowzero, as belowzero@NAME.")
    var template = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard systemd != nil || user == nil && !template else {
            throw ValidationError("--user and --template go with --systemd")
        }
    }

    func run() throws {
        try common.reporting {
            if let systemd {
                if !template, !FileManager.default.fileExists(atPath: file) { try writeStudy() }
                return try writeUnits(to: systemd)
            }
            try writeStudy()
        }
    }

    private func writeUnits(to folder: String) throws {
        let study = template ? "/etc/belowzero/%i.yaml" : URL(fileURLWithPath: file).standardizedFileURL.path
        let program = template ? "/usr/bin/belowzero" : programPath.path
        for path in [study, program] {
            if let objection = NightlyUnits.objection(to: path) {
                throw Failure(.usage, "\(SourceLocation.presentable(path)) cannot stand in a unit file: \(objection)")
            }
        }
        var units = NightlyUnits(program: program, study: study, account: try account(), isTemplate: template)
        if !template { try addNeeds(of: study, to: &units) }
        if let needed = units.outputFolder { try makeFolder(needed) }
        let files = units.files
        let taken = files.map { "\(folder)/\($0.name)" }.first { FileManager.default.fileExists(atPath: $0) }
        if let taken { throw Failure(.cannotCreate, "\(taken) exists already", hint: "move it away first") }
        for file in files { try write(file.text, to: "\(folder)/\(file.name)") }
        let service = shellQuoted("\(folder)/\(units.files[0].name)")
        if common.json { Talk.print(jsonText(WrittenJSON(written: units.files.map { "\(folder)/\($0.name)" }))) }
        common.talk.say("Wrote \(units.files.map { "\(folder)/\($0.name)" }.joined(separator: ", "))")
        if study.hasPrefix("/tmp/") || study.hasPrefix("/var/tmp/") {
            common.talk.say("warning: the service has a /tmp of its own and will not find \(study) there")
        }
        common.talk.say("Next: read it, then  systemd-analyze verify \(service)  and follow its first lines")
    }

    /// What the study writes beside its run, and whether it runs a command.
    private func addNeeds(of study: String, to units: inout NightlyUnits) throws {
        let loaded = try LoadedStudy(file: study, findsFiles: false)
        units.runsCommand = loaded.study.operations.onBreach != nil
        if let metrics = loaded.study.operations.metricsFile {
            units.writable = [URL(fileURLWithPath: loaded.files.located(metrics)).deletingLastPathComponent().path]
        }
    }

    private func account() throws -> NightlyUnits.Account {
        let name = user ?? (template || geteuid() == 0 ? "dynamic" : NSUserName())
        if name == "dynamic" { return .dynamic }
        let isName =
            name.utf8.count <= 64 && name.first != "-"
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
            }
        guard isName, !name.isEmpty, !template else {
            throw Failure(
                .usage,
                template
                    ? "--template has a user of its own" : "'\(SourceLocation.presentable(name))' is no user's name")
        }
        return .user(name)
    }

    private func makeFolder(_ path: String) throws {
        guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil else {
            throw Failure(.cannotCreate, "cannot create \(path)", hint: "check the folder's permissions")
        }
    }

    private func write(_ text: String, to path: String) throws {
        do throws(StoreError) {
            try writeWholeFile(text, to: path)
        } catch {
            throw Failure(error)
        }
    }

    private func writeStudy() throws {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let prices = (folder.isEmpty && !file.hasPrefix("/") ? "" : folder + "/") + "prices/DEMO.csv"
        try write(studyTemplate, to: file)
        try write(csvText(demoMarket.series(seed: 1)), to: prices)
        if common.json { Talk.print(jsonText(WrittenJSON(written: [file, prices]))) }
        common.talk.say("Wrote \(file) and \(prices) (invented prices)\nNext: belowzero run \(shellQuoted(file))")
    }

    private var demoMarket: SyntheticMarket {
        let start = UTCInstant(milliseconds: 1_735_689_600_000)  // 2025-01-01
        return SyntheticMarket.samples(start: start, barLength: .hours(1), bars: 24 * 365)[0]
    }
}

/// The study that `belowzero init` writes: every key, its default and its meaning.
let studyTemplate = """
    # A BelowZero study: how often would a leveraged position have ended below zero?
    # Run it with:  belowzero run nightly.yaml
    version: 1
    name: nightly                   # outputs go to Reports/nightly/<UTC time>

    data:
      - asset: DEMO                 # free text, the key in every output
        path: prices/DEMO.csv       # relative to this file; globs are read in name order as one series
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

    grid:
      contract: [linear]            # linear, inverse (coin-margined), margin (borrowed), spot
      side: [long, short]
      leverage: [1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125]    # or {from: 1, to: 125, step: 1}
      horizon: [1d, 7d, 30d]        # how long a position is held: 30s, 15m, 4h, 7d
      platform: [typical]           # names from below, or a venue that 'belowzero venues' lists

    position: {notional: 10000, stride: 1, max_gap: auto}     # max_gap: auto, off, or a duration

    platforms:
      typical:
        fees: {open: 0.0005, close: 0.0005, liquidation: 0.0}  # fractions of traded notional
        slippage: 0.0005                                       # of every exit, a fraction of the price;
        #   or {base: 0.0005, kappa: 0.7}: base + kappa x sigma x sqrt(notional / volume of the bar)
        tiers: [{to: .inf, rate: 0.005, amount: 0}]            # maintenance margin = rate x notional - amount
        #   or {file: tiers.json, symbol: "BTC/USDT:USDT"} (ccxt layout), or {file: margins.csv, contract_size: 5}
        liquidation: {enabled: true, trigger: extreme, fill: auto, latency: 1}
        #   trigger: extreme (the bar's worst price) or close
        #   fill: auto, gap, next (latency bars later), worst (the bar's extreme), best (the trigger price), or bounds:
        #   auto with best and worst beside it. partial: true reduces by bracket before taking over.
        # borrow: {rate: 0.10, margin_level: 1.1}              # for margin contracts

    statistics: {confidence: 0.95, resamples: 2000, block: 1d, seed: 1}

    limits:                         # a breach ends the run with exit code 3; leave parts out to mean every one
      - {side: long, leverage: 20, horizon: 7d, measure: negative_equity_frac, max: 0.05}
      #   bound: lower or upper holds the ends of the interval against the limit; min: instead of max:
      # - {leverage: 20, measure: liquidated_frac, drift: {runs: 20, max_change: 0.01}}   # against the runs before
      # - {max_age: 36h}              # the newest bar

    headline: {asset: DEMO, side: long, leverage: 20, horizon: 7d}

    # What is done with a run; no result depends on it.
    # retention: {days: 90, runs: 60}                          # older runs go
    # on_breach: {command: [./alert, --page], timeout: 30s}    # no shell; JSON on standard input
    # metrics_file: /var/lib/node_exporter/textfile/belowzero.prom

    """
