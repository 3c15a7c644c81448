import Foundation
import StudyPlan

/// The venue profiles that are part of the program, and those of its data folder.
public struct VenueLibrary {
    /// The profiles by name.
    public let profiles: [VenueProfile]

    /// Loads every profile. One in the data folder stands in for one of the program that has the same name. Throws a ``Failure``
    /// for a broken one.
    public init() throws {
        let own = try VenueLibrary.embedded.map { try VenueLibrary.profile($0.text, file: $0.file) }
        let added = try VenueLibrary.added()
        let names = Set(added.map(\.name))
        profiles = (own.filter { !names.contains($0.name) } + added).sorted { $0.name < $1.name }
    }

    /// The files of `Data/Venues`, as they were when the program was built; a copy of it without its data knows them, too.
    static var embedded: [(file: String, text: String)] {
        [
            ("bare-lender.yaml", PackageResources.bare_lender_yaml),
            ("binance-coinm.yaml", PackageResources.binance_coinm_yaml),
            ("binance-usdm.yaml", PackageResources.binance_usdm_yaml),
            ("bitmex.yaml", PackageResources.bitmex_yaml),
            ("bybit.yaml", PackageResources.bybit_yaml),
            ("deribit.yaml", PackageResources.deribit_yaml),
            ("dydx.yaml", PackageResources.dydx_yaml),
            ("hyperliquid.yaml", PackageResources.hyperliquid_yaml),
            ("kraken-us.yaml", PackageResources.kraken_us_yaml),
            ("kraken.yaml", PackageResources.kraken_yaml),
            ("okx.yaml", PackageResources.okx_yaml),
            ("spot.yaml", PackageResources.spot_yaml),
        ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }
    }

    private static func added() throws -> [VenueProfile] {
        guard let folder = DataFolder.path("Venues") else { return [] }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        return try files.sorted().map { name in
            let file = folder + "/" + name
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Failure(.noInput, "cannot read the venue \(file)")
            }
            return try profile(text, file: file)
        }
    }

    private static func profile(_ text: String, file: String) throws -> VenueProfile {
        do throws(StudyError) {
            return try loadVenue(yaml: text, file: file)
        } catch {
            throw Failure(error)
        }
    }
}
