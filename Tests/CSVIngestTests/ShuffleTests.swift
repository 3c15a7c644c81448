import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// Whatever is done to the form of a file, it gives the same series or a refusal.
@Suite(.enabled(if: VendorFiles.areHere, "vendor files not found")) struct ShuffleTests {
    /// Real files with a header, plain fields and one time column.
    static let files = [
        "bitstamp-coinbase", "cryptodatadownload", "yahoo", "binance-vision", "investing-com", "fx", "ftx", "coingecko",
        "student-binance", "datahub", "bitmex", "nautilus", "bitfinex", "coinmarketcap",
    ]

    /// Uncompressed tables of the vendors above, small enough to be shuffled ten times each.
    static var tables: [String] {
        VendorFiles.names.filter { name in
            files.contains { name.hasPrefix($0 + "/") } && name.hasSuffix(".csv")
        }.sorted()
    }

    @Test func aHundredShufflingsGiveTheSameSeriesOrARefusal() throws {
        var (same, refused, used, retimed) = (0, 0, 0, 0)
        for name in ShuffleTests.tables where used < 10 {
            guard let text = VendorFiles.text(name), var table = ShuffledTable(text, rows: 400),
                let plain = try? ingest(table.plain, name: "x.csv"), plain.series.count > 50
            else { continue }
            table.know(plain)
            if table.times != nil { retimed += 1 }
            used += 1
            for round in 0..<10 {
                let seed = UInt64(used * 100 + round)
                do {
                    let read = try ingest(table.shuffled(seed: seed), name: "x.csv")
                    same += 1
                    #expect(
                        read.series.time == plain.series.time && read.series.open == plain.series.open
                            && read.series.high == plain.series.high && read.series.low == plain.series.low
                            && read.series.close == plain.series.close,
                        "\(name), seed \(seed): another series")
                } catch {
                    refused += 1
                    #expect(!error.finding.hint.isEmpty || !error.why.isEmpty, "\(name), seed \(seed): no word why")
                }
            }
        }
        print("shufflings of \(used) files, times of \(retimed): \(same) the same series, \(refused) refused")
        #expect(used == 10 && retimed >= 8 && same + refused == 100 && same > 50)
    }
}

/// A table whose columns, rows, delimiter, times and names of columns can be changed without changing what it says.
private struct ShuffledTable {
    let header: [String]
    let rows: [[String]]
    /// The column of the times and the time of each row; nil where they are not known one by one.
    private(set) var times: (column: Int, values: [UTCInstant])?

    /// Nil for tables with quotes or without a header of letters.
    init?(_ text: String, rows most: Int) {
        let lines = text.split(whereSeparator: \.isNewline).prefix(most).map(String.init)
        guard let first = lines.first, !text.contains("\""), !text.contains(";"), first.contains(",") else {
            return nil
        }
        header = first.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let width = header.count
        rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            .filter { $0.count == width }
        guard rows.count > 100, header.allSatisfy({ $0.first?.isLetter == true }) else { return nil }
    }

    /// Takes the times from the table as it was read; its rows ascend or descend, each a bar of its own.
    mutating func know(_ read: IngestedSeries) {
        let reading = read.recognition.first { $0.subject == "columns" }?.reading ?? ""
        let digits = reading.firstRange(of: "time ").map { reading[$0.upperBound...].prefix(while: \.isNumber) }
        guard read.series.count == rows.count, let column = digits.flatMap({ Int($0) }) else { return }
        let ascending = rows.indices.map { read.series.instant($0) }
        for values in [ascending, ascending.reversed()] {
            times = (column, values)
            let again = try? ingest(text(rows: rows, notation: .iso), name: "x.csv")
            if again?.series.close == read.series.close, again?.series.time == read.series.time { return }
        }
        times = nil
    }

    var plain: String { ([header] + rows).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n" }

    /// Names of the same columns in other languages.
    private static let languages: [[String: String]] = [
        [:], ["date": "Datum", "open": "Eröffnung", "high": "Hoch", "low": "Tief", "close": "Schluss"],
        ["date": "Data", "open": "Abertura", "high": "Máxima", "low": "Mínima", "close": "Último"],
        ["date": "日付け", "open": "始値", "high": "高値", "low": "安値", "close": "終値"],
    ]

    func shuffled(seed: UInt64) -> String {
        var generator = SplitMix(state: seed)
        let columns = header.indices.shuffled(using: &generator)
        let order = rows.indices.shuffled(using: &generator)
        let delimiter = [",", ";", "\t", "|"].randomElement(using: &generator) ?? ","
        let language = ShuffledTable.languages.randomElement(using: &generator) ?? [:]
        let names = header.map { language[$0.lowercased()] ?? $0 }
        let notation = TimeText.allCases.randomElement(using: &generator) ?? .asItIs
        let timed = retimed(rows, notation)
        let all = [names] + (Bool.random(using: &generator) ? order.map { timed[$0] } : timed.reversed())
        return all.map { row in columns.map { row[$0] }.joined(separator: delimiter) }.joined(separator: "\n") + "\n"
    }

    private func text(rows: [[String]], notation: TimeText) -> String {
        ([header] + retimed(rows, notation)).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
    }

    private func retimed(_ rows: [[String]], _ notation: TimeText) -> [[String]] {
        guard let times, notation != .asItIs else { return rows }
        return zip(rows, times.values).map { row, time in
            var row = row
            row[times.column] = notation.text(time)
            return row
        }
    }
}

/// Ways to write a time that say the same.
private enum TimeText: CaseIterable {
    case asItIs, iso, isoLocal, seconds, milliseconds, microseconds, digits, slashes, dayFirst, monthFirst, monthName,
        cjk

    func text(_ time: UTCInstant) -> String {
        let iso = time.rfc3339
        let date = iso.prefix(10).split(separator: "-").map(String.init)
        let clock = String(iso.dropFirst(11).prefix(8))
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return switch self {
        case .asItIs, .iso: iso
        case .isoLocal: "\(iso.prefix(10)) \(clock)"
        case .seconds: String(time.milliseconds / 1000)
        case .milliseconds: String(time.milliseconds)
        case .microseconds: String(time.milliseconds * 1000)
        case .digits: (date + [clock.replacing(":", with: "") as String]).joined()
        case .slashes: "\(date.joined(separator: "/")) \(clock)"
        case .dayFirst: "\(date[2]).\(date[1]).\(date[0]) \(clock)"
        case .monthFirst: "\(date[1])/\(date[2])/\(date[0]) \(clock)"
        case .monthName: "\(date[2])-\(months[(Int(date[1]) ?? 1) - 1])-\(date[0]) \(clock)"
        case .cjk: "\(date[0])年\(date[1])月\(date[2])日 \(clock)"
        }
    }
}

/// Numbers from a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
