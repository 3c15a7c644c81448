import Foundation
import TestSupport
import Testing

@testable import StressPipeline

@Suite struct VenueLibraryTests {
    /// One source of truth: what is built in is what lies in the data folder, file by file.
    @Test func thePipelineHoldsEveryProfileOfItsData() throws {
        let folder = packageRoot + "/Data/Venues"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        #expect(VenueLibrary.embedded.map(\.file) == names.sorted())
        for (file, text) in VenueLibrary.embedded {
            #expect(text == (try String(contentsOfFile: folder + "/" + file, encoding: .utf8)), "\(file)")
        }
    }
}
