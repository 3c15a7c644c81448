import StressBasics

/// Writes numbers one behind the other: whole ones in as few bytes as they need, doubles bit for bit.
///
/// Into memory of its own: an array would ask at every byte whether somebody else holds it.
struct RecordWriter: ~Copyable {
    private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 12, alignment: 1)
    private var count = 0

    deinit { room.deallocate() }

    /// What was written.
    var bytes: [UInt8] { Array(room[..<count]) }

    /// Room for one more number, whatever it is.
    @inline(__always)
    private mutating func makeRoom() {
        if room.count &- count < 16 { grow() }
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * room.count, alignment: 1)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<count]))
        room.deallocate()
        room = larger
    }

    mutating func add(_ number: UInt64) {
        makeRoom()
        var rest = number
        while rest >= 0x80 {
            room[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count &+= 1
            rest >>= 7
        }
        room[count] = UInt8(truncatingIfNeeded: rest)
        count &+= 1
    }

    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64((number << 1) ^ (number >> 63)))) }

    mutating func add(_ number: Double) {
        makeRoom()
        room.storeBytes(of: number.bitPattern.littleEndian, toByteOffset: count, as: UInt64.self)
        count &+= 8
    }

    /// Counts with their zeros as runs.
    mutating func add(_ counts: [UInt32]) { addSparse(counts, zero: 0) { $0.add(UInt64($1)) } }

    /// Probabilities with their zeros as runs.
    mutating func add(_ counts: [EventCount]) {
        addSparse(counts, zero: .zero) { $0.add(UInt64(bitPattern: $1.units)) }
    }

    /// Sums with their zeros as runs.
    mutating func add(_ sums: [Double]) { addSparse(sums, zero: 0) { $0.add($1) } }

    /// Numbers with runs of `zero` as their lengths.
    mutating func addSparse<Number: Equatable>(
        _ numbers: [Number], zero: Number, write: (inout RecordWriter, Number) -> Void
    ) {
        add(numbers.count)
        var index = 0
        while index < numbers.count {
            let start = index
            while index < numbers.count, numbers[index] == zero { index += 1 }
            add(index - start)
            guard index < numbers.count else { return }
            write(&self, numbers[index])
            index += 1
        }
    }
}

/// Reads them back. Every read says whether it was possible; nothing is trusted.
struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func number() -> UInt64? {
        var (number, shift): (UInt64, UInt64) = (0, 0)
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    mutating func integer() -> Int? {
        number().map { Int(Int64(bitPattern: ($0 >> 1) ^ (0 &- ($0 & 1)))) }
    }

    mutating func double() -> Double? {
        guard bytes.count - place >= 8 else { return nil }
        let bits = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
        place += 8
        return Double(bitPattern: bits)
    }

    /// Counts, at most `most` of them.
    mutating func counts(most: Int) -> [UInt32]? {
        sparse(most: most, zero: 0) { reader in reader.number().flatMap { UInt32(exactly: $0) } }
    }

    /// Probabilities, at most `most` of them.
    mutating func events(most: Int) -> [EventCount]? {
        sparse(most: most, zero: .zero) { $0.number().map { EventCount(units: Int64(bitPattern: $0)) } }
    }

    /// Sums, at most `most` of them.
    mutating func sums(most: Int) -> [Double]? { sparse(most: most, zero: 0) { $0.double() } }

    /// Numbers whose runs of `zero` stand as their lengths.
    mutating func sparse<Number>(
        most: Int, zero: Number, read: (inout RecordReader) -> Number?
    ) -> [Number]? {
        guard let count = integer(), (0...most).contains(count) else { return nil }
        var numbers: [Number] = []
        numbers.reserveCapacity(count)
        while numbers.count < count {
            guard let zeros = integer(), zeros >= 0, zeros <= count - numbers.count else { return nil }
            numbers.append(contentsOf: repeatElement(zero, count: zeros))
            if numbers.count == count { return numbers }
            guard let number = read(&self) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

/// Tallies as bytes, for keeping between runs.
extension CellTally {
    /// More blocks, bins or chunks than any tally has.
    fileprivate static let mostNumbers = 1 << 26

    /// The tallies one behind the other. O(size).
    public static func record(_ tallies: [CellTally]) -> [UInt8] {
        var writer = RecordWriter()
        tallies.forEach { $0.write(to: &writer) }
        return writer.bytes
    }

    /// The tallies of ``record(_:)``; nil when the bytes are not those of `count` tallies with the given fill rules and unit.
    public static func tallies(
        _ bytes: UnsafeRawBufferPointer, like empty: [CellTally]
    ) -> [CellTally]? {
        var reader = RecordReader(bytes)
        var tallies: [CellTally] = []
        for one in empty {
            guard let tally = CellTally(from: &reader, like: one) else { return nil }
            tallies.append(tally)
        }
        return reader.isAtEnd ? tallies : nil
    }

    private func write(to writer: inout RecordWriter) {
        for counts in [entries, excluded, rejected, liquidated, unprotected, undecided] {
            writer.add(counts.array)
        }
        for fill in roles.indices {
            writer.add(negative[fill].array)
            writer.add(exits[fill].count)
            exits[fill].forEach { $0.write(to: &writer) }
            shortfalls[fill].write(to: &writer)
            writer.add(blockShortfalls[fill].array)
        }
        for times in [timesToLiquidation, timesToUnprotected] { writer.add(times.bins) }
        for times in negativeTimes { times.write(to: &writer) }
        cut.write(to: &writer)
    }

    private init?(from reader: inout RecordReader, like empty: CellTally) {
        let fills = empty.roles.count
        guard let counts = CellTally.counts(from: &reader), let sums = FillSums(from: &reader, fills: fills),
            let times = CellTally.times(from: &reader, unit: empty.timesToLiquidation.unit, fills: fills),
            let cut = CutCounts(from: &reader)
        else { return nil }
        let blocks = counts.map(\.blockCount) + sums.blockCounts
        guard Set(blocks).count == 1, Set(sums.exits.map(\.count)).count == 1 else { return nil }
        var windows = BlockWindows()
        (windows.entries, windows.excluded, windows.rejected) = (counts[0], counts[1], counts[2])
        (windows.liquidated, windows.unprotected) = (counts[3], counts[4])
        self.init(
            roles: empty.roles, windows: windows, undecided: counts[5], negative: sums.negative,
            blockShortfalls: sums.blockShortfalls, exits: sums.exits, shortfalls: sums.shortfalls, times: times,
            cut: cut)
    }

    /// Entries, excluded, rejected, liquidated, unprotected and undecided ones.
    private static func counts(from reader: inout RecordReader) -> [BlockCounts]? {
        var counts: [BlockCounts] = []
        for _ in 0..<6 {
            guard let found = reader.counts(most: mostNumbers) else { return nil }
            counts.append(BlockCounts(found))
        }
        return counts
    }

    private static func times(from reader: inout RecordReader, unit: TimeSpan, fills: Int) -> EventTimes? {
        guard let liquidated = DurationHistogram(from: &reader, unit: unit),
            let unprotected = DurationHistogram(from: &reader, unit: unit)
        else { return nil }
        var times = EventTimes(liquidated: liquidated, unprotected: unprotected, negative: [])
        for _ in 0..<fills {
            guard let events = TimedEvents(from: &reader) else { return nil }
            times.negative.append(events)
        }
        return times
    }
}

/// What a tally holds for each fill rule.
private struct FillSums {
    var negative: [BlockEvents] = []
    var exits: [[ExitSums]] = []
    var shortfalls: [LogHistogram] = []
    var blockShortfalls: [BlockSums] = []

    var blockCounts: [Int] { blockShortfalls.map(\.blockCount) + negative.map(\.blockCount) }

    init?(from reader: inout RecordReader, fills: Int) {
        let most = CellTally.mostNumbers
        for _ in 0..<fills {
            guard let events = reader.events(most: most), let sums = FillSums.exits(from: &reader),
                let histogram = LogHistogram(from: &reader), let blocks = reader.sums(most: most)
            else { return nil }
            negative.append(BlockEvents(events))
            exits.append(sums)
            shortfalls.append(histogram)
            blockShortfalls.append(BlockSums(blocks))
        }
    }

    private static func exits(from reader: inout RecordReader) -> [ExitSums]? {
        guard let count = reader.integer(), (0...CellTally.mostNumbers).contains(count) else { return nil }
        var sums: [ExitSums] = []
        for _ in 0..<count {
            guard let one = ExitSums(from: &reader) else { return nil }
            sums.append(one)
        }
        return sums
    }
}

extension ExitSums {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(UInt64(bitPattern: negative.units))
        writer.add(UInt64(bitPattern: cutNegative.units))
        for count in [unboundedNegative, unboundedPositive, cutUnbounded] { writer.add(count) }
        for sum in [shortfall, largestShortfall, equity] + causes.parts.map(\.value) { writer.add(sum) }
    }

    fileprivate init?(from reader: inout RecordReader) {
        self.init()
        guard let negative = reader.number(), let cutNegative = reader.number(),
            let unboundedNegative = reader.integer(), let unboundedPositive = reader.integer(),
            let cutUnbounded = reader.integer()
        else { return nil }
        (self.negative, self.unboundedNegative, self.unboundedPositive) = (
            EventCount(units: Int64(bitPattern: negative)), unboundedNegative, unboundedPositive
        )
        self.cutNegative = EventCount(units: Int64(bitPattern: cutNegative))
        self.cutUnbounded = cutUnbounded
        for part in [\ExitSums.shortfall, \.largestShortfall, \.equity] + ExitSums.causeParts {
            guard let value = reader.double() else { return nil }
            self[keyPath: part] = value
        }
    }

    private static var causeParts: [WritableKeyPath<ExitSums, Double>] {
        [\.causes.price, \.causes.gap, \.causes.latency, \.causes.slippage, \.causes.fees, \.causes.funding]
    }
}

extension LogHistogram {
    fileprivate func write(to writer: inout RecordWriter) {
        let (first, counts) = bins
        writer.add(first)
        writer.add(counts)
    }

    fileprivate init?(from reader: inout RecordReader) {
        self.init()
        guard let first = reader.integer(), let counts = reader.events(most: 1 << 16), abs(first) < 1 << 16 else {
            return nil
        }
        for (offset, count) in counts.enumerated() where count > 0 {
            guard isBin(first + offset) else { return nil }
            add(bin: first + offset, count: count)
        }
    }
}

extension DurationHistogram {
    fileprivate init?(from reader: inout RecordReader, unit: TimeSpan) {
        guard let bins = reader.counts(most: 1 << 16) else { return nil }
        self.init(unit: unit, counts: bins)
    }
}

extension WatchTimes {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(runs.count)
        for run in runs { for number in [Int(run.first), Int(run.last), run.count] { writer.add(number) } }
    }

    fileprivate init?(from reader: inout RecordReader) {
        self.init()
        guard let count = reader.integer(), (0...1 << 26).contains(count) else { return nil }
        var end = Int32(-1)
        for _ in 0..<count {
            guard let first = reader.integer().flatMap({ Int32(exactly: $0) }),
                let last = reader.integer().flatMap({ Int32(exactly: $0) }), let number = reader.integer(),
                end < first, first <= last, last < WatchBin.horizon, (1...1 << 31).contains(number)
            else { return nil }
            add(Run(first: first, last: last, count: number))
            end = last
        }
    }
}

extension CutCounts {
    fileprivate func write(to writer: inout RecordWriter) {
        watched.write(to: &writer)
        for count in [liquidated, unprotected] { writer.add(count) }
    }

    fileprivate init?(from reader: inout RecordReader) {
        self.init()
        guard let watched = WatchTimes(from: &reader), let liquidated = reader.integer(),
            let unprotected = reader.integer()
        else { return nil }
        (self.watched, self.liquidated, self.unprotected) = (watched, liquidated, unprotected)
    }
}

extension TimedEvents {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.addSparse(nodes, zero: Sum()) { $1.write(to: &$0) }
        atHorizon.write(to: &writer)
    }

    fileprivate init?(from reader: inout RecordReader) {
        // 2³¹ bars have no more nodes.
        guard let nodes = reader.sparse(most: 1 << 13, zero: Sum(), read: { Sum(from: &$0) }),
            let atHorizon = Sum(from: &reader)
        else { return nil }
        self.init(nodes: nodes, atHorizon: atHorizon)
    }
}

extension TimedEvents.Sum {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(UInt64(bitPattern: events.units))
        writer.add(UInt64(truncatingIfNeeded: shortfall))
        writer.add(UInt64(truncatingIfNeeded: shortfall >> 64))
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let events = reader.number(), let low = reader.number(), let high = reader.number() else { return nil }
        self.init(
            events: EventCount(units: Int64(bitPattern: events)),
            shortfall: Int128(Int64(bitPattern: high)) << 64 | Int128(low))
    }
}
