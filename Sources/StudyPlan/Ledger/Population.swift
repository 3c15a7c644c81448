import StressBasics

/// Traders who all do the same.
public struct TraderClass: Hashable, Sendable {
    /// The direction.
    public let side: Side
    /// `L`.
    public let leverage: Leverage
    /// The part of its side's open interest, relative to the side's other classes; above 0.
    public let weight: Double

    /// A class of the given parts.
    public init(side: Side, leverage: Leverage, weight: Double) {
        (self.side, self.leverage, self.weight) = (side, leverage, weight)
    }
}

/// Who trades on a platform: at the close of each bar every class opens one position.
public struct Population: Hashable, Sendable {
    /// How the open interest of a bar is found.
    public enum Scale: String, Hashable, Sendable, CaseIterable {
        /// The same at every bar.
        case constant
        /// In proportion to the bar's traded volume.
        case volume
    }

    /// The classes, in the study's order.
    public var classes: [TraderClass]
    /// Notional that each side opens at a bar, quote currency; with ``Scale/volume`` on average.
    public var openInterestPerBar: Double
    /// Whether it follows the volume.
    public var scale: Scale
    /// How long positions are held.
    public var horizon: TimeSpan
    /// Positions are opened at bars whose index is a multiple.
    public var stride: Int

    /// A population of the given parts.
    public init(
        classes: [TraderClass], openInterestPerBar: Double = 10_000, scale: Scale = .constant, horizon: TimeSpan,
        stride: Int = 1
    ) {
        (self.classes, self.openInterestPerBar, self.scale) = (classes, openInterestPerBar, scale)
        (self.horizon, self.stride) = (horizon, stride)
    }

    /// What each class opens at a bar, quote currency, in the order of ``classes``: weights are normalised on each side.
    public var notionals: [Double] {
        var totals: [Side: Double] = [:]
        for group in classes { totals[group.side, default: 0] += group.weight }
        return classes.map { openInterestPerBar * $0.weight / (totals[$0.side] ?? 1) }
    }
}
