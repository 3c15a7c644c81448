import CZstd

/// A value of Thrift's compact protocol; structs by field number.
enum ThriftValue {
    case flag(Bool)
    case integer(Int64)
    case text([UInt8])
    case list([ThriftValue])
    case structure([Int: ThriftValue])

    var int: Int { if case .integer(let value) = self { Int(value) } else { -1 } }
    var string: String { if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { "" } }
    var items: [ThriftValue] { if case .list(let values) = self { values } else { [] } }
    subscript(_ field: Int) -> ThriftValue? {
        if case .structure(let fields) = self { fields[field] } else { nil }
    }
}

/// A plain reader of the compact protocol, written from its specification.
struct ThriftReader {
    var rest: ArraySlice<UInt8>

    mutating func varint() -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    mutating func integer() -> Int64 {
        let value = varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func structure() -> ThriftValue {
        var (fields, last) = ([Int: ThriftValue](), 0)
        while let head = rest.popFirst(), head != 0 {
            last = head >> 4 == 0 ? Int(integer()) : last + Int(head >> 4)
            fields[last] = value(head & 0x0F)
        }
        return .structure(fields)
    }

    mutating func value(_ kind: UInt8) -> ThriftValue {
        switch kind {
        case 1, 2: return .flag(kind == 1)
        case 4...6: return .integer(integer())
        case 8:
            let count = Int(varint())
            defer { rest = rest.dropFirst(count) }
            return .text(Array(rest.prefix(count)))
        case 9:
            let head = rest.popFirst() ?? 0
            let count = head >> 4 == 15 ? Int(varint()) : Int(head >> 4)
            return .list((0..<count).map { _ in value(head & 0x0F) })
        case 12: return structure()
        default: fatalError("kind \(kind) is not written")
        }
    }
}

/// A plain reader of what ``writeParquet(_:to:replacing:)`` writes.
struct ParquetReader {
    let footer: ThriftValue
    let bytes: [UInt8]

    init?(_ bytes: [UInt8]) {
        let magic = Array("PAR1".utf8)
        guard bytes.count > 12, bytes.starts(with: magic), Array(bytes.suffix(4)) == magic else { return nil }
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        var reader = ThriftReader(rest: bytes[(bytes.count - 8 - length)..<(bytes.count - 8)])
        footer = reader.structure()
        guard reader.rest.isEmpty else { return nil }
        self.bytes = bytes
    }

    var groups: [ThriftValue] { footer[4]?.items ?? [] }
    var columns: [ThriftValue] { Array((footer[2]?.items ?? []).dropFirst()) }

    /// The fields of a column as texts of their bits; nil where it is null.
    func fields(of column: Int) -> [[UInt8]?] {
        groups.flatMap { group -> [[UInt8]?] in
            let facts = group[1]!.items[column][3]!
            var reader = ThriftReader(rest: bytes[facts[9]!.int...])
            let header = reader.structure()
            let packed = Array(reader.rest.prefix(header[3]!.int))
            return values(in: unpacked(packed, header[2]!.int), header[5]![1]!.int, type: facts[1]!.int)
        }
    }

    private func unpacked(_ packed: [UInt8], _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, made in
            made = ZSTD_decompress(target.baseAddress, count, packed, packed.count)
        }
    }

    private func values(in page: [UInt8], _ count: Int, type: Int) -> [[UInt8]?] {
        let length = page.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let levels = ParquetReader.levels(page[4..<4 + length], count)
        var rest = page[(4 + length)...]
        return levels.map { isThere -> [UInt8]? in
            guard isThere else { return nil }
            var size = 8
            if type == 6 {
                size = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(4)
            }
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
    }

    /// The hybrid encoding of levels of one bit.
    static func levels(_ bytes: ArraySlice<UInt8>, _ count: Int) -> [Bool] {
        var (reader, found) = (ThriftReader(rest: bytes), [Bool]())
        while found.count < count, !reader.rest.isEmpty {
            let head = reader.varint()
            if head & 1 == 0 {
                let bit = reader.rest.popFirst() == 1
                found += [Bool](repeating: bit, count: Int(head >> 1))
            } else {
                for _ in 0..<head >> 1 {
                    let byte = reader.rest.popFirst() ?? 0
                    found += (0..<8).map { byte >> $0 & 1 == 1 }
                }
            }
        }
        return Array(found.prefix(count))
    }
}
