import ArgumentParser
import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// The platform and position of a sweep.
struct PlatformOptions: ParsableArguments {
    @Option(help: "Maintenance rate, a fraction of notional.")
    var maintenanceRate = 0.005
    @Option(help: "Opening and closing fee, a fraction of notional.")
    var fee = 0.0005
    @Option(help: "Extra fee of a liquidation, a fraction of notional.")
    var liquidationFee = 0.0
    @Option(help: "Slippage of every exit, a fraction of the price.")
    var slippage = 0.0005
    @Option(help: "Slippage grows by kappa x sigma x sqrt(notional / volume) of the bar.")
    var kappa = 0.0
    @Option(help: "Yearly borrow rate of margin contracts.")
    var borrowRate = 0.1
    @Option(help: "Margin level at which a lender closes a margin contract.")
    var marginLevel = 1.1
    @Option(help: "Liquidation fill: auto, gap, next, worst or best.")
    var fill = FillRule.auto
    @Option(help: "Liquidation trigger: extreme or close.")
    var trigger = LiquidationTrigger.extreme
    @Option(help: "Bars between trigger and fill, for the next fill.")
    var latency = 1
    @Flag(help: "Evaluate the best and the worst fill beside the chosen one.")
    var bounds = false
    @Flag(help: "Nobody liquidates.")
    var noLiquidation = false
    @Option(help: "Entry notional, quote currency.")
    var notional = 10_000.0
    @Option(help: "Enter only at every N-th bar.")
    var stride = 1
    @Option(help: "Widest step a window may span: auto, off or a duration.")
    var maxGap = "auto"

    func validate() throws {
        guard notional.isFinite, notional > 0 else { throw ValidationError("--notional must be above 0") }
        guard stride >= 1 else { throw ValidationError("--stride must be at least 1") }
    }

    func rules() throws -> PlatformRules {
        do throws(RuleError) {
            return try PlatformRules(
                fees: Fees(open: fee, close: fee, liquidation: liquidationFee),
                slippage: Slippage(base: slippage, impact: kappa),
                tiers: MaintenanceTiers(flatRate: maintenanceRate),
                liquidation: LiquidationRules(
                    enabled: !noLiquidation, trigger: trigger, fill: fill, latency: latency, hasBounds: bounds),
                borrow: BorrowRules(yearlyRate: borrowRate, marginLevel: marginLevel))
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    func gap() throws -> MaxGap {
        switch maxGap {
        case "auto": return .automatic
        case "off": return .off
        default:
            guard let span = TimeSpan(maxGap), span.milliseconds > 0 else {
                throw Failure(
                    .usage, "cannot read --max-gap '\(maxGap)'", hint: "write auto, off, or a duration such as 10m")
            }
            return .span(span)
        }
    }

    /// The options as words of the command that repeats the run.
    var words: [String] {
        [
            "--maintenance-rate", numberText(maintenanceRate), "--fee", numberText(fee), "--liquidation-fee",
            numberText(liquidationFee),
            "--slippage", numberText(slippage), "--fill", fill.rawValue, "--trigger", trigger.rawValue, "--latency",
            String(latency),
            "--notional", numberText(notional), "--stride", String(stride), "--max-gap", maxGap,
            "--kappa", numberText(kappa), "--borrow-rate", numberText(borrowRate),
            "--margin-level", numberText(marginLevel),
        ] + (noLiquidation ? ["--no-liquidation"] : []) + (bounds ? ["--bounds"] : [])
    }
}

/// How price files are read.
struct ReadingOptions: ParsableArguments {
    @Option(help: "A named format (see 'belowzero check --help'), or auto.")
    var format = "auto"
    @Option(
        help:
            "Columns by 0-based position or header name: time=0,open=1,high=2,low=3,close=4[,volume=5] or time=0,price=1."
    )
    var columns: String?
    @Option(help: "Time notation: auto, s, ms, us, 'ISO 8601' or a pattern such as %d/%m/%Y.")
    var time = "auto"
    @Option(help: "Whether the first row holds names: auto, true or false.")
    var header = "auto"

    func source(files: [String]) throws -> BarSource {
        BarSource(
            files: files, format: format == "auto" ? nil : format, columns: try columns.map(parseColumns),
            time: try notation(), header: try headerRule())
    }

    private func notation() throws -> TimeNotation {
        switch time {
        case "auto": return .automatic
        case "s": return .seconds
        case "ms": return .milliseconds
        case "us": return .microseconds
        case "ISO 8601", "ISO", "iso": return .iso8601
        default:
            guard time.contains("%") else {
                throw Failure(
                    .usage, "cannot read --time '\(time)'",
                    hint: "write auto, s, ms, us, 'ISO 8601' or a pattern such as %d/%m/%Y")
            }
            return .pattern(time)
        }
    }

    private func headerRule() throws -> HeaderRule {
        guard let rule = ["auto": HeaderRule.automatic, "true": .present, "false": .absent][header] else {
            throw Failure(.usage, "--header is auto, true or false, not '\(header)'")
        }
        return rule
    }

    /// The options as words of the command that repeats the run.
    var words: [String] {
        (format == "auto" ? [] : ["--format", format]) + (columns.map { ["--columns", $0] } ?? [])
            + (time == "auto" ? [] : ["--time", time]) + (header == "auto" ? [] : ["--header", header])
    }
}

/// `time=0,open=1,high=2,low=3,close=4` or `time=date,price=last`.
func parseColumns(_ text: String) throws -> ColumnMapping {
    let hint = "write time=0,open=1,high=2,low=3,close=4 or time=0,price=1"
    var parts: [String: ColumnReference] = [:]
    for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, ["time", "open", "high", "low", "close", "price", "volume"].contains(sides[0]),
            parts[sides[0]] == nil
        else {
            throw Failure(.usage, "cannot read '\(part)' in --columns", hint: hint)
        }
        parts[sides[0]] = Int(sides[1]).map(ColumnReference.index) ?? .name(sides[1])
        if case .index(let index) = parts[sides[0]], !(0...1023).contains(index) {
            throw Failure(.usage, "columns are counted from 0 to 1023", hint: hint)
        }
    }
    guard let time = parts["time"] else { throw Failure(.usage, "--columns names no time", hint: hint) }
    if let price = parts["price"], parts.keys.allSatisfy({ ["time", "price", "volume"].contains($0) }) {
        return ColumnMapping(time: time, prices: .single(price), volume: parts["volume"])
    }
    guard let open = parts["open"], let high = parts["high"], let low = parts["low"], let close = parts["close"],
        parts["price"] == nil
    else {
        throw Failure(.usage, "--columns needs open, high, low and close, or price alone", hint: hint)
    }
    return ColumnMapping(
        time: time, prices: .bars(open: open, high: high, low: low, close: close), volume: parts["volume"])
}

extension FillRule: ExpressibleByArgument {}
extension LiquidationTrigger: ExpressibleByArgument {}
