/// The name of a run folder: the second in which the run began, `2026-11-20T020000Z`, or that with `-2`, `-3` and so on where runs
/// of that second were there before.
///
/// Names are in the order in which the folders were made: `…Z`, `…Z-2`, `…Z-10`.
public struct RunName: Hashable, Sendable, Comparable {
    /// The name as it stands.
    public let text: String
    /// The second as it is written, which orders as time does.
    private let stamp: [UInt8]
    /// The digits behind the hyphen without leading zeros; of any length, as names come from outside. Empty without.
    private let number: [UInt8]

    /// Nil for what is no name of a run. O(length).
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let shape = Array("dddd-dd-ddTddddddZ".utf8)
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard bytes.count >= shape.count,
            zip(bytes, shape).allSatisfy({ $1 == UInt8(ascii: "d") ? isDigit($0) : $0 == $1 })
        else { return nil }
        let rest = bytes[shape.count...]
        guard
            rest.isEmpty
                || rest.first == UInt8(ascii: "-") && rest.count > 1 && rest.dropFirst().allSatisfy(isDigit)
        else { return nil }
        (self.text, stamp) = (String(text), Array(bytes[..<shape.count]))
        number = Array(rest.dropFirst().drop { $0 == 0x30 })
    }

    /// Whether the folder of the first name was made before that of the second.
    public static func < (a: RunName, b: RunName) -> Bool {
        if a.stamp != b.stamp { return a.stamp.lexicographicallyPrecedes(b.stamp) }
        // Without leading zeros the longer number is the larger one.
        if a.number.count != b.number.count { return a.number.count < b.number.count }
        if a.number != b.number { return a.number.lexicographicallyPrecedes(b.number) }
        return a.text < b.text
    }
}

/// Names in a folder in the order in which runs were made; what is no run comes first, in byte order.
func runsInOrder(_ names: [String]) -> [String] {
    let runs = names.compactMap(RunName.init).sorted().map(\.text)
    return names.filter { RunName($0) == nil } + runs
}
