import Foundation

/// JSON that keeps every bit of a number, those that are none included, with sorted members: equal values give equal bytes.
public enum ExactJSON {
    private static let (infinity, minusInfinity, noNumber) = ("inf", "-inf", "nan")

    /// A value as bytes. O(size).
    public static func bytes(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: noNumber)
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(value) else { preconditionFailure("plain values encode") }
        return bytes
    }

    /// The value of ``bytes(_:)``; nil when the bytes are not those of one. O(size).
    public static func value<Value: Decodable>(_: Value.Type, _ bytes: Data) -> Value? {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: infinity, negativeInfinity: minusInfinity, nan: noNumber)
        return try? decoder.decode(Value.self, from: bytes)
    }
}
