import Foundation
import MarginModel
import StressBasics
import StudyPlan
import Testing

@Suite struct CellKeyTests {
    private let key = CellKey(
        asset: "BTC", contract: .linear, side: .long, leverage: Leverage(20)!, horizon: .days(7), platform: "typical")

    private func read(without axis: CellAxis?) throws -> CellKey {
        let members = CellAxis.allCases.filter { $0 != axis }.map { axis in
            let value = key[axis]
            return "\"\(axis.column)\": \(value.text.map { "\"\($0)\"" } ?? value.field)"
        }
        return try JSONDecoder().decode(CellKey.self, from: Data("{\(members.joined(separator: ", "))}".utf8))
    }

    /// A file of before there was an axis says nothing of it and means its standard value; without one nothing is guessed.
    @Test func whatAFileDoesNotSayIsTheStandardValueOfItsAxis() throws {
        #expect(try read(without: nil) == key)
        for axis in CellAxis.allCases {
            if let standard = axis.standard {
                #expect(try read(without: axis)[axis] == standard)
            } else {
                #expect(throws: DecodingError.self) { try read(without: axis) }
            }
        }
        #expect(CellAxis.contract.standard == key[.contract])
    }
}
