import StressBasics

/// A section of the archive.
public enum ArchiveMarket: String, Hashable, Sendable, CaseIterable {
    /// Spot markets.
    case spot
    /// Futures margined in the quote currency.
    case quoteFutures = "futures-um"
    /// Futures margined in the coin.
    case coinFutures = "futures-cm"

    /// Its folder in the archive.
    var folder: String {
        switch self {
        case .spot: "spot"
        case .quoteFutures: "futures/um"
        case .coinFutures: "futures/cm"
        }
    }
}

/// What the archive's files hold.
public enum ArchiveKind: String, Hashable, Sendable, CaseIterable {
    /// Traded prices as bars.
    case klines
    /// Mark prices as bars; futures only.
    case markPriceKlines
    /// Funding rates; futures only, and monthly files only.
    case fundingRate

    /// Whether files are cut by bar length.
    public var hasInterval: Bool { self != .fundingRate }
    /// Whether the archive has files of single days.
    var hasDays: Bool { self != .fundingRate }
    /// Whether a market has such files.
    public func exists(in market: ArchiveMarket) -> Bool { self == .klines || market != .spot }
}

/// A calendar month, UTC.
public struct ArchiveMonth: Hashable, Comparable, Strideable, Sendable {
    private let index: Int

    /// The year.
    public var year: Int { index / 12 }
    /// 1…12.
    public var month: Int { index % 12 + 1 }

    /// A month of the years 2000 to 2199, which leaves room for every archive of the kind.
    public init?(year: Int, month: Int) {
        guard (2000...2199).contains(year), (1...12).contains(month) else { return nil }
        index = year * 12 + month - 1
    }

    /// Reads `2024-05`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let year = Int(parts[0]),
            let month = Int(parts[1])
        else { return nil }
        self.init(year: year, month: month)
    }

    /// The month that `instant` lies in; nil outside the years above.
    public init?(of instant: UTCInstant) {
        self.init(year: instant.civil.year, month: instant.civil.month)
    }

    private init(index: Int) { self.index = index }

    /// `2024-05`.
    public var text: String { String(CivilTime(year: year, month: month, day: 1).dateText.prefix(7)) }

    /// The first moment after the month.
    var end: UTCInstant {
        let next = advanced(by: 1)
        return CivilTime(year: next.year, month: next.month, day: 1).instant!
    }

    /// Its days.
    public var days: [ArchivePeriod] {
        (1...CivilTime.daysInMonth(year: year, month: month)).map { .day(self, $0) }
    }

    /// Months from this one to `other`.
    public func distance(to other: ArchiveMonth) -> Int { other.index - index }
    /// The month `n` later.
    public func advanced(by n: Int) -> ArchiveMonth { ArchiveMonth(index: index + n) }
}

/// What one file of the archive covers.
public enum ArchivePeriod: Hashable, Sendable {
    /// A whole month.
    case month(ArchiveMonth)
    /// A day of a month, from 1.
    case day(ArchiveMonth, Int)

    /// `2024-05` or `2024-05-17`.
    public var text: String {
        switch self {
        case .month(let month): month.text
        case .day(let month, let day): CivilTime(year: month.year, month: month.month, day: day).dateText
        }
    }

    /// The month it is or lies in.
    public var month: ArchiveMonth {
        switch self {
        case .month(let month), .day(let month, _): month
        }
    }

    /// The first moment after it.
    var end: UTCInstant {
        switch self {
        case .month(let month): month.end
        case .day(let month, let day):
            CivilTime(year: month.year, month: month.month, day: day).instant! + .days(1)
        }
    }

    var folder: String {
        if case .month = self { "monthly" } else { "daily" }
    }
}

/// One series of the archive: a symbol's files of one kind.
public struct ArchiveSeries: Hashable, Sendable {
    /// The section.
    public let market: ArchiveMarket
    /// What the files hold.
    public let kind: ArchiveKind
    /// The symbol, such as `BTCUSDT` or `BTCUSD_PERP`.
    public let symbol: String
    /// Bar length; nil for kinds that have none.
    public let interval: String?

    /// Bar lengths of the archive that are the same every time: months are not.
    public static let intervals = [
        "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
    ]

    /// A series, nil when a part is not of the archive. Everything that becomes part of a path is checked here.
    public init?(market: ArchiveMarket, kind: ArchiveKind, symbol: String, interval: String) {
        guard kind.exists(in: market), ArchiveSeries.isSymbol(symbol), ArchiveSeries.intervals.contains(interval) else {
            return nil
        }
        (self.market, self.kind, self.symbol) = (market, kind, symbol)
        self.interval = kind.hasInterval ? interval : nil
    }

    /// Whether `text` is 1 to 40 of the characters that symbols are made of: capitals, digits, `_` and `-`.
    public static func isSymbol(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
    }

    /// `BTCUSDT klines 1m`.
    public var text: String { ([symbol, kind.rawValue] + [interval].compactMap { $0 }).joined(separator: " ") }

    /// Where its files are kept, relative to the output folder: `spot/klines/BTCUSDT/1m`.
    public var folder: String {
        ([market.rawValue, kind.rawValue, symbol] + [interval].compactMap { $0 }).joined(separator: "/")
    }

    /// `BTCUSDT-1m-2024-05.zip`.
    func fileName(_ period: ArchivePeriod) -> String {
        "\(symbol)-\(interval ?? kind.rawValue)-\(period.text).zip"
    }

    /// Where a file lies below the archive's base address.
    func path(_ period: ArchivePeriod) -> String {
        let parts = ["data", market.folder, period.folder, kind.rawValue, symbol] + [interval].compactMap { $0 }
        return parts.joined(separator: "/") + "/" + fileName(period)
    }
}
