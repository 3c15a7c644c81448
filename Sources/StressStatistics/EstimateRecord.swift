import StressBasics

/// Estimates as bytes, for keeping what a run has finished.
extension CellEstimate {
    /// The estimates one behind the other, bit for bit. O(estimates).
    public static func record(_ estimates: [CellEstimate]) -> [UInt8] {
        var writer = RecordWriter()
        estimates.forEach { $0.write(to: &writer) }
        return writer.bytes
    }

    /// The estimates of ``record(_:)``; nil when the bytes are not those of `count` estimates.
    public static func estimates(_ bytes: UnsafeRawBufferPointer, count: Int) -> [CellEstimate]? {
        var reader = RecordReader(bytes)
        var estimates: [CellEstimate] = []
        for _ in 0..<count {
            guard let estimate = CellEstimate(from: &reader) else { return nil }
            estimates.append(estimate)
        }
        return reader.isAtEnd ? estimates : nil
    }

    private func write(to writer: inout RecordWriter) {
        windows.write(to: &writer)
        writer.add(effectiveEntries)
        exit.write(to: &writer)
        writer.add(worstExit) { $1.write(to: &$0) }
        writer.add(bestExit) { $1.write(to: &$0) }
        writer.add(gapExit) { $1.write(to: &$0) }
        writer.add(medianTimeToLiquidation) { $0.add(Int($1.milliseconds)) }
        writer.add(status)
        writer.add(inference) { $1.write(to: &$0) }
        writer.add(liquidatedFrequency) { $0.add($1) }
        writer.add(unprotectedFrequency) { $0.add($1) }
    }

    private init?(from reader: inout RecordReader) {
        guard let windows = WindowCounts(from: &reader), let effective = reader.integer(),
            let exit = ExitEstimate(from: &reader), let worst = reader.optional({ ExitEstimate(from: &$0) }),
            let best = reader.optional({ ExitEstimate(from: &$0) }),
            let gap = reader.optional({ ExitEstimate(from: &$0) }),
            let median = reader.optional({ $0.integer().map { TimeSpan(milliseconds: Int64($0)) } }),
            let status: CellStatus = reader.choice(),
            let inference = reader.optional({ CellInference(from: &$0) }),
            let liquidated = reader.optional({ $0.double() }), let unprotected = reader.optional({ $0.double() })
        else { return nil }
        self.init(
            windows: windows, effectiveEntries: effective, exit: exit, worstExit: worst,
            medianTimeToLiquidation: median, status: status, bestExit: best, gapExit: gap,
            shares: (liquidated, unprotected))
        self.inference = inference
    }
}

extension WindowCounts {
    fileprivate func write(to writer: inout RecordWriter) {
        for count in [entries, excluded, rejected, liquidated, unprotected, undecided] { writer.add(count) }
        for count in [cut, cutLiquidated, cutUnprotected] { writer.add(count) }
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let counts = reader.integers(9) else { return nil }
        self.init()
        (entries, excluded, rejected) = (counts[0], counts[1], counts[2])
        (liquidated, unprotected, undecided) = (counts[3], counts[4], counts[5])
        (cut, cutLiquidated, cutUnprotected) = (counts[6], counts[7], counts[8])
    }
}

extension ExitEstimate {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(negative)
        writer.add(frequency) { $0.add($1) }
        writer.add(interval) { writer, interval in
            writer.add(interval.low)
            writer.add(interval.high)
            writer.add(interval.method)
        }
        writer.add(shortfall) { writer, size in
            for value in [size.mean, size.p50, size.p90, size.p99, size.max] { writer.add(value) }
        }
        writer.add(meanEquity) { $0.add($1) }
        writer.add(causes) { writer, causes in causes.parts.forEach { writer.add($0.value) } }
        writer.add(shortfallPerEntry) { $0.add($1) }
        writer.add(cutNegative)
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let negative = reader.double(), let frequency = reader.optional({ $0.double() }),
            let interval = reader.optional({ FrequencyInterval(from: &$0) }),
            let shortfall = reader.optional({ reader in
                reader.doubles(5).map { ShortfallSummary(mean: $0[0], p50: $0[1], p90: $0[2], p99: $0[3], max: $0[4]) }
            }), let meanEquity = reader.optional({ $0.double() }),
            let causes = reader.optional({ $0.doubles(6).map(ShortfallCauses.init(parts:)) }),
            let perEntry = reader.optional({ $0.double() }), let cutNegative = reader.double()
        else { return nil }
        self.init(
            negative: negative, frequency: frequency, interval: interval, shortfall: shortfall, meanEquity: meanEquity,
            causes: causes, shortfallPerEntry: perEntry, cutNegative: cutNegative)
    }
}

extension FrequencyInterval {
    fileprivate init?(from reader: inout RecordReader) {
        guard let ends = reader.doubles(2), let method: Method = reader.choice() else { return nil }
        self.init(Interval(low: ends[0], high: ends[1]), method: method)
    }
}

extension CellInference {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(roles.count)
        for (place, role) in roles.enumerated() {
            writer.add(role)
            writer.add(negative[place]) { $1.write(to: &$0) }
            writer.add(severity(role)) { writer, severity in
                [severity.mean, severity.perEntry].forEach { $0.write(to: &writer) }
            }
        }
        writer.add(liquidated) { $1.write(to: &$0) }
        writer.add(unprotected) { $1.write(to: &$0) }
        writer.add(meanRunBlocks)
        writer.add(Int(meanRun.milliseconds))
        writer.add(disjointWindows)
        writer.add(turbulentSpells) { $0.add($1) }
        writer.add(nextYear) { writer, ends in [ends.low, ends.high].forEach { writer.add($0) } }
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let count = reader.integer(), (0...FillRole.allCases.count).contains(count) else { return nil }
        var (roles, negative, severity) = ([FillRole](), [FrequencyInference?](), [SeverityInference?]())
        for _ in 0..<count {
            guard let role: FillRole = reader.choice(),
                let share = reader.optional({ FrequencyInference(from: &$0) }),
                let means = reader.optional({ SeverityInference(from: &$0) })
            else { return nil }
            roles.append(role)
            negative.append(share)
            severity.append(means)
        }
        guard let liquidated = reader.optional({ FrequencyInference(from: &$0) }),
            let unprotected = reader.optional({ FrequencyInference(from: &$0) }), let blocks = reader.double(),
            let run = reader.integer(), let windows = reader.integer()
        else { return nil }
        self.init(
            negative: negative, roles: roles, liquidated: liquidated, unprotected: unprotected, meanRunBlocks: blocks,
            meanRun: TimeSpan(milliseconds: Int64(run)), disjointWindows: windows, severity: severity)
        guard readYears(from: &reader) else { return nil }
    }
}

extension CellInference {
    /// Whether they could be read.
    fileprivate mutating func readYears(from reader: inout RecordReader) -> Bool {
        guard let spells = reader.optional({ $0.integer() }),
            let nextYear = reader.optional({ $0.doubles(2).map { Interval(low: $0[0], high: $0[1]) } })
        else { return false }
        (turbulentSpells, self.nextYear) = (spells, nextYear)
        return true
    }
}

extension SeverityInference {
    fileprivate init?(from reader: inout RecordReader) {
        guard let mean = MeanInference(from: &reader), let perEntry = MeanInference(from: &reader) else { return nil }
        self.init(mean: mean, perEntry: perEntry)
    }
}

extension MeanInference {
    fileprivate func write(to writer: inout RecordWriter) {
        writer.add(mean)
        writer.add(method)
        writer.add(interval) { writer, ends in [ends.low, ends.high].forEach { writer.add($0) } }
        // Where earlier versions kept quantiles of resamples.
        writer.add(0)
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let mean = reader.double(), let method: Method = reader.choice(),
            let interval = reader.optional({ $0.doubles(2).map { Interval(low: $0[0], high: $0[1]) } }),
            reader.optional({ $0.doubles(2) }) != nil
        else { return nil }
        self.init(mean: mean, interval: interval, method: method)
    }
}

extension FrequencyInference {
    fileprivate func write(to writer: inout RecordWriter) {
        let ends = [bounds.low, bounds.high, effectiveWilson.low, effectiveWilson.high]
        for value in [frequency, standardError, effectiveEntries] + ends { writer.add(value) }
    }

    fileprivate init?(from reader: inout RecordReader) {
        guard let values = reader.doubles(7) else { return nil }
        self.init(
            frequency: values[0], standardError: values[1], effectiveEntries: values[2],
            bounds: Interval(low: values[3], high: values[4]),
            effectiveWilson: Interval(low: values[5], high: values[6]))
    }
}

extension RecordWriter {
    fileprivate mutating func add<Value>(_ value: Value?, _ write: (inout RecordWriter, Value) -> Void) {
        add(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }

    /// A case by its place among all cases.
    fileprivate mutating func add<Choice: CaseIterable & Equatable>(_ choice: Choice) {
        add(Choice.allCases.enumerated().first { $0.element == choice }?.offset ?? 0)
    }
}

extension RecordReader {
    /// Nil when it could not be read; nil inside when there is no value.
    fileprivate mutating func optional<Value>(_ read: (inout RecordReader) -> Value?) -> Value?? {
        switch integer() {
        case 0: return .some(nil)
        case 1: return read(&self).map { .some($0) }
        default: return nil
        }
    }

    fileprivate mutating func choice<Choice: CaseIterable>() -> Choice? {
        let all = Array(Choice.allCases)
        return integer().flatMap { all.indices.contains($0) ? all[$0] : nil }
    }

    fileprivate mutating func integers(_ count: Int) -> [Int]? {
        let found = (0..<count).map { _ in integer() }
        return found.contains { $0 == nil } ? nil : found.compactMap { $0 }
    }

    fileprivate mutating func doubles(_ count: Int) -> [Double]? {
        let found = (0..<count).map { _ in double() }
        return found.contains { $0 == nil } ? nil : found.compactMap { $0 }
    }
}
