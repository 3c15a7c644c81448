import Foundation
import PriceSeries
import StressBasics
import TestSupport
import Testing

@testable import CSVIngest

/// One file of several markets as so many sources.
@Suite struct MarketListTests {
    /// Rows of the markets in turn, or one market after the other.
    private func table(_ markets: [String], rows: Int, title: String = "coin", inTurn: Bool = true) -> String {
        func row(_ index: Int, _ market: Int) -> String {
            let price = Double(100 * (market + 1) + index % 7)
            return "\(1_614_556_800 + 3600 * index),\(price),\(price + 2),\(price - 2),\(price + 1),\(markets[market])"
        }
        let indices = 0..<rows
        let lines =
            inTurn
            ? indices.flatMap { index in markets.indices.map { row(index, $0) } }
            : markets.indices.flatMap { market in indices.map { row($0, market) } }
        return "time,open,high,low,close,\(title)\n" + lines.joined(separator: "\n") + "\n"
    }

    private func write(_ text: String, to folder: TemporaryFolder, _ name: String) throws {
        try text.write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8)
    }

    private func markets(
        _ files: [String: String], each: MarketDivision = .symbol, change: (inout BarSource) -> Void = { _ in }
    ) throws -> [SourceMarket] {
        let folder = TemporaryFolder()
        for (name, text) in files { try write(text, to: folder, name) }
        var source = BarSource(files: files.keys.sorted())
        source.each = each
        change(&source)
        var options = IngestOptions()
        options.baseFolder = folder.path
        return try marketsOf(source, options: options)
    }

    /// The law: every market reads as it does when it is picked, and no row is lost.
    @Test(
        .enabled(if: VendorFiles.areHere, "vendor files not found"),
        arguments: [
            ("02-several-coins-one-file/Currency.csv", ["aaa", "bbb", "ccc"]),
            ("02-several-coins-one-file/asset_id.csv", ["0", "1", "2"]),
            ("02-several-coins-one-file/no_header.csv", ["AAAUSD", "BBBUSD"]),
            ("03-symbol-guard-lost/metastock.csv", ["AAA", "BBB"]),
            (
                "04-zip-of-several-markets/pairs_and_intervals.zip",
                ["AAAUSD_1440", "AAAUSD_60", "BBBUSD_1440", "BBBUSD_60"]
            ),
        ])
    func everyMarketReadsAsWhenItIsPicked(_ file: String, _ names: [String]) throws {
        var source = BarSource(files: ["\(VendorFiles.shared ?? "")/faults/\(file)"])
        source.each = file.hasSuffix(".zip") ? .table : .symbol
        let found = try marketsOf(source)
        #expect(found.map(\.name) == names)
        for market in found {
            var picked = BarSource(files: source.files)
            if source.each == .symbol { picked.symbol = market.name } else { picked.table = market.name }
            let (one, other) = (try ingestSeries(picked), try ingestSeries(market.source))
            #expect(one.series.time == other.series.time && one.series.close == other.series.close)
            #expect(one.series.high == other.series.high && one.series.low == other.series.low)
            #expect(other.series.count == 120)
        }
    }

    @Test func spellingsOfOneSymbolAreOneMarket() throws {
        let found = try markets(["a.csv": table(["btc-usd", "ETH"], rows: 60), "b.csv": table(["BTC/USD"], rows: 9)])
        #expect(found.map(\.name) == ["BTC/USD", "ETH"])
    }

    /// A market that was listed later, or taken off, is missing in some files: the others are its series.
    @Test func filesWithoutTheMarketAreLeftOutAndCounted() throws {
        let folder = TemporaryFolder()
        try write(table(["AAA", "BBB"], rows: 60, title: "symbol"), to: folder, "1.csv")
        try write(table(["AAA"], rows: 60, title: "symbol"), to: folder, "2.csv")
        var options = IngestOptions()
        options.baseFolder = folder.path
        var source = BarSource(files: ["1.csv", "2.csv"])
        source.symbol = "BBB"
        let read = try ingestSeries(source, options: options)
        #expect(read.series.count == 60 && read.files.map(\.name) == ["1.csv"])
        #expect(read.findings.contains { $0.check == "files_of_others" && $0.count == 1 })
        source.symbol = "CCC"
        #expect(throws: IngestError.self) { try ingestSeries(source, options: options) }
    }

    /// Markets that lie behind the sample are found, too, with any number of threads.
    @Test(arguments: [1, 3]) func longFilesAreReadToTheirEnd(_ threads: Int) throws {
        let folder = TemporaryFolder()
        try write(table(["AAA", "BBB", "CCC"], rows: 4000, title: "symbol", inTurn: false), to: folder, "a.csv")
        var source = BarSource(files: ["a.csv"])
        source.each = .symbol
        var options = IngestOptions()
        (options.baseFolder, options.threads, options.windowBytes) = (folder.path, threads, 1 << 16)
        #expect(try marketsOf(source, options: options).map(\.name) == ["AAA", "BBB", "CCC"])
    }

    @Test func moreThanAThousandAreRefused() throws {
        let error = try #require(throws: IngestError.self) {
            try markets(["a.csv": table((0...mostMarkets).map { "C\($0)" }, rows: 4, title: "symbol")])
        }
        #expect(error.reason == .tooLarge && error.rendered().contains("symbol: …"), "\(error.rendered())")
        #expect(
            try markets(["a.csv": table((1...mostMarkets).map { "C\($0)" }, rows: 4, title: "symbol")]).count
                == mostMarkets)
    }

    @Test func whatCannotBeDividedIsRefused() throws {
        let one = "time,open,high,low,close\n" + (0..<60).map { "\(1_614_556_800 + 60 * $0),5,6,4,5\n" }.joined()
        let cases: [(MarketDivision, String, String)] = [
            (.symbol, one, "columns: {symbol: …}"), (.table, one, "no zip archive"), (.symbol, "", "price rows"),
        ]
        for (each, text, words) in cases {
            let error = try #require(throws: IngestError.self) { try markets(["a.csv": text], each: each) }
            #expect(error.rendered().contains(words), "\(error.rendered())")
        }
        var source = BarSource(files: ["-"])
        source.each = .symbol
        let pipe = try #require(throws: IngestError.self) { try marketsOf(source) }
        #expect(pipe.rendered().contains("write it to a file"))
    }

    /// A source that stands for several markets is never read as one.
    @Test func itIsNotASeries() throws {
        var source = BarSource(files: [])
        source.each = .symbol
        let text = Array(table(["AAA"], rows: 60).utf8)
        #expect(throws: IngestError.self) { try ingestSeries(bytes: text, name: "a.csv", source: source) }
    }

    /// One market after the other, whose times never meet, under a name that nobody knows.
    @Test func aSecondMarketBehindTheFirstIsRefused() throws {
        func row(_ index: Int, _ price: Double, _ name: String) -> String {
            "\(1_614_556_800 + 3600 * index),\(price),\(price + 1),\(price - 0.1),\(price),\(name)"
        }
        func text(_ second: String, level: Double) -> String {
            let rows = (0..<100).map { row($0, 1000 + Double($0 % 7), "AAA") }
            let others = (100..<200).map { row($0, level + 0.1 * Double($0 % 7), second) }
            return "time,open,high,low,close,thing\n" + (rows + others).joined(separator: "\n") + "\n"
        }
        let error = try #require(throws: IngestError.self) { try ingest(text("BBB", level: 2)) }
        #expect(
            error.rendered().contains("the rows are of \"AAA\", \"BBB\" in column \"thing\""), "\(error.rendered())")
        #expect(error.rendered().contains("--symbol AAA"))
        // The same text on both sides is a fall; another one at the same level a remark.
        #expect(try ingest(text("AAA", level: 2)).series.count == 200)
        #expect(try ingest(text("BBB", level: 1000)).series.count == 200)
    }

    @Test func refusalsNameBothWaysOut() throws {
        let error = try #require(throws: IngestError.self) { try ingest(table(["AAA", "BBB"], rows: 60)) }
        #expect(error.rendered().contains("symbol: AAA (--symbol AAA)"))
        #expect(error.rendered().contains("each: symbol (--each symbol)"))
    }
}
