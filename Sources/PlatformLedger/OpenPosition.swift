import MarginModel

/// An open position. Amounts in quote currency are of the whole of it, as it was opened; of a part that was closed nothing is left
/// but a smaller ``part``.
struct OpenPosition {
    /// The bar at whose close it was opened.
    let entry: Int32
    /// Place of its class.
    let group: Int32
    /// `P0`.
    let price: Double
    /// `q`.
    let quantity: Double
    /// `M`.
    let margin: Double
    /// `f_o N0`.
    let openingFee: Double
    /// What funding had added up to at its entry, per coin.
    let fundingStart: Double
    /// The part of it that is still open; 0 once it is closed.
    var part = 1.0

    init(_ position: LinearPosition, entry: Int, group: Int, fundingStart: Double) {
        (self.entry, self.group, self.fundingStart) = (Int32(entry), Int32(group), fundingStart)
        (price, quantity) = (position.entryPrice, position.quantity)
        (margin, openingFee) = (position.initialMargin, position.openingFee)
    }

    /// Profit at a price, before fees; negative for a loss.
    @inline(__always)
    func profit(at fill: Double, sign: Double) -> Double { sign * quantity * (fill - price) }

    /// Equity at a price, before any exit cost, when funding has added up to `fundingSum` per coin.
    @inline(__always)
    func equity(at fill: Double, sign: Double, fundingSum: Double) -> Double {
        margin - openingFee + profit(at: fill, sign: sign) - funding(sign: sign, fundingSum: fundingSum)
    }

    /// Funding paid.
    @inline(__always)
    func funding(sign: Double, fundingSum: Double) -> Double { sign * quantity * (fundingSum - fundingStart) }

    /// Closes coins of it. What is less than a part in 10¹² of the position is no more than rounding, and goes with them.
    mutating func close(_ coins: Double) {
        part = quantity * part - coins <= 1e-12 * quantity ? 0 : part - coins / quantity
    }
}

/// The open positions of one side of an asset, in order of entry. Memory: those whose holding time is not over.
struct PositionQueue {
    /// Serial number of the first place.
    private var base = 0
    private(set) var positions: [OpenPosition] = []
    /// The first place whose holding time is not over.
    private(set) var head = 0

    /// Serial number of the next position.
    var next: Int { base + positions.count }
    /// The places that may be open.
    var places: Range<Int> { head..<positions.count }

    /// The first position whose holding time is not over.
    var first: OpenPosition? { head < positions.count ? positions[head] : nil }

    mutating func append(_ position: OpenPosition) { positions.append(position) }

    /// The place of a serial number; nil when its holding time is over.
    func place(_ serial: Int) -> Int? { serial - base >= head ? serial - base : nil }

    subscript(place: Int) -> OpenPosition {
        get { positions[place] }
        _modify { yield &positions[place] }
    }

    /// Leaves out the first position.
    mutating func removeFirst() {
        head += 1
        guard head > 1024, head > positions.count / 2 else { return }
        positions.removeFirst(head)
        (base, head) = (base + head, 0)
    }
}
