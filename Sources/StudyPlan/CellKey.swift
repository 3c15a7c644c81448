import MarginModel
import StressBasics

/// A cell by value, one on every axis, so that it can be found again when the grid has changed around it.
public struct CellKey: Hashable, Sendable {
    /// The price history.
    public var asset: String
    /// The contract.
    public var contract: ContractKind
    /// The direction.
    public var side: Side
    /// The leverage.
    public var leverage: Leverage
    /// The holding time.
    public var horizon: TimeSpan
    /// Name of the platform.
    public var platform: String

    /// A key of the given values.
    public init(
        asset: String, contract: ContractKind, side: Side, leverage: Leverage, horizon: TimeSpan, platform: String
    ) {
        (self.asset, self.contract, self.side) = (asset, contract, side)
        (self.leverage, self.horizon, self.platform) = (leverage, horizon, platform)
    }

    /// A key from what a file holds.
    ///
    /// - Parameter field: the value of a column; nil where there is none.
    /// - Throws: ``Unreadable``, naming the first axis whose value is none of ours.
    public init(reading field: (CellAxis) throws -> AxisValue?) throws {
        func read<Value>(_ axis: CellAxis, _ convert: (AxisValue) -> Value?) throws -> Value {
            guard let value = try field(axis).flatMap(convert) else { throw Unreadable(axis: axis) }
            return value
        }
        asset = try read(.asset, \.text)
        contract = try read(.contract) { $0.text.flatMap(ContractKind.init) }
        side = try read(.side) { $0.text.flatMap(Side.init) }
        leverage = try read(.leverage) { $0.number.flatMap(Leverage.init) }
        horizon = try read(.horizon) { $0.number.flatMap(TimeSpan.init(hours:)) }
        platform = try read(.platform, \.text)
    }

    /// A value that no cell has.
    public struct Unreadable: Error {
        /// Where it stands.
        public let axis: CellAxis
    }

    /// The value on an axis, as files hold it.
    public subscript(axis: CellAxis) -> AxisValue {
        switch axis {
        case .asset: .text(asset)
        case .contract: .text(contract.rawValue)
        case .side: .text(side.rawValue)
        case .leverage: .number(leverage.value)
        case .horizon: .number(horizon.inHours)
        case .platform: .text(platform)
        }
    }

    /// Whether it is, on every axis that has one, where a position is that says nothing: see ``CellAxis/standard``.
    public var isStandard: Bool { CellAxis.allCases.allSatisfy { $0.standard == nil || $0.standard == self[$0] } }

    /// The value on an axis as a person types it: `20x`, `7d`.
    public func plainText(_ axis: CellAxis) -> String {
        switch axis {
        case .leverage: leverage.plainText
        case .horizon: horizon.text
        default: self[axis].field
        }
    }

    /// A name that does not depend on the rest of the grid: `LTCUSDT/linear/long/20x/7d/typical`.
    public var id: String { CellAxis.allCases.map(plainText).joined(separator: "/") }
}

extension CellKey {
    /// The cells that differ from it in leverage and holding time alone: one pass over the bars answers them all.
    public var group: CellSelector { CellSelector(like: self, but: [.leverage, .horizon]) }

    /// The cells that stand in one table of leverages and holding times, of any history and direction: see ``CellAxis/betweenTables``.
    public var table: CellSelector { CellSelector(like: self, but: CellAxis.withinTables) }
}

extension CellKey: Codable {
    /// One member an axis, under the name of its column.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: NamedMember.self)
        for axis in CellAxis.allCases {
            switch self[axis] {
            case .text(let text): try members.encode(text, forKey: NamedMember(axis.column))
            case .number(let number): try members.encode(number, forKey: NamedMember(axis.column))
            }
        }
    }

    /// Reads what ``encode(to:)`` writes, and what it wrote before there was an axis with a standard value.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: NamedMember.self)
        try self.init { axis in
            let name = NamedMember(axis.column)
            let column = members.contains(name) ? name : name.inCamelCase
            if let standard = axis.standard, !members.contains(column) { return standard }
            return axis.unit.isEmpty
                ? .text(try members.decode(String.self, forKey: column))
                : .number(try members.decode(Double.self, forKey: column))
        }
    }
}

extension TimeSpan {
    /// Nil for what is no length of a holding time: not above zero, or beyond a thousand years.
    fileprivate init?(hours: Double) {
        guard hours > 0, hours <= 8_766_000 else { return nil }
        self.init(milliseconds: Int64((hours * 3_600_000).rounded()))
    }
}
