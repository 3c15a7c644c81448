import MarginModel
import StressBasics

/// Picks cells: every part that is nil matches everything.
public struct CellSelector: Hashable, Sendable {
    /// The asset's name.
    public var asset: String?
    /// The contract.
    public var contract: ContractKind?
    /// The direction.
    public var side: Side?
    /// The leverage.
    public var leverage: Leverage?
    /// The holding time.
    public var horizon: TimeSpan?
    /// The platform's name.
    public var platform: String?

    /// A selector; what is left out matches everything.
    public init(
        asset: String? = nil, contract: ContractKind? = nil, side: Side? = nil, leverage: Leverage? = nil,
        horizon: TimeSpan? = nil, platform: String? = nil
    ) {
        self.asset = asset
        self.contract = contract
        self.side = side
        self.leverage = leverage
        self.horizon = horizon
        self.platform = platform
    }

    /// The cells that agree with `key` on every axis but the `open` ones.
    public init(like key: CellKey, but open: [CellAxis]) {
        func fixed<Value>(_ axis: CellAxis, _ value: Value) -> Value? { open.contains(axis) ? nil : value }
        self.init(
            asset: fixed(.asset, key.asset), contract: fixed(.contract, key.contract), side: fixed(.side, key.side),
            leverage: fixed(.leverage, key.leverage), horizon: fixed(.horizon, key.horizon),
            platform: fixed(.platform, key.platform))
    }

    /// Whether `cell` has every part that is given.
    public func matches(_ cell: CellKey) -> Bool {
        (asset == nil || asset == cell.asset) && (contract == nil || contract == cell.contract)
            && (side == nil || side == cell.side) && (leverage == nil || leverage == cell.leverage)
            && (horizon == nil || horizon == cell.horizon) && (platform == nil || platform == cell.platform)
    }

    /// Whether `cell` has every part that is given.
    public func matches(_ cell: StudyCell) -> Bool { matches(cell.key) }

    /// What it asks of an axis, as a person types it; nil where everything matches.
    public func plainText(_ axis: CellAxis) -> String? {
        switch axis {
        case .asset: asset
        case .contract: contract?.rawValue
        case .side: side?.rawValue
        case .leverage: leverage?.plainText
        case .horizon: horizon?.text
        case .platform: platform
        }
    }
}
