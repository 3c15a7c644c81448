import StressBasics

/// One cell of the grid: a position that is tried at every entry of one price history.
public struct StudyCell: Hashable, Codable, Sendable {
    /// Place in plan order, from 0.
    public let index: Int
    /// The price history.
    public let asset: String
    /// The contract.
    public let contract: ContractKind
    /// The direction.
    public let side: Side
    /// The leverage.
    public let leverage: Leverage
    /// The holding time.
    public let horizon: TimeSpan
    /// The platform.
    public let platform: String

    /// A cell of the given parts.
    public init(
        index: Int, asset: String, contract: ContractKind, side: Side, leverage: Leverage, horizon: TimeSpan,
        platform: String
    ) {
        self.index = index
        self.asset = asset
        self.contract = contract
        self.side = side
        self.leverage = leverage
        self.horizon = horizon
        self.platform = platform
    }

    /// A name that does not depend on the rest of the grid: `LTCUSDT/linear/long/20x/7d/typical`.
    public var id: String {
        [asset, contract.rawValue, side.rawValue, leverage.plainText, horizon.text, platform].joined(separator: "/")
    }
}

extension Study {
    /// Number of cells, without building them. Saturates instead of overflowing.
    public var cellCount: Int {
        [
            inputs.count, grid.contracts.count, grid.sides.count, grid.leverages.count, grid.horizons.count,
            platforms.count,
        ]
        .reduce(1) { product, factor in
            let (value, overflow) = product.multipliedReportingOverflow(by: factor)
            return overflow ? Int.max : value
        }
    }

    /// All cells in plan order: asset, contract, side, leverage, horizon, platform, the last running fastest.
    public var cells: [StudyCell] {
        inputs.enumerated().flatMap { place, input in cells(of: input, first: place * (cellCount / inputs.count)) }
    }

    /// The cells of one of the study's assets, in plan order. O(cells of the asset).
    public func cells(of asset: String) -> [StudyCell] {
        guard let place = inputs.firstIndex(where: { $0.asset == asset }) else { return [] }
        return cells(of: inputs[place], first: place * (cellCount / inputs.count))
    }

    private func cells(of input: StudyInput, first: Int) -> [StudyCell] {
        var cells: [StudyCell] = []
        cells.reserveCapacity(cellCount / inputs.count)
        for contract in grid.contracts {
            for side in grid.sides {
                for leverage in grid.leverages {
                    for horizon in grid.horizons {
                        for platform in platforms {
                            cells.append(
                                StudyCell(
                                    index: first + cells.count, asset: input.asset, contract: contract, side: side,
                                    leverage: leverage, horizon: horizon, platform: platform.name))
                        }
                    }
                }
            }
        }
        return cells
    }

    /// The rules of the platform of that name, which a checked study always has.
    public func platform(named name: String) -> NamedPlatform? {
        platforms.first { $0.name == name }
    }
}

extension Study {
    /// The cell the first sentence speaks of: the first in plan order that fits ``headline``, where anything left open
    /// prefers a long at 20× held for 7 days if the grid has them, and else the middle of the axis.
    public var headlineCell: StudyCell? {
        func middle<T>(_ axis: [T]) -> T? { axis.isEmpty ? nil : axis[axis.count / 2] }
        var choice = headline
        choice.leverage = choice.leverage ?? grid.leverages.first { $0.value == 20 } ?? middle(grid.leverages)
        choice.horizon = choice.horizon ?? grid.horizons.first { $0 == .days(7) } ?? middle(grid.horizons)
        // A spot account holds 1× longs only; anything else of the grid says more.
        choice.contract = choice.contract ?? grid.contracts.first { $0 != .spot }
        choice.side = choice.side ?? (grid.sides.contains(.long) ? .long : grid.sides.first)
        return cells.first(where: choice.matches)
    }
}

extension Study {
    /// The study of one cell. What is estimated of it does not depend on the cells beside it.
    public func narrowed(to cell: StudyCell) -> Study {
        var study = self
        study.inputs = inputs.filter { $0.asset == cell.asset }
        study.platforms = platforms.filter { $0.name == cell.platform }
        (study.grid.contracts, study.grid.sides) = ([cell.contract], [cell.side])
        (study.grid.leverages, study.grid.horizons) = ([cell.leverage], [cell.horizon])
        study.limits = []
        return study
    }
}
