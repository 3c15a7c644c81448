import StressBasics

/// Where the outcomes of a cell's entries go: a tally, the entries behind a page, a ledger.
///
/// A walk over the entries is written once and is generic over its sink, so that a sink costs what it does and nothing more. Chunks,
/// their time blocks and the entries of a block come in order of time; each chunk of a history may have a sink of its own, on a
/// thread of its own.
///
/// A sweep answers all leverages and horizons at once and knows no single outcomes: most of what it adds up are steps of whole ranges
/// of leverages (`Sweep.md`, §3), and taking them apart would cost what the sweep saves. Whoever needs outcomes walks the cell, which
/// costs a search for each entry; that both agree is tested on random studies.
public protocol OutcomeSink: Sendable {
    /// Whether all fill rules of the cell are evaluated, or the chosen one alone.
    static var readsAllFills: Bool { get }
    /// What it reads of an outcome.
    var reads: OutcomeParts { get }

    /// So many bars follow, each of which may be an entry.
    mutating func expect(bars: Int)
    /// The next chunk begins; a block follows.
    mutating func beginChunk()
    /// The next time block of the chunk begins.
    mutating func beginBlock()
    /// An entry of which nothing was seen, or that the platform would have rejected and whose window is cut.
    mutating func addExcluded(_ entry: Int)
    /// An entry with a whole window that the platform would not have opened.
    mutating func addRejected(_ entry: Int)
    /// A watched entry.
    mutating func add(_ outcome: borrowing EntryOutcome)
}

/// The parts of an ``EntryOutcome`` that are filled in; what nobody reads is not computed.
public struct OutcomeParts: Hashable, Sendable {
    /// ``EntryOutcome/prices``; what an exit leaves is known without some of them.
    public var prices = false
    /// ``EntryOutcome/exits``; else only what an entry met is known.
    public var exits = true
    /// What a shortfall is made of, its largest and its parts, which cost most of an exit whose fill is known by a law.
    public var causes = true
    /// ``EntryPath/unprotectedBar``, which a search of its own finds.
    public var unprotected = true

    /// Everything but prices, unless told otherwise.
    public init(prices: Bool = false, exits: Bool = true, causes: Bool = true, unprotected: Bool = true) {
        (self.prices, self.exits, self.causes, self.unprotected) = (prices, exits, causes, unprotected)
    }
}

extension OutcomeSink {
    /// Most look at the chosen rule.
    public static var readsAllFills: Bool { false }
    /// Most look at what is left, not at prices.
    public var reads: OutcomeParts { OutcomeParts() }
    /// Most need no room of their own.
    public mutating func expect(bars: Int) {}
    /// Most need no chunks.
    public mutating func beginChunk() {}
    /// Most need no blocks.
    public mutating func beginBlock() {}
    /// Most look at what was watched.
    public mutating func addExcluded(_ entry: Int) {}
    /// Most look at what was opened.
    public mutating func addRejected(_ entry: Int) {}
}
