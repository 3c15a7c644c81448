import MarginModel
import PriceSeries
import StressBasics

/// A study: which prices, which grid of positions, on which platforms, and what is done with a run.
///
/// Everything a result depends on, and in ``operations`` everything it does not.
public struct Study: Hashable, Sendable {
    /// Free text that names the runs' folder; letters, digits, `.`, `_` and `-`.
    public var name: String
    /// The price histories.
    public var inputs: [StudyInput]
    /// The axes of the grid.
    public var grid: StudyGrid
    /// Size of positions and which bars are entries.
    public var position: PositionRules
    /// The platforms that the grid names, in the grid's order.
    public var platforms: [NamedPlatform]
    /// Who trades on the platforms, and who pays; nil where that is not asked.
    public var ledger: LedgerStudy?
    /// How uncertainty is stated.
    public var statistics: StatisticsRules
    /// Limits on results.
    public var limits: [StudyLimit]
    /// What traders do beside holding; each is compared with it.
    public var behaviours: [Behaviour] = []
    /// Positions that are opened together, and how they are margined.
    public var baskets: [Basket] = []
    /// Simulated futures; nil where none is asked for.
    public var resample: ResampleRules?
    /// Where capital is held; nil where that is not asked.
    public var custody: CustodyRules?
    /// Taxes on a realised loss; nil where that is not asked.
    public var tax: TaxRules?
    /// The cell the first sentence speaks of.
    public var headline: CellSelector
    /// What a headline without data makes of the run.
    public var headlineOnNoValue = StudyLimit.NoValueRule.fail
    /// What is done with a run beside computing it.
    public var operations: Operations
    /// Where `belowzero fetch` gets prices from; has no part in results.
    public var archive: ArchiveSettings?

    /// A study of the given parts, unchecked; ``loadStudy(yaml:file:)`` and ``validate(file:place:)`` check.
    public init(
        name: String, inputs: [StudyInput], grid: StudyGrid, position: PositionRules = PositionRules(),
        platforms: [NamedPlatform], statistics: StatisticsRules = StatisticsRules(), limits: [StudyLimit] = [],
        headline: CellSelector = CellSelector(), operations: Operations = Operations()
    ) {
        self.name = name
        self.inputs = inputs
        self.grid = grid
        self.position = position
        self.platforms = platforms
        self.statistics = statistics
        self.limits = limits
        self.headline = headline
        self.operations = operations
    }

    /// The same study with the best and the worst fill evaluated on every platform.
    public var withBounds: Study {
        var copy = self
        for index in copy.platforms.indices {
            copy.platforms[index].rules = copy.platforms[index].rules.withBounds
        }
        return copy
    }

    /// The format version that this program reads and writes.
    public static let version = 1
}

/// Where prices are fetched from.
public struct ArchiveSettings: Hashable, Sendable {
    /// The address that the archive's layout begins at.
    public var base: WebAddress

    /// Settings of the given address.
    public init(base: WebAddress) { self.base = base }
}

/// One price history under the name that all outputs use.
public struct StudyInput: Hashable, Sendable {
    /// Free text, the key in every output; unique within a study.
    public var asset: String
    /// Files, format and columns.
    public var source: BarSource
    /// Funding, when the contract has it.
    public var funding: FundingInput?
    /// Mark prices that trigger in place of the traded ones.
    public var mark: BarSource?
    /// Another venue's prices of the same market, which tell a bad tick from a move of the market.
    public var reference: BarSource?

    /// The name of the asset that a market of this input becomes, as in `coins BTC/USDT`; characters that would not show are
    /// replaced. Not every such name can key outputs: see ``isUsableName(_:)``.
    public func assetName(ofMarket market: String) -> String { "\(asset) \(SourceLocation.presentable(market))" }

    /// Whether `name` may turn out to be one of the assets that this input is divided into.
    func mayBecome(_ name: String) -> Bool { source.each != nil && name.hasPrefix(asset + " ") }

    /// An input.
    public init(asset: String, source: BarSource, funding: FundingInput? = nil, mark: BarSource? = nil) {
        self.asset = asset
        self.source = source
        self.funding = funding
        self.mark = mark
    }
}

/// Where funding rates come from.
public enum FundingInput: Hashable, Sendable {
    /// Rates stamped in time, from a file.
    case file(FundingSource)
    /// The same rate, a fraction of the position's value, at every multiple of an interval since the epoch.
    case constant(rate: Double, interval: TimeSpan)
}

/// Size of positions, and which bars are entries.
public struct PositionRules: Hashable, Sendable {
    /// `N0`: entry notional, quote currency, above 0.
    public var notional: Double
    /// Only bars whose index is a multiple are entries; at least 1.
    public var stride: Int
    /// The widest step between bars that a window may span.
    public var maxGap: MaxGap

    /// Positions of 10,000 quote units at every bar unless said otherwise.
    public init(notional: Double = 10_000, stride: Int = 1, maxGap: MaxGap = .automatic) {
        self.notional = notional
        self.stride = stride
        self.maxGap = maxGap
    }
}

/// The widest step between bars that a window may span.
public enum MaxGap: Hashable, Sendable {
    /// By bar length: see ``PriceSeries/BarSeries/defaultMaxGap(barLength:)``.
    case automatic
    /// No step breaks a window.
    case off
    /// At most this span.
    case span(TimeSpan)

    /// The span for bars of `barLength`; nil for ``off``.
    public func resolved(barLength: TimeSpan) -> TimeSpan? {
        switch self {
        case .automatic: BarSeries.defaultMaxGap(barLength: barLength)
        case .off: nil
        case .span(let span): span
        }
    }
}

/// A platform's rules under the name that outputs use.
public struct NamedPlatform: Hashable, Sendable {
    /// The name in outputs.
    public var name: String
    /// The rules. Where ``tierFile`` is given the table in here is a placeholder until the file is read.
    public var rules: PlatformRules
    /// The file that holds the maintenance table.
    public var tierFile: TierFile?
    /// What it says of who pays; has no part in a study without a ledger.
    public var safeguards: SafeguardSettings?

    /// A named platform.
    public init(name: String, rules: PlatformRules, tierFile: TierFile? = nil, safeguards: SafeguardSettings? = nil) {
        self.safeguards = safeguards
        self.name = name
        self.rules = rules
        self.tierFile = tierFile
    }
}

/// A maintenance table in a file of its own.
public enum TierFile: Hashable, Sendable {
    /// Brackets of one symbol, in the layout of the ccxt library (JSON).
    case brackets(file: String, symbol: String)
    /// Margins per contract through time (CSV), and the coins in a contract.
    case schedule(file: String, contractSize: Double)

    /// The file.
    public var file: String {
        switch self {
        case .brackets(let file, _), .schedule(let file, _): file
        }
    }
}

/// How uncertainty is stated.
public struct StatisticsRules: Hashable, Sendable {
    /// Confidence of every interval, strictly between 0 and 1.
    public var confidence: Double
    /// Length of the time blocks that entries are counted in; whole blocks are the unit of parallel work and of resampling.
    public var block: TimeSpan
    /// Number of resamples behind the intervals of mean shortfalls, differences and bands; 0 for none of these.
    public var resamples: Int
    /// Seed of the resamples.
    public var seed: UInt64
    /// The share of entries below zero that the highest leverage and the required margin are asked for.
    public var maxFrequency: Double
    /// The margins of look-backs that are asked for; nil for none.
    public var lookBack: LookBackRules?

    /// 95 %, calendar days (UTC), 2,000 resamples from seed 1 and one entry in a hundred unless said otherwise.
    public init(
        confidence: Double = 0.95, block: TimeSpan = .days(1), resamples: Int = 2000, seed: UInt64 = 1,
        maxFrequency: Double = 0.01
    ) {
        self.confidence = confidence
        self.block = block
        self.resamples = resamples
        self.seed = seed
        self.maxFrequency = maxFrequency
    }
}
