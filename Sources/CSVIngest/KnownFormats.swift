import StressBasics

/// A kind of price file that is recognised by itself.
public struct KnownFormat: Hashable, Sendable {
    /// The name for the `format` setting.
    public let name: String
    /// What such a file looks like.
    public let description: String
}

/// Every format that is recognised, in the order in which they are tried.
public let knownFormats: [KnownFormat] = [
    KnownFormat(
        name: "binance-klines",
        description: "Binance klines: 12 columns from open time to ignore, with or without header"),
    KnownFormat(
        name: "kraken-ohlcvt",
        description: "Kraken: time, open, high, low, close, [vwap,] volume, trades without header"),
    KnownFormat(
        name: "yahoo",
        description: "Yahoo Finance: Date,Open,High,Low,Close,Adj Close,Volume; its volume is in dollars and not read"),
    KnownFormat(
        name: "cryptodatadownload",
        description: "CryptoDataDownload: a link, then unix,date,symbol,open,high,low,close,Volume …; newest first"),
    KnownFormat(
        name: "ohlc",
        description: "a header that names time, open, high, low, close and perhaps volume in any order, or these "
            + "columns in this order without header"),
    KnownFormat(
        name: "price-only",
        description: "a header that names a time and a price, or these two columns without header"),
]

/// Which column of a file holds what, by 0-based position.
struct ColumnPlan: Hashable, Sendable {
    var time: Int
    var prices: Prices
    var volume: Int?

    enum Prices: Hashable, Sendable {
        case bars(open: Int, high: Int, low: Int, close: Int)
        case single(Int)
    }

    /// All columns, the time first.
    var all: [Int] {
        let priceColumns: [Int] =
            switch prices {
            case .bars(let open, let high, let low, let close): [open, high, low, close]
            case .single(let price): [price]
            }
        return [time] + priceColumns + (volume.map { [$0] } ?? [])
    }
}

/// One way in which a format shows itself. A format may have several.
struct FormatRule: Sendable {
    let format: String
    let shape: Shape

    enum Shape: Sendable {
        /// A header with all of `marks`; the columns are then found by ``ColumnNames``.
        case named(marks: [String], volume: VolumeNames)
        /// No header: columns in this order, in rows of this width.
        case placed(width: Int, plan: ColumnPlan, proof: Proof)
    }

    /// How the base-currency volume is called.
    enum VolumeNames: Sendable {
        case generic
        case prefix(String)
        /// There is one, but in another unit.
        case none
    }

    /// What must hold in a headerless file beside a readable time and high and low being extremes.
    enum Proof: Sendable {
        case nothing
        /// The column holds a time later than the row's.
        case laterTime(Int)
        /// The column holds whole numbers.
        case wholeNumber(Int)
        /// The column lies between low and high.
        case withinRange(Int)
    }
}

/// The table that recognition walks from top to bottom.
let formatRules: [FormatRule] = {
    func ohlc(volume: Int?) -> ColumnPlan {
        ColumnPlan(time: 0, prices: .bars(open: 1, high: 2, low: 3, close: 4), volume: volume)
    }
    let bars = ["open", "high", "low", "close"]
    return [
        FormatRule(
            format: "binance-klines", shape: .named(marks: ["open_time", "close_time"] + bars, volume: .generic)),
        FormatRule(
            format: "binance-klines", shape: .placed(width: 12, plan: ohlc(volume: 5), proof: .laterTime(6))),
        FormatRule(
            format: "kraken-ohlcvt", shape: .placed(width: 7, plan: ohlc(volume: 5), proof: .wholeNumber(6))),
        FormatRule(
            format: "kraken-ohlcvt", shape: .placed(width: 8, plan: ohlc(volume: 6), proof: .withinRange(5))),
        FormatRule(format: "yahoo", shape: .named(marks: ["date", "adj_close"] + bars, volume: .none)),
        FormatRule(
            format: "cryptodatadownload",
            shape: .named(marks: ["unix", "date", "symbol"] + bars, volume: .prefix("volume_"))),
        FormatRule(
            format: "cryptodatadownload",
            shape: .named(marks: ["unix_timestamp", "date", "symbol"] + bars, volume: .generic)),
        FormatRule(format: "ohlc", shape: .named(marks: [], volume: .generic)),
        FormatRule(format: "ohlc", shape: .placed(width: 5, plan: ohlc(volume: nil), proof: .nothing)),
        FormatRule(format: "ohlc", shape: .placed(width: 6, plan: ohlc(volume: 5), proof: .nothing)),
        FormatRule(format: "price-only", shape: .named(marks: [], volume: .generic)),
        FormatRule(
            format: "price-only",
            shape: .placed(width: 2, plan: ColumnPlan(time: 0, prices: .single(1)), proof: .nothing)),
    ]
}()

/// Header names that are understood, as ``normalizedName(_:)`` writes them, the surest first.
enum ColumnNames {
    static let time = [
        "unix", "unix_timestamp", "unix_time", "epoch", "open_time", "opentime", "open_timestamp", "time_open",
        "timestamp", "time", "datetime", "date_time", "date", "snapped_at", "ts", "t",
    ]
    static let open = ["open", "o", "open_price"]
    static let high = ["high", "h", "high_price"]
    static let low = ["low", "l", "low_price"]
    static let close = ["close", "c", "close_price", "price", "last", "last_price"]
    static let volume = ["volume", "vol", "v", "base_volume", "volume_base"]
}
