import PriceSeries
import StressBasics

/// Reads the files of a source as one series and checks it.
///
/// Rows that cannot be read are dropped and listed, rows are sorted by time, and of rows with the same time the last in
/// file order is kept; nothing else is changed unless the source's policies say so, and each of these is a finding. Safe to call from several threads.
///
/// - Parameter reference: Another venue's prices of the same market, which tell a bad tick from a move of the market.
/// - Throws: ``IngestError`` for a file that is missing, of an unknown kind or format, or damaged: broken quoting, cut
///   compression, more than 1 % malformed rows, no usable row.
/// - Complexity: O(bytes + rows log rows) in time, about 60 bytes a row in memory.
public func ingestSeries(
    _ source: BarSource, reference: BarSeries? = nil, options: IngestOptions = .init()
) throws(IngestError) -> IngestedSeries {
    if source.each != nil {
        // What keeps its markets from being told apart says more than that there are several.
        _ = try marketsOf(source, options: options)
        throw undivided(source)
    }
    let places = source.files.map { InputPlace.named($0, options) }
    // Another venue's prices are no setting of the source, and the verdicts depend on them.
    guard reference == nil, let cache = options.cache, let files = cache.identities(of: source, options) else {
        return try ingest(places, source: source, reference: reference, options: options)
    }
    if let kept = cache.series(source, files, options) { return kept }
    let read = try ingest(places, source: source, reference: nil, options: options)
    cache.keep(read, source, files, options)
    return read
}

/// The same for the bytes of one file in memory, under the name `name`; the files of `source` are not looked at.
public func ingestSeries(
    bytes: [UInt8], name: String, source: BarSource, reference: BarSeries? = nil, options: IngestOptions = .init()
) throws(IngestError) -> IngestedSeries {
    try ingest([.memory(bytes, name: name)], source: source, reference: reference, options: options)
}

private func ingest(
    _ named: [InputPlace], source: BarSource, reference: BarSeries?, options: IngestOptions
) throws(IngestError) -> IngestedSeries {
    guard source.each == nil else { throw undivided(source) }
    let gathered = try GatheredRows(named, source: source, options: options)
    let assembled = try gathered.assembled(source)
    let series = try makeSeries(assembled, name: gathered.first.file.name)
    if let refusal = gathered.refusal(of: series, assembled, source: source) { throw refusal }
    let audited = try audit(
        series, assembled, seams: gathered.seams(barLength: series.barLength), source: source, reference: reference)
    return result(audited, files: gathered.files, source: source)
}

/// The rows of several files one after the other, and what each file is.
private struct GatheredRows {
    /// Files that have rows of the market.
    private(set) var places: [InputPlace] = []
    /// What is known of them, without their rows; never empty.
    private(set) var files: [FileRows] = []
    private var columns = BarColumns()
    private var origins = RowOrigins()
    /// Bars of trades or quotes; nil where files hold bars.
    private var ticks: TickBars?

    var first: FileRows { files[0] }

    init(_ named: [InputPlace], source: BarSource, options: IngestOptions) throws(IngestError) {
        var tables: [InputPlace] = []
        for place in named { tables += try archiveTables(of: place, named: source.table) }
        var absence: IngestError?
        for place in tables {
            let rows: FileRows
            do {
                rows = try ingestFile(place, task: .prices(source), options: options)
            } catch {
                guard error.isOfOtherMarkets else { throw error }
                absence = absence ?? error
                continue
            }
            try add(rows, from: place)
        }
        guard !files.isEmpty else { throw absence ?? noFiles }
        if let absence {
            files[0].findings.append(filesOfOthers(absence, tables.count - places.count, of: tables.count))
        }
        try takeTicks()
        moveCloses()
    }

    /// Puts the bars of files that say only when they close at the time at which they open.
    private mutating func moveCloses() {
        let moved = files.indices.filter { files[$0].layout.hasCloseTimes && files[$0].columnCount > 0 }
        guard ticks == nil, !moved.isEmpty else { return }
        let starts = origins.firstRows
        let rows = moved.map { starts[$0]..<(starts[$0] + files[$0].columnCount) }
        let length = CloseTimes.moveToOpens(&columns.time, rows: rows)
        let place = SourceLocation(file: files[moved[0]].file.name, line: files[moved[0]].layout.skippedRows)
        files[moved[0]].findings.insert(CloseTimes.finding(length, at: place), at: 0)
    }

    private mutating func add(_ rows: consuming FileRows, from place: InputPlace) throws(IngestError) {
        places.append(place)
        if let found = rows.ticks {
            origins.add(place.name, firstRow: ticks?.bars.count ?? 0)
            if ticks == nil { ticks = found } else { ticks?.merge(found) }
            rows.ticks = nil
        } else {
            guard columns.count + rows.columns.count <= BarColumns.mostRows else { throw tooManyRows(place) }
            origins.add(place.name, firstRow: columns.count)
            rows.columnCount = rows.columns.count
            columns.append(rows.columns)
        }
        // The rows are in one place now; keeping both would double the memory.
        rows.columns = BarColumns()
        files.append(rows)
    }

    /// Bars made of trades or quotes take the place of those that are read.
    private mutating func takeTicks() throws(IngestError) {
        guard let ticks else { return }
        guard columns.count == 0 else { throw mixedKinds(files) }
        columns = ticks.columns(hasVolume: first.layout.plan.volume != nil)
        var finding = ticks.finding(first.layout.kind == .quotes ? "quote" : "trade", at: first.file.name)
        if OwnFills.areThese(first.layout.names) {
            (finding.severity, finding.message) = (.warning, "\(finding.message); \(OwnFills.words): \(OwnFills.hint)")
        }
        files[0].findings.insert(finding, at: 0)
    }

    /// The rows in order of time.
    func assembled(_ source: BarSource) throws(IngestError) -> AssembledRows {
        if ticks == nil, let refusal = differentTables(columns, origins, places) { throw refusal }
        var assembled = assemble(columns, origins: origins)
        assembled.isOfTicks = ticks != nil
        if ticks == nil, let refusal = severalMarkets(assembled, files: files, places: places) { throw refusal }
        if ticks == nil, let refusal = conflictingRows(assembled, files: files, source: source) { throw refusal }
        return assembled
    }

    /// Why the series is not one of the prices that it is taken for; nil where nothing speaks against it.
    func refusal(of series: BarSeries, _ assembled: AssembledRows, source: BarSource) -> IngestError? {
        if ticks == nil,
            let refusal = interleavedMarkets(series, assembled, files: files, places: places)
        {
            return refusal
        }
        if ticks == nil, let refusal = severalLengths(series, assembled, source: source) {
            return refusal.withExcerpt(from: places)
        }
        if first.layout.isOrderAssumed {
            let refusal = PriceOrder(assembled.columns).refusal(
                first.layout.plan, at: SourceLocation(file: first.file.name, line: first.layout.skippedRows + 1))
            if let refusal { return refusal.withExcerpt(from: places) }
        }
        if ticks == nil,
            let refusal = lateThousands(series, assembled, files: files, places: places, source: source)
        {
            return refusal
        }
        if let refusal = impossibleBars(series, assembled, source: source) { return refusal.withExcerpt(from: places) }
        return implausible(series, source: source, layout: first.layout)
            ?? unlikelyEpoch(series, source: source, files: files)
    }

    /// What is wrong where files meet; nil where bars are made of trades or quotes.
    func seams(barLength: TimeSpan?) -> Finding? {
        ticks == nil ? fileSeams(columns, origins, barLength: barLength) : nil
    }
}

func makeSeries(_ rows: AssembledRows, name: String) throws(IngestError) -> BarSeries {
    let columns = rows.columns
    do {
        return try BarSeries(
            time: columns.time, open: columns.open, high: columns.high, low: columns.low, close: columns.close,
            volume: columns.volume.isEmpty ? nil : columns.volume)
    } catch {
        // Only an offset can do this: it moves a time of year 1 or 9999 out of the calendar.
        throw IngestError(
            .malformed, "cannot use the times", why: "with the offset from UTC they leave the years 1 to 9999",
            at: SourceLocation(file: name))
    }
}

private func result(
    _ audited: AuditedSeries, files: [FileRows], source: BarSource
) -> IngestedSeries {
    let (series, checks) = (audited.series, audited.checks)
    let ofFiles = files.flatMap(\.findings)
    let notes =
        ofFiles.filter { !$0.isDetail } + timeNotes(files, source.utcOffset)
        + futureTimes(series, file: files[0].file.name)
        + [clockChanges(series, audited.rows, files: files, utcOffset: source.utcOffset)].compactMap { $0 }
    let badRows = ofFiles.filter(\.isDetail)
    let rowCount = files.reduce(0) { $0 + $1.file.rowCount }
    let details = inFileOrder(badRows + checks.details, files: files.map(\.file.name))
    return IngestedSeries(
        series: series, formatName: files[0].layout.format, formatReason: files[0].layout.reason,
        recognition: files[0].layout.traits,
        files: files.map(\.file), rowCount: rowCount,
        findings: [droppedRows(badRows, of: rowCount)] + checks.summaries + notes + mixedFormats(files) + details,
        suspicious: checks.suspicious)
}

/// Files that have no row of the market: before it was listed, or after it was taken off.
private func filesOfOthers(_ absence: IngestError, _ count: Int, of all: Int) -> Finding {
    Finding(
        check: "files_of_others", severity: .note,
        message: "\(spacedCount(count)) of \(counted(all, "file")) \(count == 1 ? "has" : "have") no row of the symbol",
        count: count, location: absence.finding.location.map { SourceLocation(file: $0.file) }, action: "left out")
}

/// The summary of the rows that could not be used.
func droppedRows(_ rows: [Finding], of rowCount: Int) -> Finding {
    let count = rows.reduce(0) { $0 + $1.count }
    let share = count == 0 ? "" : " (\(percentText(Double(count) / Double(rowCount))))"
    return Finding(
        check: "dropped_rows", severity: count == 0 ? .pass : .warning,
        message:
            "\(spacedCount(count)) of \(counted(rowCount, "row")) could not be read or had a value missing\(share)",
        count: count, location: rows.first?.location, action: count == 0 ? "" : "rows dropped")
}

/// Sorts by file and line; what has no line closes its file. Equal places keep their order.
func inFileOrder(_ findings: [Finding], files: [String]) -> [Finding] {
    let rank = Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    let keyed = findings.enumerated().map { index, finding in
        (file: rank[finding.location?.file ?? ""] ?? files.count, line: finding.location?.line ?? .max, index, finding)
    }
    return keyed.sorted { ($0.file, $0.line, $0.2) < ($1.file, $1.line, $1.2) }.map(\.3)
}

/// Mixed units, and an offset from UTC that had nothing to act on.
func timeNotes(_ files: [FileRows], _ utcOffset: TimeSpan) -> [Finding] {
    var counts = [Int](repeating: 0, count: TimeForm.allCases.count)
    for file in files { for form in counts.indices { counts[form] += file.formCounts[form] } }
    let used = TimeForm.allCases.filter { counts[$0.rawValue] > 0 }
    let place = SourceLocation(file: files[0].file.name)
    var notes: [Finding] = []
    if used.count > 1 {
        let parts = used.map { "\($0.words) in \(counted(counts[$0.rawValue], "row"))" }
        let fewest = counts.filter { $0 > 0 }.min() ?? 0
        notes.append(
            Finding(
                check: "mixed_time_units", severity: .note, message: "times are \(parts.joined(separator: ", "))",
                count: fewest, location: place, action: "each read in its own unit"))
    }
    if utcOffset.milliseconds != 0, counts[TimeForm.local.rawValue] == 0 {
        notes.append(
            Finding(
                check: "utc_offset_unused", severity: .warning,
                message: "the offset from UTC has no effect: every time states its zone or is an epoch stamp",
                location: place, action: "ignored", hint: "leave the timezone out"))
    }
    return notes
}

private func mixedFormats(_ files: [FileRows]) -> [Finding] {
    let first = files[0].layout.format
    guard let other = files.first(where: { $0.layout.format != first }) else { return [] }
    return [
        Finding(
            check: "mixed_formats", severity: .warning,
            message: "the files are not of one format: \(first) and \(other.layout.format)",
            count: files.count { $0.layout.format != first }, location: SourceLocation(file: other.file.name),
            action: "each read in its own format")
    ]
}

private func mixedKinds(_ files: [FileRows]) -> IngestError {
    let other = files.first { $0.layout.kind != files[0].layout.kind } ?? files[0]
    return IngestError(
        .setting, "cannot read the files as one series",
        why: "some hold single \(files[0].layout.kind.rawValue) and some bars",
        at: SourceLocation(file: other.file.name), hint: "give each kind a source of its own")
}

private func tooManyRows(_ place: InputPlace) -> IngestError {
    IngestError(
        .tooLarge, "cannot read the file", why: "the files hold more than \(BarColumns.mostRows) rows",
        at: SourceLocation(file: place.name))
}

let noFiles = IngestError(
    .missing, "cannot find any file", why: "the source names none", at: SourceLocation(file: ""))
