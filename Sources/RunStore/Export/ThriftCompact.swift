/// Thrift's compact protocol, as far as Parquet's headers and footers need it: structs are written field by field, in the order of
/// their numbers.
struct ThriftCompact {
    /// The bytes so far.
    private(set) var bytes: [UInt8] = []
    /// Number of the last field of each open struct, the innermost last.
    private var fields: [Int16] = [0]

    /// Types on the wire.
    private enum Kind: UInt8 {
        case yes = 1, no, byte, int16, int32, int64, double, binary, list, set, map, structure
    }

    /// Adds a whole number of 32 bits, or a value of an enumeration.
    mutating func field(_ number: Int16, _ value: Int32) {
        begin(number, .int32)
        varint(ThriftCompact.zigzag(Int64(value)))
    }

    /// Adds a whole number of 64 bits.
    mutating func field(_ number: Int16, wide value: Int64) {
        begin(number, .int64)
        varint(ThriftCompact.zigzag(value))
    }

    /// Adds a text.
    mutating func field(_ number: Int16, _ text: String) {
        begin(number, .binary)
        self.text(text)
    }

    /// Adds a truth value, which stands in the field's head.
    mutating func field(_ number: Int16, _ flag: Bool) { begin(number, flag ? .yes : .no) }

    /// Adds a struct.
    mutating func structure(_ number: Int16, _ body: (inout ThriftCompact) -> Void) {
        begin(number, .structure)
        element(body)
    }

    /// Adds a list of structs.
    mutating func list<Value>(
        _ number: Int16, of values: [Value], _ body: (inout ThriftCompact, Value) -> Void
    ) {
        begin(number, .list)
        head(of: values.count, .structure)
        for value in values { element { body(&$0, value) } }
    }

    /// Adds a list of values of an enumeration.
    mutating func list(_ number: Int16, of values: [Int32]) {
        begin(number, .list)
        head(of: values.count, .int32)
        for value in values { varint(ThriftCompact.zigzag(Int64(value))) }
    }

    /// Adds a list of texts.
    mutating func list(_ number: Int16, of texts: [String]) {
        begin(number, .list)
        head(of: texts.count, .binary)
        for text in texts { self.text(text) }
    }

    /// Ends the outermost struct; nothing may follow.
    mutating func end() { bytes.append(0) }

    private mutating func element(_ body: (inout ThriftCompact) -> Void) {
        fields.append(0)
        body(&self)
        fields.removeLast()
        bytes.append(0)
    }

    private mutating func begin(_ number: Int16, _ kind: Kind) {
        let step = number - fields[fields.count - 1]
        fields[fields.count - 1] = number
        if (1...15).contains(step) {
            bytes.append(UInt8(step) << 4 | kind.rawValue)
        } else {
            bytes.append(kind.rawValue)
            varint(ThriftCompact.zigzag(Int64(number)))
        }
    }

    private mutating func head(of count: Int, _ kind: Kind) {
        if count < 15 {
            bytes.append(UInt8(count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xF0 | kind.rawValue)
            varint(UInt64(count))
        }
    }

    private mutating func text(_ text: String) {
        varint(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func varint(_ value: UInt64) { ThriftCompact.append(value, to: &bytes) }

    /// Signs alternate, so that small sizes stay short: 0, -1, 1, -2 become 0, 1, 2, 3.
    static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
