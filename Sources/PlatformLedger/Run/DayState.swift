import StressStatistics

/// A shortfall that waits for the end of the day.
struct Rest {
    let asset: Int
    /// Where its sums are.
    let sums: Int
    let amount: Int64

    init(_ closing: Closing, amount: Int64) { (asset, sums, self.amount) = (closing.asset, closing.sums, amount) }
}

/// A position, or what was left of it, that was closed.
struct Closing {
    let asset: Int
    /// Where its sums are.
    let sums: Int
    /// `E`.
    let equity: Int64
    /// Coins that were closed.
    let coins: Double
    /// What nobody has paid yet of its shortfall.
    var rest: Int64
    /// Whether winners pay before the fund.
    var isFundLast = false

    /// `D`; 0 without one.
    var shortfall: Int64 { max(0, -equity) }
}

/// What a day has brought so far.
struct DayState {
    /// The day; nil before the first.
    var record: LedgerDay?
    /// In the order in which they fell.
    var rests: [Rest] = []
    /// Positive realised results.
    var gains: Int128 = 0
    /// Haircuts of single winners.
    var haircuts: [Int64] = []
}

extension LedgerRun {
    mutating func beginDay(_ number: Int64) {
        guard day.record?.day != number else { return }
        endDay()
        day = DayState(record: LedgerDay(day: number))
        day.record?.lowest = books.fund
    }

    /// Socialised loss, recourse, top-up, and the day's record.
    mutating func endDay() {
        guard day.record != nil else { return }
        let socialised = socialise()
        day.record?.socialised = socialised
        if let topUp = input.safeguards.fund.topUp, books.fund < Money.total(topUp.below) {
            payIn(Money.total(topUp.to) - books.fund, from: .platform)
        }
        if let record = day.record { finish(record) }
        sink.add(.dayEnded(socialised: Int64(clamping: socialised), fund: books.fund), books)
        day = DayState()
    }

    /// Charges the day's winners for what is not covered, and hands the rest to who bears it; gives what was charged.
    private mutating func socialise() -> Int128 {
        let sum = day.rests.reduce(Int128(0)) { $0 + Int128($1.amount) }
        let cap = input.safeguards.socialisedCap.map { Int128(Money.rounded($0 * Double(day.gains))) } ?? 0
        let charge = min(sum, cap)
        var (left, waiting) = (charge, sum)
        for rest in day.rests {
            let amount = Int128(rest.amount)
            let paid = Money.share(left, amount, of: waiting)
            (left, waiting) = (left - paid, waiting - amount)
            settle(rest, socialised: paid)
        }
        return charge
    }

    private mutating func settle(_ rest: Rest, socialised: Int128) {
        let left = Int128(rest.amount) - socialised
        books.move(socialised, from: .traders, to: .unpaid)
        let isOwed = input.safeguards.recourse == .trader
        books.move(left, from: isOwed ? .traders : .platform, to: .unpaid)
        change(rest) {
            $0.socialised += socialised
            if isOwed { $0.owed += left } else { $0.platform += left }
            $0.socialisedPaid += socialised > 0 ? 1 : 0
            $0.platformPaid += !isOwed && left > 0 ? 1 : 0
            $0.owing += isOwed && left > 0 ? 1 : 0
        }
    }

    private mutating func finish(_ record: LedgerDay) {
        var record = record
        record.balance = books.fund
        if let largest = day.haircuts.max() {
            let count = day.haircuts.count
            let (low, high) = (day.haircuts.select((count - 1) / 2), day.haircuts.select(count / 2))
            record.deleveraging.median = (Double(low) + Double(high)) / 2
            record.deleveraging.largest = largest
        }
        tally.days.append(record)
        if let open = tally.episodes.indices.last, tally.episodes[open].lastDay == nil, record.balance > fundFloor {
            tally.episodes[open].lastDay = record.day
        }
    }

    // MARK: The fund

    /// What the fund never goes below.
    var fundFloor: Int128 { Money.total(input.safeguards.fund.floor) }

    /// Takes note of what the fund could not pay.
    mutating func addUnpaid(_ amount: Int64) {
        day.record?.unpaid += Int128(amount)
        day.record?.unpaidShortfalls += 1
        if tally.episodes.last.map({ $0.lastDay != nil }) ?? true {
            tally.episodes.append(ExhaustionEpisode(start: now))
        }
        tally.episodes[tally.episodes.count - 1].unpaid += Int128(amount)
        tally.episodes[tally.episodes.count - 1].shortfalls += 1
    }

    /// Puts money into the fund.
    mutating func payIn(_ amount: Int128, from account: Books.Account) {
        guard amount != 0 else { return }
        books.move(amount, from: account, to: .fund)
        day.record?.inflow += amount
        watch?.add(books.fund, at: now)
    }

    /// Lets the fund pay what it can of a shortfall; gives what it paid.
    mutating func payByFund(_ amount: Int64) -> Int64 {
        let paid = Int64(clamping: min(Int128(amount), max(0, books.fund - fundFloor)))
        guard paid > 0 else { return 0 }
        books.move(Int128(paid), from: .fund, to: .unpaid)
        day.record?.outflow += Int128(paid)
        tally.lowestFund = min(tally.lowestFund, books.fund)
        lowerDay(to: books.fund)
        watch?.add(books.fund, at: now)
        return paid
    }

    private mutating func lowerDay(to balance: Int128) {
        guard let lowest = day.record?.lowest, balance < lowest else { return }
        day.record?.lowest = balance
    }

    @inline(__always)
    mutating func change(_ rest: Rest, _ edit: (inout LedgerSums) -> Void) { edit(&sums[rest.asset][rest.sums]) }

    @inline(__always)
    mutating func change(_ closing: Closing, _ edit: (inout LedgerSums) -> Void) {
        edit(&sums[closing.asset][closing.sums])
    }

    /// Where a position's sums are: by the day of its entry and its class.
    @inline(__always)
    func place(ofSums position: OpenPosition, _ asset: Int) -> Int {
        Int(input.assets[asset].dayOfBar[Int(position.entry)]) * tables[asset].groups.count + Int(position.group)
    }
}
