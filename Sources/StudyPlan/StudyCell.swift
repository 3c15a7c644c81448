import MarginModel
import StressBasics

/// The axes of the grid, each without repeats.
public struct StudyGrid: Hashable, Sendable {
    /// Kinds of contract.
    public var contracts: [ContractKind]
    /// Directions.
    public var sides: [Side]
    /// Leverages, ascending.
    public var leverages: [Leverage]
    /// Holding times, ascending.
    public var horizons: [TimeSpan]

    /// A grid of the given axes.
    public init(
        contracts: [ContractKind] = [.linear], sides: [Side] = [.long, .short], leverages: [Leverage],
        horizons: [TimeSpan]
    ) {
        self.contracts = contracts
        self.sides = sides
        self.leverages = leverages
        self.horizons = horizons
    }

    /// The grid of one cell, or of cells that differ in their leverage alone.
    public init(like key: CellKey, leverages: [Leverage]? = nil) {
        self.init(
            contracts: [key.contract], sides: [key.side], leverages: leverages ?? [key.leverage],
            horizons: [key.horizon])
    }
}

/// One cell of the grid: a position that is tried at every entry of one price history.
public struct StudyCell: Hashable, Codable, Sendable {
    /// Place in plan order, from 0.
    public let index: Int
    /// What it is told apart by.
    public let key: CellKey

    /// A cell at a place.
    public init(index: Int, key: CellKey) { (self.index, self.key) = (index, key) }

    /// The price history.
    public var asset: String { key.asset }
    /// The contract.
    public var contract: ContractKind { key.contract }
    /// The direction.
    public var side: Side { key.side }
    /// The leverage.
    public var leverage: Leverage { key.leverage }
    /// The holding time.
    public var horizon: TimeSpan { key.horizon }
    /// The platform.
    public var platform: String { key.platform }
    /// See ``CellKey/id``.
    public var id: String { key.id }
}

extension Study {
    /// Number of cells, without building them. Saturates instead of overflowing.
    public var cellCount: Int {
        CellAxis.allCases.reduce(1) { product, axis in
            let (value, overflow) = product.multipliedReportingOverflow(by: count(of: axis))
            return overflow ? Int.max : value
        }
    }

    /// The axes of ``CellAxis/betweenTables`` on which its cells differ.
    public var axesBetweenTables: [CellAxis] { CellAxis.betweenTables.filter { count(of: $0) > 1 } }

    /// Number of ``tables``, without building them.
    public var tableCount: Int { CellAxis.betweenTables.reduce(1) { $0 * count(of: $1) } }

    /// The tables of leverages and holding times that a history has in one direction, in plan order. O(cells of a history).
    public var tables: [CellSelector] {
        guard let input = inputs.first else { return [] }
        return cells(of: input, first: 0).groupedInOrder(by: \.key.table).map(\.key)
    }

    /// Number of values on an axis.
    func count(of axis: CellAxis) -> Int {
        switch axis {
        case .asset: inputs.count
        case .contract: grid.contracts.count
        case .side: grid.sides.count
        case .leverage: grid.leverages.count
        case .horizon: grid.horizons.count
        case .platform: platforms.count
        }
    }

    /// The values on an axis, as a person types them, in plan order.
    func plainTexts(of axis: CellAxis) -> [String] {
        switch axis {
        case .asset: inputs.map(\.asset)
        case .contract: grid.contracts.map(\.rawValue)
        case .side: grid.sides.map(\.rawValue)
        case .leverage: grid.leverages.map(\.plainText)
        case .horizon: grid.horizons.map(\.text)
        case .platform: platforms.map(\.name)
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
                            let key = CellKey(
                                asset: input.asset, contract: contract, side: side, leverage: leverage,
                                horizon: horizon, platform: platform.name)
                            cells.append(StudyCell(index: first + cells.count, key: key))
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

    /// The rules that a cell's positions are held to; nil where the study has no such platform, which no cell of a checked study names.
    public func rules(of cell: CellKey) -> PlatformRules? { platform(named: cell.platform)?.rules }
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
        return firstCell(choice)
    }

    /// The first of ``cells`` that is chosen: a study of many histories is asked for it often, and most have none.
    private func firstCell(_ choice: CellSelector) -> StudyCell? {
        for (place, input) in inputs.enumerated() where choice.asset == nil || choice.asset == input.asset {
            let own = cells(of: input, first: place * (cellCount / inputs.count))
            if let found = own.first(where: choice.matches) { return found }
        }
        return nil
    }
}

extension Study {
    /// The study of one cell. What is estimated of it does not depend on the cells beside it.
    public func narrowed(to cell: StudyCell) -> Study {
        var study = self
        study.inputs = inputs.filter { $0.asset == cell.asset }
        study.platforms = platforms.filter { $0.name == cell.platform }
        study.grid = StudyGrid(like: cell.key)
        (study.limits, study.baskets, study.resample) = ([], [], nil)
        return study
    }
}
