import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// Files that look like prices and are something else: each is refused, or read and said to be a guess.
struct MisreadingTests {
    private func misread(_ text: String, _ change: (inout BarSource) -> Void = { _ in }) -> IngestError? {
        Outcome { () throws(IngestError) in try ingest(text, change) }.error
    }

    // MARK: The second of two columns

    private func twoColumns(_ name: String) -> String {
        "date,\(name)\n" + (0..<60).map { "\(1_614_556_800 + 86_400 * $0),\(100 + $0 % 7)\n" }.joined()
    }

    @Test(arguments: [
        "volume", "total_volume", "Volume USD", "market_cap", "marketcap", "log_price", "logprice", "log_close",
        "ln_close", "log_return", "logret", "diff", "pct", "price_change", "predicted_price", "rsi", "RSI(14)",
        "open_interest", "OpenInterest", "hash_rate", "drawdown", "interest rate", "target_yield", "std",
    ])
    func aNameOfSomethingElseIsNoPrice(_ name: String) throws {
        let error = try #require(misread(twoColumns(name)))
        #expect(error.reason == .notRecognised && error.why.contains(name))
        #expect(error.finding.hint.contains("not a price") || error.finding.hint.contains("not prices"))
        #expect(error.finding.hint.contains("columns: {time: 0, price: 1}"))
        let told = try ingest(twoColumns(name)) { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(1)))
        }
        #expect(told.series.count == 60)
    }

    @Test(arguments: ["price", "Close", "price (usd)", "BTC price", "adj_close", "open", "exchange_price", "midprice"])
    func aNameOfAPriceIsOne(_ name: String) throws {
        let read = try ingest(twoColumns(name))
        #expect(read.recognition.first { $0.subject == "columns" }?.confidence == .certain)
        #expect(read.summary("price_column") == nil)
    }

    @Test(arguments: ["value", "BTC", "exchange_rate", "DEXUSEU", "equity", "rate"])
    func aNameThatSaysNothingIsAssumed(_ name: String) throws {
        let read = try ingest(twoColumns(name))
        #expect(read.recognition.first { $0.subject == "columns" }?.confidence == .assumed)
        let finding = try #require(read.summary("price_column"))
        #expect(finding.severity == .warning && finding.message.contains(name))
    }
}
