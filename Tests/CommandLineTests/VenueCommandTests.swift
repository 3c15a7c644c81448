import Foundation
import TestSupport
import Testing

@Suite struct VenueCommandTests {
    /// A copy of the program far from its data knows the venues, and a data folder adds to them.
    @Test func aProgramCopiedAwayKnowsItsVenues() throws {
        let scratch = try Scratch()
        try FileManager.default.copyItem(atPath: Program.path, toPath: scratch.path + "/bz")
        func run(_ arguments: [String], data: String?) throws -> String {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: scratch.path + "/bz")
            process.arguments = arguments
            process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            process.environment = ProcessInfo.processInfo.environment.merging(
                data.map { ["BELOWZERO_DATA": $0] } ?? [:]
            ) {
                $1
            }
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try run(["venues"], data: nil).contains("binance-usdm"))
        let spot = try String(contentsOfFile: packageRoot + "/Data/Venues/spot.yaml", encoding: .utf8)
        try scratch.write(spot.replacing("venue: spot", with: "venue: mine"), to: "data/Venues/mine.yaml")
        let own = spot.replacing("title: \"A spot", with: "title: \"Own spot")
        try scratch.write(own, to: "data/Venues/spot.yaml")
        let both = try run(["venues"], data: "data")
        #expect(both.contains("binance-usdm") && both.contains("  mine ") && both.contains("Own "), "\(both)")
        #expect(both.split(separator: "\n").count { $0.hasPrefix("  spot ") } == 1)
        #expect(try run(["venues"], data: "nowhere").contains("okx"))
    }

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
