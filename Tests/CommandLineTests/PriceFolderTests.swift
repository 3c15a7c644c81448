import Foundation
import TestSupport
import Testing

@testable import BelowZeroCLI

/// Folders in the place of price files.
@Suite struct PriceFolderTests {
    @Test func aFolderStandsForItsFiles() throws {
        let scratch = try Scratch()
        for name in ["b", "a/first", ".hidden"] { try scratch.write(samplePrices, to: "prices/\(name).csv") }
        let run = try scratch.program.run([
            "sweep", "prices/", "--leverage", "10", "--horizon", "4h", "--out", "-", "--quiet",
        ])
        let rows = run.out.split(separator: "\n").dropFirst()
        let assets = Set(rows.compactMap { $0.split(separator: ",").dropFirst().first })
        #expect(run.code == 0 && assets == ["b", "first"], "\(run.err)\n\(run.out)")
    }

    @Test func tooManyFilesAreNoFolderOfPrices() throws {
        let scratch = try Scratch()
        for place in 0..<4 { try scratch.write("", to: "prices/\(place).csv") }
        #expect(try filesBelow(scratch.path + "/prices", most: 4).count == 4)
        let error = #expect(throws: (any Error).self) { try filesBelow(scratch.path + "/prices", most: 3) }
        #expect(error.map { "\($0)" }?.contains("more than 3 files are below") == true, "\(String(describing: error))")
        for place in 0..<41 { try scratch.write("", to: "empty/.\(place)") }
        #expect(throws: (any Error).self) { try filesBelow(scratch.path + "/empty", most: 4) }
    }

    @Test(arguments: [
        ("BTC.csv", "BTC"), ("BTC.CSV.GZ", "BTC"), ("BTC.csv.zst", "BTC"), ("BTC-1m.zip", "BTC-1m"), ("BTC.txt", "BTC"),
        ("BTC.v2", "BTC.v2"), ("csv", "csv"),
    ])
    func anAssetIsCalledAsItsFile(name: String, asset: String) {
        #expect(PriceFileName.stem(name) == asset)
    }

    /// What `init` invents is in no folder that users have prices in.
    @Test func inventedPricesStandApart() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices/BTC.csv")
        #expect(try scratch.program.run(["init", "nightly.yaml"]).code == 0)
        #expect(try filesBelow(scratch.path + "/prices").map { String($0.suffix(7)) } == ["BTC.csv"])
        let run = try scratch.program.run(["run", "nightly.yaml", "--no-store", "--out", "run", "--quiet"])
        #expect(run.code == 0 || run.code == 3, "\(run.err)")
    }
}
