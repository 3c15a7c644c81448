import Foundation
import TestSupport
import Testing

@Suite struct VenueCommandTests {
    @Test func venuesAreListedShownAndNamedInStudies() throws {
        let scratch = try Scratch()
        let list = try scratch.program.run(["venues"])
        #expect(list.code == 0 && list.out.contains("binance-usdm") && list.out.contains("bare-lender"))
        let one = try scratch.program.run(["venues", "deribit"])
        #expect(
            one.out.contains("Not known, or not modelled") && one.out.contains("support.deribit.com")
                && one.out.contains("rate: 0.01"))
        let unknown = try scratch.program.run(["venues", "derbit"])
        #expect(unknown.code == 64 && unknown.err.contains("did you mean 'deribit'?"))
        let json = try scratch.program.run(["venues", "--json"])
        #expect((try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [Any])?.count == 12)
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(
            smallStudy().replacing("horizon: [4h, 1d]}", with: "horizon: [4h, 1d], platform: [hyperliquid, typical]}"),
            to: "s.yaml")
        let run = try scratch.program.run(["run", "s.yaml", "--out", "-"])
        #expect(run.code == 0 && rows(run.out).count { $0["platform"] == "hyperliquid" } == 12, "\(run.err)")
    }
}
