import StressBasics
import StressStatistics
import StudyPlan

/// What one page's headline cell is made of.
public struct CellDetail: Codable, Sendable {
    /// The cell.
    public var cell: StudyCell
    /// Its crashes, months, conditions and speed.
    public var anatomy: CellAnatomy
    /// The headline with one assumption changed at a time; empty for cells that are not the study's headline.
    public var sensitivity: [SensitivityRow]
    /// The tail of the moves against the position within the holding time; nil where there are no entries.
    public var tail: TailReport?
    /// The tail of its shortfalls, in parts of the margin; nil where there are no entries.
    public var shortfallTail: TailReport?
    /// How fast other leverages are liquidated, lowest first.
    public var curves: [LiquidationCurve]
    /// The worst entries of the largest episodes, largest first.
    public var paths: [EpisodePath] = []

    /// The parts of a cell.
    public init(
        cell: StudyCell, anatomy: CellAnatomy, sensitivity: [SensitivityRow] = [], tail: TailReport? = nil,
        shortfallTail: TailReport? = nil, curves: [LiquidationCurve] = []
    ) {
        self.cell = cell
        self.anatomy = anatomy
        self.sensitivity = sensitivity
        self.tail = tail
        self.shortfallTail = shortfallTail
        self.curves = curves
    }
}

extension CellDetail {
    /// The curves of all leverages that have one, the cell's own among them, lowest leverage first. Their times are the same.
    public var allCurves: [LiquidationCurve] {
        ([LiquidationCurve(cell: cell, points: anatomy.liquidation)] + curves)
            .sorted { $0.cell.leverage.value < $1.cell.leverage.value }
    }
}

/// Cumulative incidence of liquidation of one cell.
public struct LiquidationCurve: Hashable, Codable, Sendable {
    /// The cell.
    public var cell: StudyCell
    /// Earliest first.
    public var points: [LiquidationPoint]

    /// A curve.
    public init(cell: StudyCell, points: [LiquidationPoint]) {
        (self.cell, self.points) = (cell, points)
    }
}

/// The prices that the worst entry of an episode met, quote currency per coin.
public struct EpisodePath: Hashable, Codable, Sendable {
    /// Place of its episode by entries below zero, from 1.
    public var rank: Int
    /// Open of the entry bar; the entry is its close.
    public var entry: UTCInstant
    /// Price of the entry.
    public var entryPrice: Double
    /// Where the margin was gone, at the moment of entry; nil where no price takes all of it.
    public var bankruptcyPrice: Double?
    /// Open of the bar in which it was closed.
    public var exit: UTCInstant
    /// What it was closed at, after slippage.
    public var exitPrice: Double
    /// Open of the bar with the largest move against it.
    public var worstBar: UTCInstant
    /// That move, from the close before, in parts of it; below zero for a fall.
    public var worstMove: Double
    /// The prices around it, oldest first.
    public var points: [Point]

    /// A few bars, summed up.
    public struct Point: Hashable, Codable, Sendable {
        /// Open of the last of them.
        public var time: UTCInstant
        /// Lowest, highest and last price.
        public var low, high, close: Double

        /// Bars of the given prices.
        public init(time: UTCInstant, low: Double, high: Double, close: Double) {
            (self.time, self.low, self.high, self.close) = (time, low, high, close)
        }
    }

    /// A path of the given parts.
    public init(
        rank: Int, entry: UTCInstant, entryPrice: Double, bankruptcyPrice: Double?, exit: UTCInstant, exitPrice: Double,
        worstBar: UTCInstant, worstMove: Double, points: [Point]
    ) {
        (self.rank, self.entry, self.entryPrice, self.bankruptcyPrice) = (rank, entry, entryPrice, bankruptcyPrice)
        (self.exit, self.exitPrice, self.points) = (exit, exitPrice, points)
        (self.worstBar, self.worstMove) = (worstBar, worstMove)
    }
}

/// A cell with one assumption changed.
public struct SensitivityRow: Hashable, Codable, Sendable {
    /// What was changed: `fill`, `fees`, `bars`.
    public var assumption: String
    /// To what, in words of the study file: `worst`, `×2`, `4h`.
    public var value: String
    /// Its entries, and what was seen of them.
    public var counts: EntryCounts
    /// The share of its entries that end below zero; nil without a whole window.
    public var frequency: Double?
    /// Interval of that share; nil without a whole window, and where the cell cannot end below zero.
    public var interval: FrequencyInterval?

    /// A changed cell.
    public init(
        assumption: String, value: String, counts: EntryCounts, frequency: Double?, interval: FrequencyInterval?
    ) {
        (self.assumption, self.value, self.counts) = (assumption, value, counts)
        (self.frequency, self.interval) = (frequency, interval)
    }

    /// The same of an estimate.
    public init(assumption: String, value: String, estimate: CellEstimate) {
        let (windows, exit) = (estimate.windows, estimate.exit)
        self.init(
            assumption: assumption, value: value,
            counts: EntryCounts(
                entries: windows.entries, negative: exit.negative, cut: windows.cut, cutNegative: exit.cutNegative),
            frequency: exit.frequency, interval: exit.interval)
    }
}

/// What is passed once in so many years, beyond what was seen: moves against a position, or its shortfalls.
public struct TailReport: Hashable, Codable, Sendable {
    /// Thresholds and fit on ``scale``, or why there is none.
    public var analysis: TailAnalysis
    /// The scale of the fit; ``levels`` are mapped back.
    public var scale: TailScale
    /// Return periods, years, with the moves that are passed once in each, or why none is given.
    public var levels: [Level]

    /// One return period.
    public struct Level: Hashable, Codable, Sendable {
        /// Years.
        public var years: Double
        /// What is passed once in these years on average, moves in parts of the entry price, shortfalls in parts of the margin;
        /// nil when refused.
        public var move: TailFit.ReturnLevel?
        /// Why there is no move.
        public var refusal: TailRefusal?

        /// A return period.
        public init(years: Double, move: TailFit.ReturnLevel?, refusal: TailRefusal?) {
            (self.years, self.move, self.refusal) = (years, move, refusal)
        }
    }

    /// A leverage with its interval, whose upper end is infinite where there is none.
    public struct BankruptLeverage: Sendable {
        /// The leverage.
        public let value: Double
        /// Around it.
        public let interval: Interval
    }

    /// A tail with its return periods.
    public init(analysis: TailAnalysis, scale: TailScale, levels: [Level]) {
        (self.analysis, self.scale, self.levels) = (analysis, scale, levels)
    }

    /// The return levels of the periods, mapped back from the scale.
    ///
    /// - Parameters:
    ///   - periods: years; those whose level lies under the threshold are left out, as the data themselves answer.
    ///   - confidence: of the intervals.
    public init(analysis: TailAnalysis, scale: TailScale, periods: [Double], confidence: Double) {
        let levels = periods.compactMap { period -> Level? in
            let outcome: Result<TailFit.ReturnLevel, TailRefusal.Failure>?
            switch analysis.outcome {
            case .failure(let failure): outcome = .failure(failure)
            case .success(let fit):
                outcome = fit.returnLevel(
                    years: period, confidence: confidence, farthest: scale.farthestExtrapolation)
            }
            switch outcome {
            case nil: return nil
            case .success(let level): return Level(years: period, move: scale.level(level), refusal: nil)
            case .failure(let failure): return Level(years: period, move: nil, refusal: failure.reason)
            }
        }
        self.init(analysis: analysis, scale: scale, levels: levels)
    }
}

/// The margin that would have kept a position above zero without any liquidation in all but a chosen share of entries.
public struct MarginRequirement: Codable, Sendable {
    /// Price history.
    public var asset: String
    /// Direction.
    public var side: Side
    /// Holding time.
    public var horizon: TimeSpan
    /// In parts of the entry price.
    public var margin: RequiredMargin

    /// A requirement.
    public init(asset: String, side: Side, horizon: TimeSpan, margin: RequiredMargin) {
        (self.asset, self.side, self.horizon, self.margin) = (asset, side, horizon, margin)
    }
}

extension MarginRequirement {
    /// The margin, in parts of the entry notional, that covers a move under a contract, before fees; nil for contracts whose
    /// debt grows with time.
    public static func margin(_ move: Double, contract: ContractKind, side: Side) -> Double? {
        switch (contract, side) {
        case (.linear, _): move
        // In coins a long loses 1/(1 − move) − 1 of its notional, a short 1 − 1/(1 + move).
        case (.inverse, .long): move < 1 ? move / (1 - move) : nil
        case (.inverse, .short): move / (1 + move)
        case (.margin, _), (.spot, _): nil
        }
    }
}

extension TailReport.Level {
    /// The leverage whose whole margin the move is, under the contract's own law where it is linear or inverse, else under the linear
    /// one; nil without a move against the position.
    public func bankruptLeverage(contract: ContractKind, side: Side) -> TailReport.BankruptLeverage? {
        func leverage(_ move: Double) -> Double? {
            MarginRequirement.margin(move, contract: contract == .inverse ? .inverse : .linear, side: side).map {
                1 / $0
            }
        }
        guard let move, move.level > 0, let value = leverage(move.level), let low = leverage(move.interval.high)
        else { return nil }
        let high = move.interval.low > 0 ? leverage(move.interval.low) : nil
        return TailReport.BankruptLeverage(value: value, interval: Interval(low: low, high: high ?? .infinity))
    }
}
