import MarginModel
import StressBasics

/// What the cells of a grid differ in. Every place that names a cell (columns, JSON members, the history's table, selectors,
/// metrics) goes through the axes and so has the same names in the same order.
public enum CellAxis: String, CaseIterable, Sendable {
    /// The price history.
    case asset
    /// How the position is margined and settled.
    case contract
    /// The direction.
    case side
    /// Entry notional over initial margin.
    case leverage
    /// The holding time.
    case horizon
    /// The platform.
    case platform

    /// Name of the column, and of the JSON member, that holds its value.
    public var column: String {
        switch self {
        case .leverage: "leverage_x"
        case .horizon: "horizon_h"
        default: rawValue
        }
    }

    /// Unit of the column; empty for words.
    public var unit: String {
        switch self {
        case .leverage: "x"
        case .horizon: "h"
        default: ""
        }
    }

    /// What the column holds, one phrase.
    public var words: String {
        switch self {
        case .asset: "Price history, as the study names it"
        case .contract: "How the position is margined and settled"
        case .side: "long gains when the price rises, short when it falls"
        case .leverage: "Entry notional over initial margin"
        case .horizon: "Longest holding time"
        case .platform: "Platform rules, as the study names them"
        }
    }

    /// What a position has on it where nothing says so: in files of before there was the axis, and in the population of a ledger. Nil
    /// where every file and every population says it.
    public var standard: AxisValue? {
        switch self {
        case .contract: .text(ContractKind.linear.rawValue)
        default: nil
        }
    }

    /// The axes that tell the tables of a report apart: a page has the history and the direction, a table the leverages and holding times.
    public static let betweenTables = allCases.filter { !withinTables.contains($0) }

    /// The others: tables of one kind differ in them, or in which page they stand on.
    static let withinTables: [CellAxis] = [.asset, .side, .leverage, .horizon]

    /// Whether its values are names that a person chose, which may be mistyped.
    public var isName: Bool { self == .asset || self == .platform }
}

/// A value on an axis, as files hold it.
public enum AxisValue: Hashable, Sendable {
    /// A word.
    case text(String)
    /// A number in the axis' unit.
    case number(Double)

    /// As the field of a table.
    public var field: String {
        switch self {
        case .text(let text): text
        case .number(let number): numberText(number)
        }
    }

    /// The word; nil for a number.
    public var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The number; nil for a word.
    public var number: Double? { if case .number(let number) = self { number } else { nil } }
}
