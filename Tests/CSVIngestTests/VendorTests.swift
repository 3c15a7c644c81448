import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// What the data README says about a vendor file.
struct VendorCase: CustomTestStringConvertible, Sendable {
    var file: String
    var format: String
    var rows: Int
    var bars: Int
    var first: String
    var last: String
    /// Expected counts of summaries.
    var counts: [String: Int]
    /// Parts of the message of a summary.
    var says: [String: [String]]
    var columns: ColumnMapping?
    var time = TimeNotation.automatic

    var testDescription: String { file }

    init(
        _ file: String, _ format: String, rows: Int, bars: Int? = nil, _ first: String, _ last: String,
        _ counts: [String: Int], _ says: [String: [String]] = [:], columns: ColumnMapping? = nil,
        time: TimeNotation = .automatic
    ) {
        (self.file, self.format, self.rows, self.bars) = (file, format, rows, bars ?? rows)
        (self.first, self.last, self.counts, self.says) = (first, last, counts, says)
        (self.columns, self.time) = (columns, time)
    }

    static let all: [VendorCase] = [
        VendorCase(
            "binance-vision/LUNAUSDT-1m-2022-05.csv.gz", "binance-klines", rows: 18_400, "2022-05-01 00:00",
            "2022-05-31 23:59", ["missing_bars": 26_240, "gap": 26_240, "time_order": 0, "duplicate_times": 0],
            [
                "missing_bars": ["in 1 gap", "2022-05-13 00:39 → 2022-05-31 06:00"],
                "extreme_bars": [
                    "-62.90 % at 2022-05-12 16:46 (0.0071 against 0.01914)",
                    "+49999900.00 % at 2022-05-31 06:00 (25 against 0.00005)",
                ],
            ]),
        VendorCase(
            "binance-vision/futures-um-LTCUSDT-1m-2026-02.csv.gz", "binance-klines", rows: 40_320, "2026-02-01 00:00",
            "2026-02-28 23:59", ["missing_bars": 0, "bar_length": 0, "ohlc_consistency": 0],
            [
                "extreme_bars": [
                    "-4.73 % at 2026-02-06 00:14 (46.11 against 48.4)",
                    "+3.05 % at 2026-02-06 00:21 (46.94 against 45.55)",
                ]
            ]),
        VendorCase(
            "nautilus/btc-perp-20211231-20220201_1m.csv.gz", "ohlc", rows: 45_031, "2021-12-31 23:01",
            "2022-02-01 05:31", ["missing_bars": 0],
            ["extreme_bars": ["-2.07 % at 2022-01-23 08:13", "+2.66 % at 2022-01-07 08:27"]]),
        VendorCase(
            "kraken/XBTUSD_1440.csv", "kraken-ohlcvt", rows: 2_722, "2013-10-06 00:00", "2021-03-31 00:00",
            ["missing_bars": 12],
            [
                "missing_bars": ["in 11 gaps", "2014-09-25 00:00 → 2014-09-28 00:00"],
                "extreme_bars": ["-45.87 % at 2013-12-18", "+57.01 % at 2014-04-11"],
            ]),
        VendorCase(
            "kraken/ETHUSD_1440.csv", "kraken-ohlcvt", rows: 2_058, "2015-08-07 00:00", "2021-03-31 00:00",
            ["missing_bars": 6],
            [
                "missing_bars": ["in 5 gaps", "2015-08-08 00:00 → 2015-08-11 00:00"],
                "extreme_bars": ["-95.00 % at 2015-08-08 00:00 (0.15 against 3)", "+46.55 % at 2016-02-11"],
            ]),
        VendorCase(
            "yahoo/BTC-USD.csv", "yahoo", rows: 1_827, bars: 1_823, "2016-09-27 00:00", "2021-09-27 00:00",
            ["missing_bars": 4], ["extreme_bars": ["-38.57 % at 2020-03-12", "+27.59 % at 2017-07-20"]]),
        VendorCase(
            "yahoo/FTT-USD.csv", "yahoo", rows: 366, "2021-12-15 00:00", "2022-12-15 00:00", ["missing_bars": 0],
            ["extreme_bars": ["-85.79 % at 2022-11-08", "+82.65 % at 2022-11-10"]]),
        VendorCase(
            "yahoo/LUNA1-USD.csv", "yahoo", rows: 741, bars: 713, "2019-09-18 00:00", "2021-09-27 00:00",
            ["missing_bars": 28], ["extreme_bars": ["-40.88 % at 2021-05-19", "+99.70 % at 2021-02-08"]]),
        VendorCase(
            "yahoo/SOL1-USD.csv", "yahoo", rows: 536, bars: 508, "2020-04-10 00:00", "2021-09-27 00:00",
            ["missing_bars": 28]),
        VendorCase(
            "cryptodatadownload/Binance_BTCUSDT_1h.csv.gz", "cryptodatadownload", rows: 36_062, bars: 33_413,
            "2017-08-17 04:00", "2021-06-10 00:00",
            ["duplicate_times": 1_207, "conflicting_duplicates": 1_442, "missing_bars": 16, "zero_volume": 117],
            [
                "mixed_time_units": ["seconds in 28 584 rows", "milliseconds in 7 478 rows"],
                "time_order": ["newest first"],
                "missing_bars": ["in 8 gaps", "2017-09-22 19:00 → 2017-09-23 00:00"],
                "extreme_bars": ["-24.53 % at 2020-03-12 10:00", "+27.75 % at 2020-03-13 02:00"],
            ]),
        VendorCase(
            "cryptodatadownload/Binance_BTCUSDT_d.csv", "cryptodatadownload", rows: 1_396, bars: 1_395,
            "2017-08-17 00:00", "2021-06-11 00:00", ["missing_bars": 0],
            [
                "mixed_time_units": ["seconds in 124 rows", "milliseconds in 1 272 rows"],
                "extreme_bars": ["-44.42 % at 2020-03-12", "+24.06 % at 2020-03-13"],
            ]),
        VendorCase(
            "cryptodatadownload/Bitstamp_BTCUSD_1h.csv.gz", "cryptodatadownload", rows: 37_387, "2018-05-15 06:00",
            "2022-08-20 00:00", ["zero_volume": 6, "missing_bars": 0],
            ["extreme_bars": ["-18.76 % at 2020-03-12 10:00", "+31.97 % at 2020-03-13 02:00"]]),
        VendorCase(
            "cryptodatadownload/Gemini_BTCUSD_d.csv", "cryptodatadownload", rows: 2_394, "2015-10-08 04:00",
            "2022-04-27 04:00", ["non_positive_prices": 1, "zero_volume": 23],
            ["extreme_bars": ["-49.05 % at 2020-03-12 04:00", "+551.14 % at 2015-11-13 04:00"]]),
        VendorCase(
            "cryptodatadownload/gemini_BTCUSD_2020_1min.excel-mangled.csv.gz", "cryptodatadownload", rows: 50_500,
            "2021-03-15 22:16", "2021-04-20 00:02", ["missing_bars": 7, "zero_volume": 264],
            ["missing_bars": ["in 3 gaps", "2021-04-11 00:03 → 2021-04-11 00:08"], "time_column": ["rounded"]]),
        VendorCase(
            "ftx/BTC-PERP.csv", "ohlc", rows: 1_121, "2019-07-20 00:00", "2022-08-13 00:00", ["missing_bars": 0],
            ["extreme_bars": ["-42.71 % at 2020-03-12", "+24.51 % at 2020-03-13"]]),
        VendorCase(
            "lean/coinbase_btcusd_daily_trade.csv", "ohlc", rows: 1_318, "2014-12-01 00:00", "2018-08-13 00:00",
            ["missing_bars": 34],
            [
                "missing_bars": ["in 8 gaps", "2014-12-18 00:00 → 2015-01-08 00:00"],
                "extreme_bars": ["-99.99 % at 2017-04-15 00:00 (0.06 against 1173.66)"],
            ]),
        VendorCase(
            "coingecko/lunc-usd-max.csv", "price-only", rows: 2_524, "2019-05-08 00:00", "2026-04-04 00:00",
            ["missing_bars": 0],
            ["extreme_bars": ["-99.89 % at 2022-05-13 00:00 (0.00121919 against 1.06288)", "+286.66 %"]]),
        VendorCase(
            "coingecko/ustc-usd-max.csv", "price-only", rows: 2_011, "2020-10-02 00:00", "2026-04-04 00:00", [:],
            ["extreme_bars": ["-66.40 % at 2022-05-14", "+152.89 % at 2023-11-27"]]),
        VendorCase(
            "datahub/wti-daily.csv", "price-only", rows: 10_226, "1986-01-02 00:00", "2026-08-18 00:00",
            ["non_positive_prices": 1],
            [
                "extreme_bars": ["-301.97 % at 2020-04-20 00:00 (-36.98 against 18.31)", "+53.09 % at 2020-04-22"],
                "non_positive_prices": ["-36.98 at 2020-04-20"],
            ]),
        VendorCase(
            "datahub/vix-daily.csv.gz", "ohlc", rows: 9_235, "1990-01-02 00:00", "2026-07-23 00:00",
            ["ohlc_consistency": 47], ["extreme_bars": ["-55.99 % at 2008-10-10", "+247.53 % at 2005-07-25"]]),
        VendorCase(
            "kaggle-coinmarketcap/coin_Litecoin.csv", "ohlc", rows: 2_991, "2013-04-29 23:59", "2021-07-06 23:59",
            ["zero_volume": 242, "ohlc_consistency": 0],
            ["extreme_bars": ["-56.19 % at 2013-12-18", "+141.85 % at 2013-11-18"]]),
        VendorCase(
            "kaggle-coinmarketcap/coin_XRP.csv", "ohlc", rows: 2_893, "2013-08-05 23:59", "2021-07-06 23:59",
            ["zero_volume": 144], ["extreme_bars": ["-55.12 % at 2017-04-03", "+226.34 % at 2017-04-02"]]),
        VendorCase(
            "coinmarketcap/bitconnect.csv", "ohlc", rows: 1_581, "2017-01-22 00:00", "2021-05-21 00:00",
            ["non_positive_prices": 848, "zero_volume": 897],
            ["extreme_bars": ["-100.00 % at 2018-09-23", "+296089.81 % at 2018-08-01"]]),
        VendorCase(
            "coinmarketcap/BTC_All_graph_coinmarketcap.csv", "ohlc", rows: 129, "2013-04-01 00:00",
            "2023-12-01 00:00", ["zero_volume": 8],
            ["extreme_bars": ["-99.08 % at 2020-08-01", "+466.74 % at 2013-11-01"]]),
        VendorCase(
            "bitstamp-coinbase/BTCUSD_1d_candles_full.csv", "ohlc", rows: 5_152, "2011-08-18 00:00",
            "2025-09-24 00:00", ["zero_volume": 33, "missing_bars": 0],
            ["extreme_bars": ["-99.99 % at 2017-04-15", "+400.00 % at 2011-11-25 00:00 (15 against 3)"]]),
        VendorCase(
            "fx/EURUSD_hourly.csv", "ohlc", rows: 5_000, "2017-04-19 09:00", "2018-02-07 15:00",
            ["missing_bars": 49],
            ["missing_bars": ["in 3 gaps beside 39 weekends"], "extreme_bars": ["-1.27 %", "+1.67 %"]]),
        VendorCase(
            "fx/EURCHF_daily.csv", "price-only", rows: 1_565, "2014-01-01 00:00", "2019-12-31 00:00", [:],
            ["extreme_bars": ["-18.77 % at 2015-01-15", "+2.96 % at 2015-01-26"], "date_order": ["%d/%m/%Y"]]),
        VendorCase(
            "bitfinex/BTCUSD_1m_2013.csv.gz", "ohlc", rows: 148_055, "2013-04-01 00:07",
            "2013-12-31 23:59", ["missing_bars": 247_938],
            [
                "missing_bars": ["in 49 884 gaps", "2013-08-10 08:05 → 2013-08-10 12:45"],
                "extreme_bars": ["-99.98 % at 2013-04-16 04:38", "+9333.96 % at 2013-04-11 18:14"],
            ]),
        VendorCase(
            "bitfinex/ETHUSD_1m_2016.csv.gz", "ohlc", rows: 85_818, "2016-03-09 16:04",
            "2016-12-31 23:31", ["missing_bars": 342_310],
            [
                "missing_bars": ["in 37 430 gaps", "2016-03-31 23:30 → 2016-06-01 00:00"],
                "extreme_bars": ["-20.37 %", "+24.11 %"],
            ]),
        VendorCase(
            "binance-vision/LUNAUSDT-1m-2022-05.zip", "binance-klines", rows: 18_400, "2022-05-01 00:00",
            "2022-05-31 23:59", ["missing_bars": 26_240],
            ["missing_bars": ["in 1 gap", "2022-05-13 00:39 → 2022-05-31 06:00"]]),
        VendorCase(
            "bitfinex/BTCUSD_1m_2014.csv.gz", "ohlc", rows: 283_787, "2014-01-01 00:02", "2014-11-21 23:03",
            ["missing_bars": 184_155],
            [
                "missing_bars": ["in 71 057 gaps", "2014-02-06 10:11 → 2014-02-06 13:08"],
                "extreme_bars": ["-55.65 % at 2014-02-10 11:00", "+48.27 % at 2014-02-10 11:00"],
            ]),
        VendorCase(
            "bitfinex/BTCUSD_1m_2015.csv.gz", "ohlc", rows: 366_710, "2015-01-01 00:00", "2015-12-31 23:59",
            ["missing_bars": 158_890],
            [
                "missing_bars": ["in 61 148 gaps", "2015-05-01 03:59 → 2015-06-01 00:00"],
                "extreme_bars": ["-21.32 % at 2015-08-18 23:47 (166 against 210.99)", "+16.23 % at 2015-08-19 00:02"],
            ]),
        VendorCase(
            "bitfinex/EOSUSD_1m_2017.csv.gz", "ohlc", rows: 218_542, "2017-07-01 16:59", "2017-12-31 23:58",
            ["missing_bars": 45_398],
            [
                "missing_bars": ["in 25 699 gaps", "2017-10-31 13:54 → 2017-10-31 14:31"],
                "extreme_bars": ["-50.00 % at 2017-07-01 17:07", "+80.00 % at 2017-07-01 17:08"],
            ]),
        VendorCase(
            "bitfinex/IOTUSD_1m_2017.csv.gz", "ohlc", rows: 253_041, "2017-06-12 18:29", "2017-12-31 23:59",
            ["missing_bars": 38_170],
            [
                "missing_bars": ["in 20 611 gaps", "2017-06-13 02:46 → 2017-06-13 12:35"],
                "extreme_bars": ["-52.00 % at 2017-12-22 07:22", "+96.00 % at 2017-06-12 20:11"],
            ]),
        VendorCase(
            "bitfinex/LTCUSD_1m_2015.csv.gz", "ohlc", rows: 146_741, "2015-01-01 00:01", "2015-12-31 23:38",
            ["missing_bars": 378_837],
            [
                "missing_bars": ["in 53 133 gaps", "2015-05-01 04:00 → 2015-05-31 23:59"],
                "extreme_bars": ["-29.07 % at 2015-04-09 08:26", "+58.18 % at 2015-04-09 08:27"],
            ]),
        VendorCase(
            "kaggle-coinmarketcap/coin_Solana.csv", "ohlc", rows: 452, "2020-04-11 23:59", "2021-07-06 23:59",
            ["ohlc_consistency": 0, "missing_bars": 0],
            ["extreme_bars": ["-47.36 % at 2021-05-19", "+59.28 % at 2021-01-08"]]),
        VendorCase(
            "cryptodatadownload/Gemini_DOGEUSD_d.csv", "cryptodatadownload", rows: 358, "2021-05-05 04:00",
            "2022-04-27 04:00", ["non_positive_prices": 1, "preamble": 1],
            ["extreme_bars": ["-40.72 % at 2021-05-19 04:00", "+44.19 % at 2021-10-28 04:00"]]),
        VendorCase(
            "lean/20171217_btcusd_minute_trade.csv", "ohlc", rows: 1_440, "2017-12-17 00:00", "2017-12-17 23:59",
            ["missing_bars": 0],
            [
                "date_from_name": ["2017-12-17"],
                "extreme_bars": ["-1.72 % at 2017-12-17 00:02", "+1.05 % at 2017-12-17 23:05"],
            ]),
        VendorCase(
            "investing-com/Bitcoin Historical Data.csv", "ohlc", rows: 4_415, "2010-10-03 00:00", "2022-11-03 00:00",
            ["non_positive_prices": 1, "ohlc_consistency": 30],
            [
                "time_order": ["newest first"], "date_order": ["%b %d, %Y"],
                "extreme_bars": ["-100.00 % at 2010-10-08", "+378.65 % at 2014-02-26"],
            ]),
        VendorCase(
            "fx/USDCHF_DAILY_utf16.csv.gz", "ohlc", rows: 5_793, "1999-01-04 00:00", "2021-05-27 00:00",
            ["ohlc_consistency": 0],
            [
                "time_order": ["newest first"],
                "extreme_bars": ["-18.09 % at 2015-01-15 00:00 (0.83429 against 1.0186)", "+9.62 % at 2011-09-06"],
            ]),
        VendorCase(
            "student-binance/ADAUSDT_4h_raw.csv.gz", "ohlc", rows: 7_307, bars: 7_290, "2019-01-01 03:00",
            // 17 bars are absent and 17 have no prices, the last of which leaves no gap.
            "2022-05-05 11:00", ["missing_bars": 33, "missing_value": 1],
            [
                "missing_bars": ["in 19 gaps"],
                "extreme_bars": ["-40.62 % at 2021-05-19 11:00", "+22.88 % at 2021-05-23 19:00"],
            ]),
        // 5 bars are absent and 8 have no prices; the last row is one of them, so the last bar is the one before.
        VendorCase(
            "student-binance/LUNAUSDT_4h_raw.csv", "ohlc", rows: 3_729, bars: 3_721, "2020-08-21 11:00",
            "2022-05-05 11:00", ["missing_bars": 12],
            [
                "missing_bars": ["in 9 gaps"],
                "extreme_bars": ["-36.46 % at 2021-05-19 11:00", "+63.19 % at 2021-02-09 11:00"],
            ]),
    ]
}

@Suite(.enabled(if: VendorFiles.areHere, "vendor files not found")) struct VendorTests {
    @Test(arguments: VendorCase.all)
    func factsOfTheDataReadme(_ wanted: VendorCase) throws {
        let read = try readVendor(wanted.file, columns: wanted.columns, time: wanted.time)
        #expect(read.formatName == wanted.format && read.rowCount == wanted.rows)
        #expect(read.series.count == wanted.bars)
        #expect(read.series.instant(0).minuteText == wanted.first)
        #expect(read.series.instant(read.series.count - 1).minuteText == wanted.last)
        for (check, count) in wanted.counts { #expect(read.summary(check)?.count == count, "\(check)") }
        for (check, parts) in wanted.says {
            let message = read.summary(check)?.message ?? ""
            for part in parts { #expect(message.contains(part), "\(message)") }
        }
    }

    /// Prices that a spreadsheet has destroyed are refused, although times and columns are recognised.
    @Test func damagedPricesAreRefused() throws {
        let outcome = Outcome { () throws(IngestError) in
            try readVendor("kaggle-coinmarketcap/coin_Bitcoin.csv.gz")
        }
        let message = try #require(outcome.error?.finding.message)
        #expect(message.contains("2 868 of 2 991 rows"), "\(message)")
        #expect(outcome.error?.finding.location?.text == "14.748.800.659.179.600")
    }

    @Test func nullRowsAreMissingNotMalformed() throws {
        let read = try readVendor("yahoo/LUNA1-USD.csv")
        #expect(read.all("missing_value").count == 28 && read.all("bad_row").isEmpty)
        #expect(try readVendor("student-binance/ADAUSDT_4h_raw.csv.gz").all("missing_value").count == 17)
        #expect(try readVendor("student-binance/LUNAUSDT_4h_raw.csv").all("missing_value").count == 8)
    }

    @Test func threeYearsOfBitfinexFormOneSeries() throws {
        let files = ["2013", "2014", "2015"].map { VendorFiles.path("bitfinex/BTCUSD_1m_\($0).csv.gz") }
        let read = try ingestSeries(BarSource(files: files))
        #expect(read.series.count == 798_552 && read.files.map(\.rowCount) == [148_055, 283_787, 366_710])
        #expect(read.summary("time_order")?.severity == .pass)
    }

    /// The rows that the independent vectors were computed from.
    @Test(arguments: [
        ("binance-vision/futures-um-LTCUSDT-1m-2026-02.csv.gz", TimeNotation.milliseconds, true, 40_320),
        ("binance-vision/LUNAUSDT-1m-2022-05.csv.gz", .milliseconds, true, 18_400),
        ("nautilus/btc-perp-20211231-20220201_1m.csv.gz", .iso8601, true, 45_031),
        ("kraken/XBTUSD_1440.csv", .seconds, true, 2_722),
        ("ftx/BTC-PERP.csv", .milliseconds, true, 1_121),
        ("fx/EURCHF_daily.csv", .pattern("%d/%m/%Y"), false, 1_565),
        ("datahub/wti-daily.csv", .iso8601, false, 10_226),
    ])
    func barsOfTheVectors(_ file: String, _ time: TimeNotation, _ areBars: Bool, _ wanted: Int) throws {
        let mapping = areBars ? bars(0, 1, 2, 3, 4) : bars(0, 1, 1, 1, 1)
        let read = try readVendor(file, columns: mapping, time: time)
        #expect(read.series.count == wanted && read.series.volume == nil)
        let recognised = try readVendor(file)
        #expect(recognised.series.time == read.series.time && recognised.series.low == read.series.low)
    }
}
