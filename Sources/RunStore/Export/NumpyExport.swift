import StressBasics

/// Writes a table into a new `.npy` file (format version 1 or 2) as a structured array that `numpy.load` reads without pickle.
///
/// Texts are `<U` of the longest one, numbers `<f8`, whole numbers `<i8` (`<f8` with NaN in a column that has empty fields), times
/// `<M8[ms]` with NaT where a field is empty. Reads the rows twice. O(fields) in time, one row in memory.
public func writeNumpy(_ table: ExportedTable, to path: String, replacing: Bool = false) throws {
    let (fields, count) = try measured(table)
    let file = try ExportFile(path, replacing: replacing)
    try file.append(numpyHeader(fields, count: count))
    var bytes: [UInt8] = []
    try table.rows { row in
        bytes.removeAll(keepingCapacity: true)
        for (field, text) in zip(fields, row) {
            guard field.append(text, to: &bytes) else { throw table.wrong(text, in: field.column) }
        }
        try file.append(bytes)
    }
    try file.publish()
}

/// What the fields must hold, and how many rows there are.
private func measured(_ table: ExportedTable) throws -> (fields: [NumpyField], count: Int) {
    var widths = [Int](repeating: 1, count: table.columns.count)
    var hasEmpty = [Bool](repeating: false, count: table.columns.count)
    var count = 0
    try table.rows { row in
        try table.check(row)
        for (index, text) in row.enumerated() {
            widths[index] = max(widths[index], text.unicodeScalars.count)
            if text.isEmpty { hasEmpty[index] = true }
        }
        count += 1
    }
    let fields = table.columns.indices.map { index in
        NumpyField(table.columns[index], width: widths[index], hasEmpty: hasEmpty[index])
    }
    return (fields, count)
}

/// One field of the structured type.
private struct NumpyField {
    let column: ExportedTable.Column
    let type: String
    private let width: Int

    init(_ column: ExportedTable.Column, width: Int, hasEmpty: Bool) {
        (self.column, self.width) = (column, width)
        switch column.kind {
        case .text: type = "<U\(width)"
        case .number: type = "<f8"
        case .integer: type = hasEmpty ? "<f8" : "<i8"
        case .time: type = "<M8[ms]"
        }
    }

    /// Adds a field's bytes, little-endian; false for text that is not of the column's kind.
    func append(_ text: String, to bytes: inout [UInt8]) -> Bool {
        func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        switch (column.kind, type) {
        case (.text, _):
            for scalar in text.unicodeScalars { add(scalar.value) }
            for _ in text.unicodeScalars.count..<width { add(UInt32(0)) }
        case (.integer, "<i8"):
            guard let value = Int64(text) else { return false }
            add(value)
        case (.time, _):
            guard let value = text.isEmpty ? Int64.min : milliseconds(text) else { return false }
            add(value)
        default:
            guard let value = text.isEmpty ? Double.nan : Double(text) else { return false }
            add(value.bitPattern)
        }
        return true
    }
}

/// Magic, version, and a Python literal padded to a multiple of 64 bytes.
private func numpyHeader(_ fields: [NumpyField], count: Int) -> [UInt8] {
    // Headers of our tables are plain; anything else could end the literal.
    let descriptions = fields.map { "('\($0.column.name.filter { $0 != "'" && $0 != "\\" })', '\($0.type)')" }
    let text = "{'descr': [\(descriptions.joined(separator: ", "))], 'fortran_order': False, 'shape': (\(count),), }"
    let isLong = text.utf8.count + 12 > 65_000
    let lengthBytes = isLong ? 4 : 2
    let start = 8 + lengthBytes
    let padding = 64 - (start + text.utf8.count + 1) % 64
    let body = Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
    let length = (0..<lengthBytes).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [isLong ? 2 : 1, 0] + length + body
}

/// `2026-11-20T02:00:00Z`, with or without milliseconds.
func milliseconds(_ text: String) -> Int64? {
    let parts = text.dropLast().split { "-T:.".contains($0) }.compactMap { Int($0) }
    guard text.hasSuffix("Z"), parts.count == 6 || parts.count == 7 else { return nil }
    return CivilTime(
        year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5],
        millisecond: parts.count == 7 ? parts[6] : 0
    ).instant?.milliseconds
}
