import StressBasics

extension IngestError {
    /// The error with the line it speaks of, read again from the file: lines are not kept while rows are read.
    ///
    /// Without a line, or when the file cannot be read a second time, the error comes back as it is.
    func withExcerpt(from place: InputPlace) -> IngestError {
        guard excerpt == nil, place.isRereadable, let location = finding.location, let line = location.line,
            let bytes = physicalLine(line, of: place)
        else { return self }
        var result = self
        let field = location.column.flatMap { fieldRange($0, in: bytes) }
        result.excerpt = SourceExcerpt(line: line, bytes: bytes, field: field)
        return result
    }
}

extension IngestError {
    /// The error with its line, in whichever of the files it is.
    func withExcerpt(from places: [InputPlace]) -> IngestError {
        places.first { $0.name == finding.location?.file }.map { withExcerpt(from: $0) } ?? self
    }
}

/// The bytes of one physical line, without its end and without a byte order mark, cut at 64 KiB.
private func physicalLine(_ wanted: Int, of place: InputPlace) -> [UInt8]? {
    guard let source = try? ByteSource(place, bufferSize: 1 << 18) else { return nil }
    // Pieces point into the source's memory.
    defer { withExtendedLifetime(source) {} }
    var counter = LineCounter(wanted: wanted)
    // Damage behind the line, such as a cut gzip stream, does not matter here.
    while !counter.isDone, let piece = try? source.next() {
        for byte in piece {
            counter.take(byte)
            if counter.isDone { break }
        }
    }
    guard counter.line >= wanted else { return nil }
    let text = counter.text
    return text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
}

/// Counts lines as ``CSVParser`` does and keeps the text of one.
private struct LineCounter {
    let wanted: Int
    var line = 1
    var text: [UInt8] = []
    private var lastWasCR = false

    init(wanted: Int) {
        self.wanted = wanted
    }

    /// Whether the line, or as much of it as anybody looks at, has been seen.
    var isDone: Bool { line > wanted || text.count >= LineCounter.mostText }

    private static let mostText = 1 << 16

    mutating func take(_ byte: UInt8) {
        if lastWasCR {
            lastWasCR = false
            if byte != Ascii.lineFeed { line += 1 }
        }
        switch byte {
        case Ascii.lineFeed: line += 1
        case Ascii.carriageReturn: lastWasCR = true
        default:
            if line == wanted { text.append(byte) }
        }
    }
}

/// The bytes of the `column`-th field (1-based) with its quotes. For display only: the data are libcsv's. The delimiter
/// is the most frequent of the known ones, since the error does not carry it.
private func fieldRange(_ column: Int, in line: [UInt8]) -> Range<Int>? {
    let candidates: [UInt8] = [Ascii.comma, Ascii.semicolon, Ascii.tab, 0x7C]
    let delimiter = candidates.first { splitRanges(line, delimiter: $0).count >= max(2, column) } ?? Ascii.comma
    let fields = splitRanges(line, delimiter: delimiter)
    return fields.indices.contains(column - 1) ? fields[column - 1] : nil
}

/// The fields of a line without their quotes. For judging a sample: the data are libcsv's.
func splitFields(_ line: [UInt8], delimiter: UInt8) -> [String] {
    splitRanges(line, delimiter: delimiter).map { range in
        let field = line[range].filter { $0 != Ascii.quote }
        return field.withUnsafeBytes { legibleText($0) }
    }
}

/// Some physical lines of a file, by number, each cut at 4 KiB.
func physicalLines(_ wanted: Set<Int>, of place: InputPlace) -> [Int: [UInt8]] {
    guard let source = try? ByteSource(place, bufferSize: 1 << 18), let last = wanted.max() else { return [:] }
    defer { withExtendedLifetime(source) {} }
    var (line, lastWasCR, isWanted) = (1, false, wanted.contains(1))
    var found: [Int: [UInt8]] = [:]
    while line <= last, let piece = try? source.next() {
        for byte in piece {
            let endsHere = byte == Ascii.carriageReturn || (byte == Ascii.lineFeed && !lastWasCR)
            lastWasCR = byte == Ascii.carriageReturn
            if endsHere {
                line += 1
                isWanted = wanted.contains(line)
            } else if isWanted, byte != Ascii.lineFeed, found[line]?.count ?? 0 < 4096 {
                found[line, default: []].append(byte)
            }
        }
    }
    return found
}

private func splitRanges(_ line: [UInt8], delimiter: UInt8) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    var isQuoted = false
    for (index, byte) in line.enumerated() {
        if byte == Ascii.quote { isQuoted.toggle() }
        if byte == delimiter, !isQuoted {
            ranges.append(start..<index)
            start = index + 1
        }
    }
    return ranges + [start..<line.count]
}
