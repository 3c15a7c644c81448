import PriceSeries
import StressBasics
import Testing

@testable import CSVIngest

/// Reading in slices against reading line by line, for rows that are more than a time and four plain prices: trades, quotes,
/// several markets, times in two columns, two volumes, numbers with groups.
@Suite struct SliceKindTests {
    /// A kind of file and the oddities that its rows may have.
    struct Kind: CustomTestStringConvertible, Sendable {
        var name: String
        var head: String
        /// A row of an index; the flag asks for an odd one.
        var row: @Sendable (Int, Bool, inout SeededGenerator) -> String
        var change: @Sendable (inout BarSource) -> Void = { _ in }

        var testDescription: String { name }
    }

    static let kinds: [Kind] = [
        Kind(
            name: "trades", head: "time,price,size,side,note,extra\n",
            row: { index, isOdd, random in
                let time = 1_614_556_800 + 7 * index - (isOdd ? Int.random(in: 0...900, using: &random) : 0)
                let size = isOdd ? ["", "x", "0", "12"].randomElement(using: &random) ?? "" : "\(index % 9).5"
                let price = isOdd && index % 5 == 0 ? "1o0" : "\(100 + index % 13).12345678"
                return "\(time),\(price),\(size),buy,n\(index),"
            }, change: { $0.barLength = .minutes(5) }),
        Kind(
            name: "trades, newest first", head: "time,price,size,side\n",
            row: { index, _, _ in "\(1_614_556_800 - 20 * (index / 3)),\(100 + index % 7),1,sell" },
            change: { $0.barLength = .minutes(1) }),
        Kind(
            name: "quotes", head: "time,bid,ask,venue\n",
            row: { index, isOdd, _ in
                let bid = 100 + index % 13
                return "\(1_614_556_800 + 9 * index),\(bid),\(isOdd ? bid - 1 : bid + 1),v"
            }, change: { $0.barLength = .minutes(1) }),
        Kind(
            name: "one market, written in two ways", head: "time,open,high,low,close,symbol,more\n",
            row: { index, isOdd, _ in
                let high = 102 + index % 2
                return
                    "\(1_614_556_800 + 60 * index),100,\(high),99,\(100 + index % 3),\(isOdd ? "btc-usd" : "BTC/USD"),"
            }),
        Kind(
            name: "a second market somewhere", head: "time,price,symbol,more\n",
            row: { index, isOdd, _ in
                let isOther = isOdd && index > 1100
                return "\(1_614_556_800 + 60 * index),\(100 + index % 3),\(isOther ? "ETH" : isOdd ? "" : "BTC"),"
            }),
        Kind(
            name: "one market of several", head: "time,price,symbol,more\n",
            row: { index, isOdd, _ in "\(1_614_556_800 + 60 * index),\(100 + index % 3),\(isOdd ? "ETH" : "BTC/USD"),m"
            },
            change: { $0.symbol = "btcusd" }),
        Kind(
            name: "date and clock", head: "Open,Date,Time,High,Low,Close,Extra\n",
            row: { index, isOdd, random in
                let (hour, minute) = (index / 60 % 24, index % 60)
                let clock = "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute):00"
                let day = "2021-03-0\(1 + index / 1440 % 9)"
                let odd = ["", "25:00:00", "x"].randomElement(using: &random) ?? ""
                return "100,\(day),\(isOdd ? odd : clock),\(102 + index % 2),99,\(100 + index % 3),e"
            }),
        Kind(
            name: "two volumes", head: "time,high,low,open,volumefrom,volumeto,close,conversionType\n",
            row: { index, isOdd, _ in
                let coins = 10 + index % 5
                let volumes = isOdd ? "\(coins * 100),\(coins)" : "\(coins),\(coins * 100)"
                return "\(1_614_556_800 + 60 * index),102,99,100,\(volumes),100,direct"
            }),
        Kind(
            name: "decimal commas", head: "time;open;high;low;close;volume;more\n",
            row: { index, isOdd, _ in
                let close = isOdd ? "1.100,25" : "1100,\(index % 10)"
                let high = 1102 + index % 2
                return "\(1_614_556_800 + 60 * index);1100,5;\(high);1099,75;\(close);\(isOdd ? "1,5K" : "7,25");"
            }),
        Kind(
            name: "tabs", head: "time\topen\thigh\tlow\tclose\tvolume\n",
            row: { index, isOdd, _ in
                "\(1_614_556_800 + 60 * index)\t100\t102\t99\t\(isOdd ? "" : "101")\t\(isOdd ? "much" : "1.25M")"
            }),
    ]

    private func outcome(_ bytes: [UInt8], _ kind: Kind, _ options: IngestOptions) -> Outcome {
        var source = BarSource(files: [])
        kind.change(&source)
        return Outcome { () throws(IngestError) in
            try ingestSeries(bytes: bytes, name: "kinds.csv", source: source, options: options)
        }
    }

    private func text(_ kind: Kind, _ random: inout SeededGenerator, oddity: Int) -> [UInt8] {
        var text = kind.head
        for index in 0..<Int.random(in: 1...1600, using: &random) {
            let isOdd = Int.random(in: 0..<1000, using: &random) < oddity
            text += kind.row(index, isOdd, &random)
            // A quote ends the reading in slices.
            if isOdd, Int.random(in: 0..<200, using: &random) == 0 { text += "\"" }
            text += "\n"
        }
        return Array(text.utf8)
    }

    private func plain(_ bytes: [UInt8], _ kind: Kind) -> Outcome {
        var options = IngestOptions()
        options.path = .lineByLine
        return outcome(bytes, kind, options)
    }

    @Test(arguments: kinds, 0..<12)
    func slicesChangeNothing(_ kind: Kind, _ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = text(kind, &random, oddity: [0, 1, 5, 9, 300][Int(seed) % 5])
        let whole = plain(bytes, kind)
        for _ in 0..<8 {
            var options = IngestOptions()
            options.windowBytes = Int.random(in: 1...30_000, using: &random)
            options.sliceCount = Int.random(in: 1...64, using: &random)
            options.threads = Int.random(in: 1...4, using: &random)
            let cut = outcome(bytes, kind, options)
            #expect(
                cut == whole,
                "seed \(seed), window \(options.windowBytes ?? 0), slices \(options.sliceCount ?? 0)")
            if cut != whole { return }
        }
    }

    /// Nothing would be proven if the files were all refused, or the oddities never seen.
    @Test(arguments: kinds) func kindsAreRead(_ kind: Kind) {
        var found: Set<String> = []
        for seed in 0..<40 {
            var random = SeededGenerator(seed: UInt64(seed))
            let read = plain(text(kind, &random, oddity: [0, 1, 5, 9, 300][seed % 5]), kind)
            found.formUnion(read.findings.filter { $0.count > 0 }.map(\.check))
            found.insert(read.error == nil ? "read" : read.error?.what ?? "")
        }
        let wanted = [
            "trades": "ticks", "trades, newest first": "ticks", "quotes": "crossed_quotes",
            "a second market somewhere": "cannot read several markets as one series",
            "one market of several": "other_symbols", "date and clock": "bad_row", "two volumes": "swapped_volumes",
            "decimal commas": "read", "tabs": "volume_unreadable", "one market, written in two ways": "read",
        ]
        #expect(found.contains("read") && found.contains(wanted[kind.name] ?? ""), "\(found.sorted())")
    }

    /// One column more than a row may have, in every row, all but the first few unused.
    @Test func aTableThatIsTooWideIsRefusedInSlicesToo() {
        let kind = Kind(name: "wide", head: "", row: { _, _, _ in "" }) { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(1)))
            source.header = .absent
        }
        let bytes = Array(
            (0..<3).map { "\(1_614_556_800 + $0),5\(String(repeating: ",", count: 1023))\n" }.joined().utf8)
        let whole = plain(bytes, kind)
        #expect(whole.error?.reason == .tooLarge)
        #expect(outcome(bytes, kind, IngestOptions()) == whole)
    }

    /// A market that shows itself only beyond the sample is not mixed with the rows before.
    @Test func aMarketAfterRowsOfNoneIsRefused() {
        let rows = (0..<2500).map { row in
            "\(1_641_168_000 + 60 * row),5,\(row < 2000 ? "" : row < 2200 ? "BTC" : "ETH"),\n"
        }
        let kind = Kind(name: "late", head: "", row: { _, _, _ in "" })
        let bytes = Array(("time,price,symbol,more\n" + rows.joined()).utf8)
        let whole = plain(bytes, kind)
        #expect(whole.error?.finding.location?.line == 2002 && whole.rendered.contains("BTC"), "\(whole.rendered)")
        #expect(outcome(bytes, kind, IngestOptions()) == whole)
    }
}
