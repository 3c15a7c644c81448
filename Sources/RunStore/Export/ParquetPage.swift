import CZlib
import CZstd
import StressBasics

/// How the values of a column are stored in Parquet.
enum ParquetType {
    case text, integer, number, time

    init(_ kind: ExportedTable.Kind) {
        self =
            switch kind {
            case .text: .text
            case .integer: .integer
            case .number: .number
            case .time: .time
            }
    }

    /// `INT64`, `DOUBLE` or `BYTE_ARRAY` of the format's enumeration.
    var physical: Int32 {
        switch self {
        case .integer, .time: 2
        case .number: 5
        case .text: 6
        }
    }
}

/// The fields of one column in one group of rows, on their way into a page: which of them there are, and the values of those.
struct ParquetColumn {
    private(set) var isThere: [Bool] = []
    private(set) var values: [UInt8] = []
    private(set) var nulls = 0
    let type: ParquetType

    init(_ type: ParquetType) { self.type = type }

    /// Adds a field in the encoding `PLAIN`; an empty one is null. False for text that is not of the column's kind.
    mutating func append(_ text: String) -> Bool {
        isThere.append(!text.isEmpty)
        guard !text.isEmpty else {
            nulls += 1
            return true
        }
        switch type {
        case .text:
            add(UInt32(text.utf8.count))
            values += text.utf8
        case .integer:
            guard let value = Int64(text) else { return false }
            add(value)
        case .number:
            guard let value = Double(text) else { return false }
            add(value.bitPattern)
        case .time:
            guard let value = milliseconds(text) else { return false }
            add(value)
        }
        return true
    }

    private mutating func add(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { values += $0 }
    }

    /// The page before compression: the length of the levels, the levels, the values.
    var page: [UInt8] {
        let levels = parquetLevels(isThere)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: levels.count >> (8 * $0)) }
        return length + levels + values
    }
}

/// Levels of one bit, 1 where there is a value, in the hybrid encoding `RLE`: runs of equal bits where they are long, eight bits a
/// byte where they are not.
func parquetLevels(_ isThere: [Bool]) -> [UInt8] {
    var runs: [(bit: Bool, count: Int)] = []
    for bit in isThere {
        if runs.last?.bit == bit { runs[runs.count - 1].count += 1 } else { runs.append((bit, 1)) }
    }
    let groups = (isThere.count + 7) / 8
    var bytes: [UInt8] = []
    if runs.count * 3 <= groups + 3 {
        for run in runs {
            ThriftCompact.append(UInt64(run.count) << 1, to: &bytes)
            bytes.append(run.bit ? 1 : 0)
        }
        return bytes
    }
    ThriftCompact.append(UInt64(groups) << 1 | 1, to: &bytes)
    for start in stride(from: 0, to: isThere.count, by: 8) {
        var byte: UInt8 = 0
        for place in start..<min(start + 8, isThere.count) where isThere[place] { byte |= 1 << (place - start) }
        bytes.append(byte)
    }
    return bytes
}

/// `bytes` as one frame of zstd; nil where there is no memory for it.
func zstdFrame(_ bytes: [UInt8]) -> [UInt8]? {
    var failed = false
    let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { target, count in
        // zstd reads `bytes.count` bytes of the array and writes at most as many as the target has room for.
        let made = bytes.withUnsafeBytes {
            ZSTD_compress(target.baseAddress, target.count, $0.baseAddress, $0.count, 9)
        }
        failed = ZSTD_isError(made) != 0
        count = failed ? 0 : made
    }
    return failed ? nil : frame
}

/// The check that the header of a page carries: CRC-32 of its bytes as they stand in the file.
func parquetCheck(_ bytes: [UInt8]) -> Int32 {
    let check = bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    return Int32(truncatingIfNeeded: check)
}
