/// A member of a JSON object by the name that a file gives it, in snake case.
public struct NamedMember: CodingKey, Hashable, Sendable {
    /// The name.
    public let stringValue: String
    /// None: members have names.
    public var intValue: Int? { nil }

    /// The member of that name.
    public init(_ name: String) { stringValue = name }
    /// The same as ``init(_:)``.
    public init?(stringValue: String) { self.stringValue = stringValue }
    /// Nil: a number is no name.
    public init?(intValue: Int) { nil }

    /// The same as decoders see it that turn names into camel case: `leverageX` for `leverage_x`.
    public var inCamelCase: NamedMember {
        let words = stringValue.split(separator: "_")
        let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return NamedMember((words.first.map(String.init) ?? "") + rest.joined())
    }
}
