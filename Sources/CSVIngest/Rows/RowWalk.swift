import Dispatch
import StressBasics
import Synchronization

/// Why rows could not be read to the end: typed throws carry one type.
enum WalkFailure: Error {
    case input(IngestError)
    case csv(CSVParser.Failure)
}

/// Walks over all rows of a file: those before the data line by line, the data in slices, and line by line again from
/// where slices are not safe. Memory: the columns, two windows of text and the rows of two windows.
///
/// While the slices of one window are parsed, the next window is read and the rows of the one before are put in place.
/// Slices are put together in file order, so that neither the number of threads nor the places of the cuts can be seen.
///
/// Used by one thread; its own threads share it only within ``runRound(_:)``, where each task has its own parts.
final class RowWalk: @unchecked Sendable {
    private let task: SliceTask
    private let options: IngestOptions
    private var stream: TextStream
    private var parser: CSVParser
    private let sink: UnsafeMutablePointer<RowSink>
    private(set) var collector: RowCollector

    private var window: TextWindow
    private var nextWindow: TextWindow
    /// Readers at work on ``window``, and those whose rows wait to be put in place.
    private var working: [SliceSlot] = []
    private var finished: [SliceSlot] = []
    /// Where the next slice to be put in place begins.
    private var line = 1
    private var byte = 0
    private var failure: CSVParser.Failure?
    private let nextTask = Atomic(0)

    /// Text handed to the line-by-line parser before its rows are put in place.
    private static let feedBytes = 1 << 18

    /// A walk over `head` and what follows it in `source`. `head` must outlive the walk.
    init(
        _ task: SliceTask, head: UnsafeBufferPointer<UInt8>, source: ByteSource, options: IngestOptions
    ) {
        self.task = task
        self.options = options
        stream = TextStream(head: head, source: source, name: task.name, isCancelled: options.isCancelled)
        collector = RowCollector(task)
        parser = CSVParser(delimiter: task.layout.delimiter)
        sink = .allocate(capacity: 1)
        sink.initialize(to: RowSink(task, skippedRows: task.layout.skippedRows, cursor: parser.cursor))
        window = TextWindow(capacity: options.windowSize)
        nextWindow = TextWindow(capacity: options.path == .lineByLine ? 0 : options.windowSize)
    }

    deinit {
        sink.deinitialize(count: 1)
        sink.deallocate()
    }

    /// The source, with its digest; complete once ``read()`` has returned.
    var fileFacts: (byteCount: Int, digest: Digest) { stream.fileFacts }

    /// Reads to the end of the text, or until there are too many rows or fields.
    func read() throws(WalkFailure) {
        try skipRows()
        if collector.overflow == nil { try readSlices() }
        if collector.overflow == nil, let failure { throw .csv(failure) }
    }

    /// Takes the rows before the data. The sample has seen them all in the head of the file.
    private func skipRows() throws(WalkFailure) {
        guard sink.pointee.rowsToSkip > 0 else { return }
        try feed(stream.rest)
        stream.drop(parser.consumed)
        if collector.overflow == nil { parser.cursor.pointee.isStopped = false }
        (line, byte) = (parser.nextLine, parser.consumed)
    }

    // MARK: Line by line

    /// Reads what is in the window and all that follows it.
    private func readLines() throws(WalkFailure) {
        while collector.overflow == nil {
            try feed(window.text)
            if window.isLast { break }
            window.begin(with: UnsafeBufferPointer(start: nil, count: 0))
            window.fill(from: &stream)
        }
        guard collector.overflow == nil else { return }
        if let failure = stream.failure { throw .input(failure) }
        try deliver { (parser) throws(CSVParser.Failure) in try parser.finish(rowSinkCallbacks(sink)) }
    }

    private func feed(_ text: UnsafeBufferPointer<UInt8>) throws(WalkFailure) {
        var start = 0
        while start < text.count, !parser.cursor.pointee.isStopped {
            let stop = min(text.count, start + RowWalk.feedBytes)
            let piece = UnsafeBufferPointer(rebasing: text[start..<stop])
            try deliver { (parser) throws(CSVParser.Failure) in try parser.feed(piece, to: rowSinkCallbacks(sink)) }
            start = stop
        }
    }

    /// Lets the parser work and puts its rows in place. Rows before a failure may be too many, which then comes first.
    private func deliver(_ body: (inout CSVParser) throws(CSVParser.Failure) -> Void) throws(WalkFailure) {
        do {
            try body(&parser)
        } catch {
            collector.take(&sink.pointee)
            if collector.overflow == nil { throw .csv(error) }
        }
        collector.take(&sink.pointee)
    }

    // MARK: Slices

    private func readSlices() throws(WalkFailure) {
        window.fill(from: &stream)
        while options.path == .automatic {
            guard let cuts = window.cuts(options.slicesPerWindow) else { break }
            runRound(cuts)
            if isDecided { return }
            swap(&working, &finished)
            if window.isLast {
                collectFinished()
                if !isDecided, let failure = stream.failure { throw .input(failure) }
                return
            }
            swap(&window, &nextWindow)
        }
        collectFinished()
        if isDecided { return }
        parser.restart(line: line, consumed: byte)
        try readLines()
    }

    /// Whether nothing that comes later in the file can change the outcome.
    private var isDecided: Bool { failure != nil || collector.overflow != nil }

    /// Parses the slices of the window, reads the next window, and puts the finished slices in place.
    private func runRound(_ cuts: [Int]) {
        while working.count < cuts.count - 1 { working.append(SliceSlot(task)) }
        for (index, slot) in working.enumerated() {
            slot.range = index + 1 < cuts.count ? cuts[index]..<cuts[index + 1] : nil
        }
        nextWindow.begin(with: UnsafeBufferPointer(rebasing: window.text[cuts[cuts.count - 1]...]))
        nextTask.store(0, ordering: .relaxed)
        let count = cuts.count + 1
        let workers = min(options.threads, count)
        if workers <= 1 { return work(count) }
        DispatchQueue.concurrentPerform(iterations: workers) { _ in work(count) }
    }

    private func work(_ count: Int) {
        while true {
            let next = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
            switch next {
            case count...: return
            // Reading cannot be shared among threads and comes first, so that nobody waits for it at the end.
            case 0: if !window.isLast { nextWindow.fill(from: &stream) }
            case 1: collectFinished()
            default: parseSlice(working[next - 2])
            }
        }
    }

    private func parseSlice(_ slot: SliceSlot) {
        guard let range = slot.range else { return }
        let isEnd = window.isLast && stream.failure == nil && range.upperBound == window.count
        slot.reader.read(
            UnsafeBufferPointer(rebasing: window.text[range]), hasReturns: window.hasReturns, isLast: isEnd)
    }

    /// Puts the rows of finished slices in place, up to the first that failed.
    private func collectFinished() {
        for slot in finished {
            guard let range = slot.range, !isDecided else { continue }
            collector.progress = stream.expectedBytes.map { (byte + range.count, $0) }
            slot.reader.deliver(to: &collector, lineOffset: line - 1)
            if collector.overflow == nil, var failed = slot.reader.failure {
                failed.move(lines: line - 1, bytes: byte)
                failure = failed
            }
            line += slot.reader.lineCount
            byte += range.count
            slot.range = nil
        }
    }
}

/// One reader of slices and the part of the window that it reads.
private final class SliceSlot {
    var reader: SliceReader
    /// Nil for a reader that has nothing to do in this round.
    var range: Range<Int>?

    init(_ task: SliceTask) {
        reader = SliceReader(task)
    }
}

extension IngestOptions {
    /// Bytes of a window: small enough for the cache where one thread reads and parses in turn.
    fileprivate var windowSize: Int {
        if let windowBytes { return max(1, windowBytes) }
        if path == .lineByLine { return min(max(1, chunkBytes), ByteSource.bufferSizes.upperBound) }
        return threads <= 1 ? 1 << 20 : 1 << 21
    }

    fileprivate var slicesPerWindow: Int {
        if let sliceCount { return max(1, sliceCount) }
        return threads <= 1 ? 1 : min(64, max(8, 4 * threads))
    }
}
