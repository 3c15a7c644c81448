import Foundation
import StressBasics

/// A value of a study as JSON says it, of a type of its own: asking `Any` what it is takes a cast each time.
indirect enum SampleValue: Sendable {
    case null
    case flag(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case list([SampleValue])
    case map([String: SampleValue])

    /// Reads one value.
    init(json: String) throws {
        self.init(try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed))
    }

    private init(_ value: Any) {
        switch value {
        case let map as [String: Any]: self = .map(map.mapValues(SampleValue.init))
        case let list as [Any]: self = .list(list.map(SampleValue.init))
        case let text as String: self = .text(text)
        case let number as NSNumber:
            // Numbers of many digits are decimals, whose whole part cannot be asked for.
            switch String(cString: number.objCType) {
            case "c", "B": self = .flag(number.boolValue)
            case "d", "f": self = .number(number.doubleValue)
            default: self = .whole(number.intValue)
            }
        default: self = .null
        }
    }

    /// A number of either kind.
    var double: Double? {
        switch self {
        case .whole(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    var members: [String: SampleValue]? { if case .map(let members) = self { members } else { nil } }
    var items: [SampleValue]? { if case .list(let items) = self { items } else { nil } }
    var string: String? { if case .text(let text) = self { text } else { nil } }

    /// To be written: members in the order of their names.
    var json: JSONValue {
        switch self {
        case .null: .null
        case .flag(let value): .flag(value)
        case .whole(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let value): .text(value)
        case .list(let items): .list(items.map(\.json))
        case .map(let members): .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
        }
    }
}

extension SampleValue: Equatable {
    /// As JSON Schema compares: 1 is 1.0, and neither is true.
    static func == (a: SampleValue, b: SampleValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.flag(let a), .flag(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        default: a.double.map { $0 == b.double } ?? false
        }
    }
}
