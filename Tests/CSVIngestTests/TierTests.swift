import CSVIngest
import StressBasics
import Testing

/// One symbol's tiers as JSON: floors, caps and rates by bracket, no amounts.
private func tierText(_ symbols: [String], tiers: Int = 1) -> String {
    let rows = (0..<tiers).map { tier in
        "{\"minNotional\": \(tier).0e6, \"maxNotional\": \(tier + 1)e6, \"maintenanceMarginRate\": 0.01}"
    }
    let list = "[" + rows.joined(separator: ",") + "]"
    return "{" + symbols.map { "\"\($0)\": \(list)" }.joined(separator: ",") + "}"
}

private func tiers(_ text: String, _ symbol: String) throws(IngestError) -> IngestedTiers {
    try ingestTiers(bytes: Array(text.utf8), name: "tiers.json", symbol: symbol)
}

private func refusal(_ text: String, _ symbol: String) -> IngestError? {
    do {
        _ = try tiers(text, symbol)
        return nil
    } catch { return error }
}

@Suite struct TierTests {
    @Test(arguments: ["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT"], ["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT", "btc/usdt"])
    func threeStylesFindEachOther(_ inFile: String, _ wanted: String) throws {
        let text = tierText([inFile, "ETH/USDT:USDT", "BTC/USDC:USDC", "BTC/USDT:USDT-241227", "BTCUSDT_250328"])
        #expect(try tiers(text, wanted).symbol == inFile)
        #expect(try tiers(text, "BTCUSDT_241227").symbol == "BTC/USDT:USDT-241227")
        #expect(try tiers(text, "BTC/USDT:USDT-250328").symbol == "BTCUSDT_250328")
    }

    @Test func exactMatchComesFirst() throws {
        let text = tierText(["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT"])
        for symbol in ["BTC/USDT:USDT", "BTC/USDT", "BTCUSDT"] { #expect(try tiers(text, symbol).symbol == symbol) }
        let error = try #require(refusal(text, "btcusdt"))
        #expect(error.reason == .setting && error.why.contains("\"BTC/USDT\", \"BTC/USDT:USDT\", \"BTCUSDT\""))
    }

    @Test func settlementAndSlashMustAgree() throws {
        let text = tierText(["BTC/USD:BTC", "BTC/USD:USD", "AB/C"])
        #expect(try tiers(text, "BTC/USD:USD").symbol == "BTC/USD:USD")
        #expect(refusal(text, "BTC/USD:ETH")?.why == "the file has no such symbol")
        #expect(refusal(text, "A/BC")?.why == "the file has no such symbol")
    }

    @Test func unknownSymbolsGetTheNearestNames() throws {
        let text = tierText(["BTC/USDT:USDT", "BCH/USDT:USDT", "DOGE/USDT:USDT"])
        let error = try #require(refusal(text, "BTC/UDST"))
        #expect(error.reason == .setting && error.finding.hint == "did you mean \"BTC/USDT:USDT\"?")
        #expect(refusal(text, "SOMETHINGELSE")?.finding.hint == "")
        #expect(refusal("{}", "BTCUSDT")?.reason == .setting)
    }

    @Test func amountsAreTakenFromTheRule() throws {
        let path = DirtyFiles.path("Auxiliary/tiers_")
        let wanted = try ingestTiers(file: path + "clean.json", symbol: "AAAUSDT")
        #expect(wanted.tiers.tiers.map(\.amount) == [0, 50, 1300] && wanted.file.rowCount == 3)
        #expect(wanted.tiers.tiers.map(\.notionalCap) == [50_000, 250_000, .infinity])
        for file in ["rounded", "no_amounts", "capped", "other_broken"] {
            let read = try ingestTiers(file: path + file + ".json", symbol: "AAA/USDT")
            #expect(zip(read.tiers.tiers, wanted.tiers.tiers).allSatisfy { abs($0.amount - $1.amount) < 1e-9 })
        }
        #expect(try ingestTierSymbols(file: path + "other_broken.json") == ["AAA/USDT:USDT", "BBB/USDT:USDT"])
    }

    @Test func boundsHold() throws {
        #expect(try tiers(tierText(["A/B"], tiers: 1000), "AB").tiers.tiers.count == 1000)
        #expect(refusal(tierText(["A/B"], tiers: 1001), "AB")?.reason == .tooLarge)
        let many = "{" + (0...100_000).map { "\"S\($0)\":[]" }.joined(separator: ",") + "}"
        #expect(refusal(many, "S1")?.reason == .tooLarge)
        let nested = String(repeating: "[", count: 1_000_000)
        #expect(refusal(nested, "S1")?.reason == .tooLarge)
        #expect(refusal(String(repeating: " ", count: 1 << 26) + "{}", "S1")?.reason == .tooLarge)
        // Brackets and quotes inside names are no nesting.
        let odd = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\\\\\"[{"
        #expect(refusal("{\"\(odd)\": []}", "S1")?.reason == .setting)
    }

    @Test(arguments: [
        "null", "1", "\"x\"", "[]", "[1]", "{\"A/B\": null}", "{\"A/B\": 1}", "{\"A/B\": [1]}", "{\"A/B\": [null]}",
        "{\"A/B\": [{}]}", "{\"A/B\": [[]]}", "{\"A/B\": {\"0\": {}}}", "{", "}", "{\"A/B\"", "nan", "\u{0}", "{} {}",
        "{\"A/B\": [{\"minNotional\": null, \"maxNotional\": 1, \"maintenanceMarginRate\": 0.1}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maxNotional\": -1, \"maintenanceMarginRate\": 0.1}]}",
        "{\"A/B\": [{\"minNotional\": true, \"maxNotional\": 1, \"maintenanceMarginRate\": 0.1}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maxNotional\": \"1\", \"maintenanceMarginRate\": 0.1}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maxNotional\": 1, \"maintenanceMarginRate\": 1e308}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maxNotional\": 1, \"maintenanceMarginRate\": -0.1}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maintenanceMarginRate\": 0.1, \"info\": {\"cum\": []}}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maintenanceMarginRate\": 0.1, \"info\": {\"cum\": \"NaN\"}}]}",
        "{\"A/B\": [{\"minNotional\": 0, \"maintenanceMarginRate\": 0.1, \"maxLeverage\": 0}]}",
    ])
    func hostileTextIsRefused(_ text: String) {
        #expect(refusal(text, "A/B")?.exitIsNoInput == false, "\(text)")
    }

    @Test(arguments: ["null", "[1, 2]", "{\"cum\": null}", "{\"other\": 1}"])
    func otherVenuesInfoIsNoAmount(_ info: String) throws {
        let text = "{\"A/B\": [{\"minNotional\": 0, \"maintenanceMarginRate\": 0.1, \"info\": \(info)}]}"
        let read = try tiers(text, "A/B")
        #expect(read.tiers.tiers[0].amount == 0 && read.tiers.tiers[0].notionalCap == .infinity)
        #expect(read.findings.first { $0.check == "amounts_computed" }?.count == 1)
    }

    /// In a table in coins a unit is a whole bracket, so less than a unit may be off there.
    @Test func coinTablesAreHeldToTheirOwnScale() throws {
        func text(_ cum: String) -> String {
            "{\"BTC/USD:BTC\": [{\"minNotional\": 0, \"maxNotional\": 5, \"maintenanceMarginRate\": 0.004},"
                + "{\"minNotional\": 5, \"maintenanceMarginRate\": 0.01, \"info\": {\"cum\": \"\(cum)\"}}]}"
        }
        #expect(try tiers(text("0.03"), "BTCUSD").tiers.tiers[1].amount == 0.03)
        #expect(refusal(text("0.5"), "BTCUSD")?.why.contains("tier 2: amount 0.5 breaks continuity") == true)
    }
}
