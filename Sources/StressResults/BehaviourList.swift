import Foundation
import StudyPlan

/// Results under behaviours as a member of a document: where a document is written a mark stands in their place, for which ``json(of:)`` is put
/// in afterwards. They are most of what a study with behaviours keeps, and an encoder takes longest over them.
struct BehaviourList: Codable {
    let results: [BehaviourResult]

    init(_ results: [BehaviourResult]) { self.results = results }

    init(from decoder: any Decoder) throws {
        results = try decoder.singleValueContainer().decode([BehaviourResult].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(BehaviourList.mark)
    }

    private static let mark = "\u{1}"

    /// A document with the results in the place of the member `behaviours`, where it has one.
    static func filled(_ document: Data, with results: [BehaviourResult]) -> [UInt8] {
        // A quotation mark within a text is never without a backslash before it: this is a member's name and nothing else.
        let member = Array("\"behaviours\":".utf8)
        guard let found = document.range(of: Data(member) + ExactJSON.bytes(mark)) else { return [UInt8](document) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(document.count + 2600 * results.count)
        bytes += document[..<found.lowerBound]
        bytes += member
        bytes += BehaviourResult.json(of: results)
        bytes += document[found.upperBound...]
        return bytes
    }
}

extension BehaviourResult {
    /// The bytes that ``ExactJSON`` has of results, in a tenth of its time.
    public static func json(of results: [BehaviourResult]) -> [UInt8] {
        // Names and cells repeat.
        var names: [String: Data] = [:]
        var cell: (of: StudyCell, bytes: Data)?
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        func text(_ name: String) -> Data {
            let found = names[name] ?? ExactJSON.bytes(name)
            names[name] = found
            return found
        }
        for (place, result) in results.enumerated() {
            let found = cell?.of == result.cell ? cell?.bytes : nil
            let own = found ?? ExactJSON.bytes(result.cell)
            cell = (result.cell, own)
            bytes += (place == 0 ? "{\"behaviour\":" : ",{\"behaviour\":").utf8
            bytes += text(result.behaviour)
            bytes += ",\"cell\":".utf8
            bytes += own
            bytes += ",\"estimate\":".utf8
            bytes += result.estimate.json
            if let order = result.order { bytes += Array(",\"order\":".utf8) + text(order) }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}
