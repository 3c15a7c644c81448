/// An amount of memory as options and studies write it: a number and `K`, `M`, `G` or `T`, in powers of 1024.
public struct MemorySize: Hashable, Comparable, Sendable {
    /// The amount in bytes, above 0.
    public let bytes: Int

    /// An amount of at least one byte.
    public init(bytes: Int) {
        precondition(bytes > 0, "a size is above 0")
        self.bytes = bytes
    }

    private static let units: [(name: Character, shift: Int)] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)]

    /// Reads `500M`, `2G` or `1.5G`; nil for anything else, for less than 1 MiB and for more than 1 PiB.
    public init?(_ text: String) {
        guard let last = text.last?.uppercased().first, let unit = MemorySize.units.first(where: { $0.name == last }),
            text.dropLast().allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let count = Double(text.dropLast()), count > 0
        else { return nil }
        let bytes = count * Double(1 << unit.shift)
        guard bytes >= 0x1p20, bytes <= 0x1p50 else { return nil }
        self.bytes = Int(bytes)
    }

    /// Less comes first.
    public static func < (a: MemorySize, b: MemorySize) -> Bool { a.bytes < b.bytes }

    /// The shortest exact text, in the form ``init(_:)`` reads: `2G`, `1536M`.
    public var text: String {
        for unit in MemorySize.units where bytes % (1 << unit.shift) == 0 {
            return "\(bytes >> unit.shift)\(unit.name)"
        }
        return "\((bytes >> 10) + 1)K"
    }
}
