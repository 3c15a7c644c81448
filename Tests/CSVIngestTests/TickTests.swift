import Foundation
import PriceSeries
import StressBasics
import TestSupport
import Testing

@testable import CSVIngest

/// Single prices become bars.
@Suite struct TickTests {
    private struct Tick { var time: Int64, price: Double, size: Double }

    /// The plain way: all ticks of a bar, sorted by time with file order among equals.
    private func bars(_ ticks: [Tick], length: Int64, isReversed: Bool = false) -> [Int64: (
        Double, Double, Double, Double, Double
    )] {
        let ordered = isReversed ? ticks.reversed() : ticks
        return Dictionary(grouping: ordered.enumerated(), by: { floorDivide($0.element.time, length) }).mapValues {
            group in
            let sorted = group.sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
            let prices = sorted.map(\.price)
            return (
                prices[0], prices.max()!, prices.min()!, prices[prices.count - 1], sorted.reduce(0) { $0 + $1.size }
            )
        }
    }

    private func agree(_ made: BarColumns, _ wanted: [Int64: (Double, Double, Double, Double, Double)], length: Int64)
        -> Bool
    {
        made.count == wanted.count
            && made.time.indices.allSatisfy { bar in
                guard let want = wanted[floorDivide(made.time[bar], length)] else { return false }
                return made.open[bar] == want.0 && made.high[bar] == want.1 && made.low[bar] == want.2
                    && made.close[bar] == want.3 && made.volume[bar] == want.4
            }
    }

    /// Any order of ticks, any cut into files: the same bars as by sorting everything.
    @Test(arguments: 0..<20)
    func anyOrderGivesTheSameBars(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let length: Int64 = 60_000
        var ticks = (0..<Int.random(in: 1...400, using: &random)).map { _ in
            Tick(
                time: Int64.random(in: -200_000...900_000, using: &random) / 500 * 500,
                price: Double(Int.random(in: 1...50, using: &random)),
                size: Double(Int.random(in: 0...3, using: &random)))
        }
        switch seed % 3 {
        case 0: ticks.sort { $0.time < $1.time }
        case 1: ticks.sort { $0.time > $1.time }
        default: break
        }
        let isReversed =
            zip(ticks, ticks.dropFirst()).allSatisfy { $0.time >= $1.time }
            && zip(ticks, ticks.dropFirst()).contains { $0.time > $1.time }
        let wanted = bars(ticks, length: length, isReversed: isReversed)
        let cut = Int.random(in: 0...ticks.count, using: &random)
        var whole = TickBars(length: TimeSpan(milliseconds: length))
        var (first, second) = (whole, whole)
        for (index, tick) in ticks.enumerated() {
            whole.add(time: tick.time, price: tick.price, size: tick.size, line: index + 1)
            if index < cut {
                first.add(time: tick.time, price: tick.price, size: tick.size, line: index + 1)
            } else {
                second.add(time: tick.time, price: tick.price, size: tick.size, line: index + 1)
            }
        }
        #expect(agree(whole.columns(hasVolume: true), wanted, length: length), "seed \(seed)")
        first.merge(second)
        if !isReversed || cut == 0 || cut == ticks.count {
            #expect(agree(first.columns(hasVolume: true), wanted, length: length), "seed \(seed), cut at \(cut)")
        }
        #expect(first.count == ticks.count && first.bars.reduce(0) { $0 + $1.count } == ticks.count)
    }

    private func text(_ head: String, _ rows: [String]) -> String { ([head] + rows).joined(separator: "\n") + "\n" }

    @Test func quotesBecomeBarsOfTheirMiddle() throws {
        let rows = ["1600000000,10,12", "1600000001,11,13", "1600000030,9,8", "1600000061,20,22"]
        let read = try ingest(text("time,bid,ask", rows)) { $0.barLength = .minutes(1) }
        // 1 600 000 000 is 40 seconds into a minute.
        #expect(read.series.open == [11, 8.5] && read.series.high == [12, 21] && read.series.low == [11, 8.5])
        #expect(read.series.close == [12, 21] && read.series.volume == nil)
        #expect(read.summary("crossed_quotes")?.count == 1 && read.summary("ticks")?.count == 4)
    }

    @Test func sizesAddUpAndFilesJoin() throws {
        let a = text("time,price,size,side", ["1600000000,10,1,buy", "1600000010,12,2,sell"])
        let b = text("time,price,size,side", ["1600000015,9,4,buy", "1600000100,11,8,buy"])
        let both = text(
            "time,price,size,side",
            ["1600000000,10,1,buy", "1600000010,12,2,sell", "1600000015,9,4,buy", "1600000100,11,8,buy"])
        let whole = try ingest(both) { $0.barLength = .minutes(1) }
        #expect(whole.series.volume == [7, 8] && whole.series.low == [9, 11] && whole.series.close == [9, 11])
        let folder = TemporaryFolder()
        let files = ["a.csv", "b.csv"].map { folder.path + "/" + $0 }
        for (file, trades) in zip(files, [a, b]) { try trades.write(toFile: file, atomically: false, encoding: .utf8) }
        var source = BarSource(files: files)
        source.barLength = .minutes(1)
        let joined = try ingestSeries(source)
        #expect(joined.series.volume == whole.series.volume && joined.series.close == whole.series.close)
        #expect(joined.rowCount == 4 && joined.summary("ticks")?.count == 4)
    }

    /// Bars count as long as they stand apart most often, whatever length was asked for: that is said.
    @Test func sparseTradesAreToldFromDenseOnes() throws {
        func read(every seconds: Int) throws -> IngestedSeries {
            let rows = (0..<20).map { "\(1_600_000_020 + seconds * $0),10,1,buy" }
            return try ingest(text("time,price,size,side", rows)) { source in
                (source.kind, source.barLength) = (.trades, .minutes(1))
            }
        }
        let sparse = try read(every: 300)
        #expect(sparse.series.barLength == .minutes(5))
        let said = try #require(sparse.summary("ticks"))
        #expect(said.severity == .warning && said.message.contains("most begin 5m apart, and count as bars of 5m"))
        #expect(try read(every: 60).summary("ticks")?.severity == .note)
        #expect(try read(every: 20).summary("ticks")?.severity == .note)
    }

    @Test func aTradeMayBeABarOfItsOwnWhenAsked() throws {
        let rows = (0..<5).map { "\(1_600_000_000 + 60 * $0),\(10 + $0),1,buy" }
        let read = try ingest(text("time,price,size,side", rows)) { $0.kind = .price }
        #expect(read.series.count == 5 && read.summary("ticks") == nil)
        let explicit = try ingest(text("time,price,size,side", rows)) { source in
            source.kind = .trades
            source.barLength = .minutes(5)
            source.columns = ColumnMapping(time: .name("time"), prices: .single(.name("price")), volume: .name("size"))
        }
        #expect(explicit.series.count == 2 && explicit.series.volume?.reduce(0, +) == 5)
    }

    @Test(arguments: [
        "1,10.5,2,21,1641168000000,true,true\n2,10.6,3,31.8,1641168001000,false,true\n",
        "1,10.5,2,7,8,1641168000000,true,true\n2,10.6,3,9,9,1641168001000,False,True\n",
        "1641168000,10.5,2\n1641168001,10.6,3\n",
    ])
    func headerlessTradesAreKnown(_ text: String) throws {
        #expect(Outcome { () throws(IngestError) in try ingest(text) }.error?.reason == .setting)
        let read = try ingest(text) { $0.barLength = .minutes(1) }
        #expect(read.series.open == [10.5] && read.series.close == [10.6] && read.series.volume == [5])
    }
}
