import StressBasics

/// Stop orders that were jumped: entries that ended below zero although one of theirs was reached, by the UTC day on which they did.
///
/// A stop is reached where it closes the position, and where the open of a bar is through it and the trigger at once, so that the platform
/// does. One that stands beyond the trigger is never reached before the platform closes the position; that is no jump.
public struct StopJumps: Hashable, Sendable {
    /// Those of one UTC day.
    public struct Day: Hashable, Codable, Sendable {
        /// Days since 1970-01-01.
        public var day: Int
        /// Entries whose stop was reached and that were closed below zero, whole or with a probability; of complete windows, and of those
        /// that were cut after it.
        public var entries: Int
        /// Those of them that the platform closed: the price was through the stop and the trigger at once.
        public var liquidated: Int
        /// How many of them ended below zero: a sum of probabilities where the fill is known by a law.
        public var negative: Double
        /// The lowest final equity, expected where the fill is known by a law, in parts of the margin paid in.
        public var lowest: Double
        /// Those of ``entries`` whose windows were cut.
        public var cut = 0

        /// Midnight at the day's beginning.
        public var start: UTCInstant { UTCInstant(milliseconds: Int64(day) * 86_400_000) }
    }

    /// The days, oldest first.
    public private(set) var days: [Day] = []

    /// None.
    public init() {}

    /// Adds an entry whose stop was reached and that was closed below zero on a day.
    mutating func add(_ entry: BehaviourEntry, negative: EventCount, day: Int, isCut: Bool) {
        let liquidated = entry.closing == .liquidated ? 1 : 0
        join(
            Day(
                day: day, entries: 1, liquidated: liquidated, negative: negative.value, lowest: entry.exit.equity,
                cut: isCut ? 1 : 0))
    }

    private mutating func join(_ other: Day) {
        let place = place(other.day)
        if place == days.count || days[place].day != other.day {
            days.insert(Day(day: other.day, entries: 0, liquidated: 0, negative: 0, lowest: .infinity), at: place)
        }
        days[place].entries += other.entries
        days[place].liquidated += other.liquidated
        days[place].negative += other.negative
        days[place].lowest = min(days[place].lowest, other.lowest)
        days[place].cut += other.cut
    }

    /// The first day that is not before a day. Entries come in order of time, so that it is one of the last as a rule.
    private func place(_ day: Int) -> Int {
        var (low, high, step) = (0, days.count, 1)
        while high - step >= 0, days[high - step].day >= day { (high, step) = (high - step, 2 * step) }
        low = max(0, high - step)
        while low < high {
            let middle = (low + high) / 2
            if days[middle].day >= day { high = middle } else { low = middle + 1 }
        }
        return low
    }

    static func += (a: inout StopJumps, b: StopJumps) {
        for day in b.days { a.join(day) }
    }
}

/// Days as bytes, for keeping what a run has finished: a study has tens of thousands, and as text they took more time than all else that is kept.
extension StopJumps {
    /// The days of several behaviours one behind the other, bit for bit; nil where there are none. O(days).
    public static func record(_ behaviours: [[Day]?]) -> [UInt8] {
        var writer = RecordWriter()
        for days in behaviours {
            writer.add(days?.count ?? -1)
            days?.forEach { $0.write(to: &writer) }
        }
        return writer.bytes
    }

    /// The days of ``record(_:)``; nil when the bytes are not those of `count` behaviours.
    public static func days(_ bytes: UnsafeRawBufferPointer, count: Int) -> [[Day]?]? {
        var (reader, behaviours) = (RecordReader(bytes), [[Day]?]())
        for _ in 0..<count {
            // A day has more than a byte.
            guard let number = reader.integer(), number <= bytes.count else { return nil }
            guard number >= 0 else {
                behaviours.append(nil)
                continue
            }
            var days: [Day] = []
            for _ in 0..<number {
                guard let day = Day(from: &reader) else { return nil }
                days.append(day)
            }
            behaviours.append(days)
        }
        return reader.isAtEnd ? behaviours : nil
    }
}

extension StopJumps.Day {
    fileprivate func write(to writer: inout RecordWriter) {
        for number in [day, entries, liquidated, cut] { writer.add(number) }
        writer.add(negative)
        writer.add(lowest)
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let day = reader.integer(), let entries = reader.integer(), let liquidated = reader.integer(),
            let cut = reader.integer(), let negative = reader.double(), let lowest = reader.double()
        else { return nil }
        self.init(
            day: day, entries: entries, liquidated: liquidated, negative: negative, lowest: lowest, cut: cut)
    }
}

/// A row of six numbers: a study has tens of thousands of days. Of older results, which have five, none is known to be cut.
extension StopJumps.Day {
    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        day = try row.decode(Int.self)
        entries = try row.decode(Int.self)
        liquidated = try row.decode(Int.self)
        negative = try row.decode(Double.self)
        lowest = try row.decode(Double.self)
        cut = try row.isAtEnd ? 0 : row.decode(Int.self)
    }

    /// Writes the figures in the order of their declaration.
    public func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(day)
        try row.encode(entries)
        try row.encode(liquidated)
        try row.encode(negative)
        try row.encode(lowest)
        try row.encode(cut)
    }
}
