import Foundation
import MarginModel
import StressBasics
import StudyPlan
import TestSupport
import Testing

@Suite struct VenueTests {
    private func profiles() throws -> [VenueProfile] {
        let folder = packageRoot + "/Data/Venues"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try files.map { file in
            try loadVenue(yaml: String(contentsOfFile: folder + "/" + file, encoding: .utf8), file: file)
        }
    }

    @Test func everyShippedProfileIsWhole() throws {
        let profiles = try profiles()
        let files = try FileManager.default.contentsOfDirectory(atPath: packageRoot + "/Data/Venues").sorted()
        #expect(profiles.map { $0.name + ".yaml" } == files && profiles.count == 12)
        for profile in profiles {
            #expect(!profile.title.isEmpty && !profile.asOf.isEmpty && !profile.sources.isEmpty, "\(profile.name)")
            #expect(!profile.known.isEmpty && !profile.unknown.isEmpty, "\(profile.name)")
        }
    }

    /// The twelve brackets of BTCUSDT as of 2024-10.
    @Test func binanceHasThePublishedBrackets() throws {
        let tiers = try #require(try profiles().first { $0.name == "binance-usdm" }).platform.rules.tiers
        #expect(
            tiers.tiers.map(\.rate) == [0.004, 0.005, 0.0065, 0.01, 0.02, 0.025, 0.05, 0.1, 0.125, 0.15, 0.25, 0.5])
        #expect(tiers.requirement(50_000) == 200 && tiers.tier(for: 1e9).amount == 121_481_450)
        #expect(tiers.tier(for: 10_000).maxLeverage == 125)
    }

    @Test func feesAboveTheRateAreBankruptOnEntry() throws {
        let found = try profiles().filter { !$0.findings.isEmpty }.map(\.name)
        #expect(found.isEmpty, "no shipped profile has fees above a maintenance rate: \(found)")
        let okx = try String(contentsOfFile: packageRoot + "/Data/Venues/okx.yaml", encoding: .utf8)
        let dear = try loadVenue(
            yaml: okx.replacing("liquidation: 0}", with: "liquidation: 0.0095}"), file: "dear.yaml")
        #expect(dear.findings.map(\.check) == ["bankrupt_on_entry"])
        #expect(dear.findings[0].message.contains("bankrupt on entry to liquidation"))
    }

    @Test func studiesNameVenuesAsPlatforms() throws {
        let yaml = """
            version: 1
            data: [{asset: A, path: a.csv}]
            grid: {leverage: [10], horizon: [1d], platform: [okx, mine]}
            platforms: {mine: {tiers: [{to: .inf, rate: 0.01}]}}
            """
        let study = try loadStudy(yaml: yaml, file: "s", venues: profiles()).value
        let inverse = try loadStudy(yaml: yaml.replacing("okx", with: "bitmex"), file: "s", venues: profiles())
        #expect(inverse.findings.map(\.check) == ["venue_contract"])
        #expect(study.platforms.map(\.name) == ["okx", "mine"] && study.platforms[0].rules.fees.close == 0.0006)
        #expect(
            try loadStudy(yaml: study.canonicalText, file: "s").value == study, "the canonical text needs no venues")
    }

    @Test(arguments: [
        ("venue: okx", "venu: okx", "unknown key"), ("contract: linear", "contract: swap", "'swap' is not one of"),
        ("platform:", "platforms:", "did you mean 'platform'"), ("rate: 0.01", "rate: 2", "from 0 to 1"),
    ])
    func brokenProfilesAreNamed(old: String, new: String, text: String) throws {
        let okx = try String(contentsOfFile: packageRoot + "/Data/Venues/okx.yaml", encoding: .utf8)
        let error = #expect(throws: StudyError.self) {
            try loadVenue(yaml: okx.replacing(old, with: new), file: "v.yaml")
        }
        #expect(
            error?.findings.contains { ($0.message + $0.hint).contains(text) } == true, "\(String(describing: error))")
    }
}
