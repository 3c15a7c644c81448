import PriceSeries
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
        description:
            "a header that names time, open, high, low, close and perhaps volume in any order, or such columns "
            + "without header in an order that the values show"),
    KnownFormat(
        name: "quotes",
        description: "a header that names a time, a bid and an ask; needs a bar length"),
    KnownFormat(
        name: "trades",
        description: "one trade a row: a header that names time and price and a side, an id or a size, or Kraken's, "
            + "Bitstamp's and Binance's columns without header; needs a bar length"),
    KnownFormat(
        name: "price-only",
        description:
            "a header that names a time and a price, or a time and one other column whose name does not say that it is "
            + "something else, or these two columns without header"),
]

/// Which column of a file holds what, by 0-based position.
struct ColumnPlan: Hashable, Sendable {
    /// The column of the time, or the first of ``timeParts``.
    var time: Int
    var prices: Prices
    /// The volume in the base currency.
    var volume: Int?
    /// The volume in the quote currency, which tells in every row whether the two are exchanged.
    var quoteVolume: Int?
    /// All columns of the time in reading order, when there are several.
    var timeParts: [Int] = []
    /// The column with the market's name.
    var symbol: Int?

    enum Prices: Hashable, Sendable {
        case bars(open: Int, high: Int, low: Int, close: Int)
        case single(Int)
        case quotes(bid: Int, ask: Int)

        var columns: [Int] {
            switch self {
            case .bars(let open, let high, let low, let close): [open, high, low, close]
            case .single(let price): [price]
            case .quotes(let bid, let ask): [bid, ask]
            }
        }
    }

    /// The last column that is read.
    var lastColumn: Int { (all + timeParts + [quoteVolume, symbol].compactMap { $0 }).max() ?? 0 }

    /// All columns, the time first.
    var all: [Int] { [time] + prices.columns + (volume.map { [$0] } ?? []) }
}

/// One way in which a format shows itself. A format may have several.
struct FormatRule: Sendable {
    let format: String
    var kind = RowKind.bars
    let shape: Shape

    enum Shape: Sendable {
        /// A header with all of `marks`; the columns are then found by ``ColumnNames``.
        case named(marks: [String], volume: VolumeRule)
        /// No header: columns in this order, in rows of this width.
        case placed(width: Int, plan: ColumnPlan, proof: Proof)
    }

    /// How the base-currency volume is found.
    enum VolumeRule: Sendable {
        /// By content where two volumes are there, else by name.
        case recognised
        /// It is the column of this name.
        case column(String)
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
        /// The column says who took the trade.
        case side(Int)
        /// The column holds true or false.
        case truth(Int)
        /// The column holds numbers above zero.
        case positive(Int)
    }
}

/// The table that recognition walks from top to bottom.
let formatRules = binanceRules + wideTradeRules + krakenRules + vendorRules + headerRules + headlessRules

private let barNames = ["open", "high", "low", "close"]

private func ohlc(volume: Int?) -> ColumnPlan {
    ColumnPlan(time: 0, prices: .bars(open: 1, high: 2, low: 3, close: 4), volume: volume)
}

/// Trades without a header, told by their width and one of their columns.
private func trades(
    width: Int, time: Int, price: Int, size: Int, proof: FormatRule.Proof
) -> FormatRule {
    let plan = ColumnPlan(time: time, prices: .single(price), volume: size)
    return FormatRule(format: "trades", kind: .trades, shape: .placed(width: width, plan: plan, proof: proof))
}

private let binanceRules = [
    FormatRule(
        format: "binance-klines",
        shape: .named(marks: ["opentime", "closetime"] + barNames, volume: .column("volume"))),
    FormatRule(format: "binance-klines", shape: .placed(width: 12, plan: ohlc(volume: 5), proof: .laterTime(6))),
]

/// Binance's trades without a header.
private let wideTradeRules = [
    trades(width: 7, time: 4, price: 1, size: 2, proof: .truth(5)),
    trades(width: 6, time: 4, price: 1, size: 2, proof: .truth(5)),
    trades(width: 8, time: 5, price: 1, size: 2, proof: .truth(6)),
]

private let krakenRules = [
    FormatRule(format: "kraken-ohlcvt", shape: .placed(width: 7, plan: ohlc(volume: 5), proof: .wholeNumber(6))),
    FormatRule(format: "kraken-ohlcvt", shape: .placed(width: 8, plan: ohlc(volume: 6), proof: .withinRange(5))),
]

private let vendorRules = [
    FormatRule(format: "yahoo", shape: .named(marks: ["date", "adjclose"] + barNames, volume: .none)),
    FormatRule(
        format: "cryptodatadownload",
        shape: .named(marks: ["unix", "date", "symbol"] + barNames, volume: .recognised)),
    FormatRule(
        format: "cryptodatadownload",
        shape: .named(marks: ["unixtimestamp", "date", "symbol"] + barNames, volume: .recognised)),
]

/// Headers of nobody in particular.
private let headerRules = [
    FormatRule(format: "ohlc", shape: .named(marks: [], volume: .recognised)),
    FormatRule(format: "quotes", kind: .quotes, shape: .named(marks: [], volume: .none)),
    FormatRule(format: "trades", kind: .trades, shape: .named(marks: [], volume: .recognised)),
    FormatRule(format: "price-only", kind: .price, shape: .named(marks: [], volume: .recognised)),
]

/// Files of nobody in particular without a header, those that prove more first.
private let headlessRules = [
    trades(width: 5, time: 0, price: 2, size: 3, proof: .side(4)),
    trades(width: 4, time: 0, price: 1, size: 2, proof: .side(3)),
    FormatRule(format: "ohlc", shape: .placed(width: 5, plan: ohlc(volume: nil), proof: .nothing)),
    FormatRule(format: "ohlc", shape: .placed(width: 6, plan: ohlc(volume: 5), proof: .nothing)),
    trades(width: 3, time: 0, price: 1, size: 2, proof: .positive(2)),
    FormatRule(
        format: "price-only", kind: .price,
        shape: .placed(width: 2, plan: ColumnPlan(time: 0, prices: .single(1)), proof: .nothing)),
]

/// Header names that are understood, as ``normalizedName(_:)`` writes them, the surest first.
enum ColumnNames {
    static let time =
        [
            "unix", "unixtimestamp", "unixtime", "epoch", "opentime", "timeperiodstart", "timeopen", "opentimestamp",
            "starttime", "startat", "candlebegintime", "transacttime", "timestamp", "time", "datetime", "gmttime",
            "timeutc", "timestamputc", "dateutc", "datetimeutc", "localtime", "timeexchange", "createdtime",
            "tradetime",
            "date", "snappedat", "ts", "timestampms", "t", "start", "datum", "fecha", "data", "index", "id",
        ] + ForeignNames.time
    /// Names that other things have too: where they alone could be the time, the values of other columns count.
    static let weakTime: Set<String> = ["index", "id", "t", "start", "data"]
    /// Names of a column with dates alone, and of one with the time of the day.
    static let dates = ["date", "datum", "fecha", "data", "day", "dtyyyymmdd"]
    static let clocks = ["time", "zeit", "uhrzeit", "hora", "heure", "ora", "hour"]
    static let calendar = ["year", "month", "day", "hour", "minute", "second"]
    static let open =
        [
            "open", "o", "openprice", "priceopen", "opening", "eröffnung", "eroeffnung", "apertura", "ouverture", "ouv",
        ] + ForeignNames.open
    static let high =
        [
            "high", "h", "highprice", "pricehigh", "max", "hoch", "tageshoch", "máximo", "maximo", "plushaut", "haut",
        ] + ForeignNames.high
    static let low =
        [
            "low", "l", "lowprice", "pricelow", "min", "tief", "tagestief", "mínimo", "minimo", "plusbas", "bas",
        ] + ForeignNames.low
    static let close =
        [
            "close", "c", "closeprice", "priceclose", "closing", "schluss", "schluß", "schlusskurs", "schlußkurs",
            "cierre", "clôture",
            "cloture",
            "clot", "price", "last", "lastprice", "closelast", "value", "zuletzt", "último", "ultimo", "dernier",
            "midprice",
            "mid", "rate", "settle", "settlement",
        ] + ForeignNames.close
    /// Names that mean the price of the row when nothing else is called close; two of them in a file are two readings.
    static let rivalPrices: Set<String> = [
        "price", "last", "lastprice", "value", "mid", "midprice", "rate", "markprice", "indexprice", "vwap",
    ]
    static let bid = ["bid", "bidprice", "bestbid", "bestbidprice", "bidpx", "bidpx00", "b"]
    static let ask = ["ask", "askprice", "bestask", "bestaskprice", "askpx", "askpx00", "offer", "a"]
    /// Columns that only trades have.
    static let tradeMarks: Set<String> = [
        "side", "takerside", "isbuyermaker", "buyermaker", "isbuyer", "tradeid", "tid", "aggtradeid", "trdmatchid",
        "firsttradeid", "takerordertype", "sell", "issell", "tradetype", "tickdirection",
    ]
    static let size = ["size", "amount", "qty", "quantity", "lastqty", "lastsize", "tradesize", "baseqty"]
    static let baseVolume = [
        "volume", "vol", "v", "basevolume", "volumebase", "basevol", "volbase", "volumefrom", "volumetraded",
        "homenotional", "amount", "volumen", "tickvol", "qty", "quantity",
    ]
    static let quoteVolume = [
        "quotevolume", "quoteassetvolume", "volumeto", "turnover", "volumequote", "quotevol", "volquote",
        "volccyquote", "volumecurrency", "volumenotional", "foreignnotional", "amountquote", "value",
    ]
    static let symbol = [
        "symbol", "ticker", "pair", "market", "instrument", "instrumentname", "instid", "coin", "currencypair",
        "coinid", "assetid", "productid", "instrumentid", "marketid", "sym", "seriesid",
    ]
    /// Words of names that say what a column is, and that it is no price of a bar: bands, averages, forecasts.
    private static let otherMeanings: Set<String> = [
        "band", "bands", "upper", "lower", "ma", "sma", "ema", "wma", "avg", "average", "mean", "median", "std",
        "stdev",
        "bollinger", "bb", "rsi", "macd", "signal", "forecast", "predicted", "prediction", "target", "vwap", "twap",
        "basis", "resistance", "support", "sar",
    ]

    /// Whether a header name says that its column is something else than a bar's price.
    static func hasOtherMeaning(_ name: String) -> Bool {
        name.lowercased().split { !$0.isLetter }.contains { otherMeanings.contains(String($0)) }
    }
}
