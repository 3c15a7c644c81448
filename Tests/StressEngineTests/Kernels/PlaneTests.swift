import Testing

@testable import StressEngine

/// Tables without reference counts: each place is its own, and memory goes with its owner.
@Suite struct PlaneTests {
    @Test func everyPlaceIsItsOwn() {
        let planes = Planes<Int>(layers: 3, rows: 4, width: 5)
        for (layer, row) in (0..<3).flatMap({ layer in (0..<4).map { (layer, $0) } }) {
            #expect(planes[layer, row].array() == [0, 0, 0, 0, 0])
            let cells = planes[layer, row]
            for place in cells.bounds { cells[place] += 100 * layer + 10 * row + place }
        }
        for (layer, row) in (0..<3).flatMap({ layer in (0..<4).map { (layer, $0) } }) {
            #expect(planes[layer, row].array() == (0..<5).map { 100 * layer + 10 * row + $0 })
        }
        let turned = planes.transposed()
        #expect(turned.rows == 5 && turned.width == 12)
        for row in 0..<5 { #expect(turned.array(row) == (0..<12).map { 100 * ($0 / 4) + 10 * ($0 % 4) + row }) }
        planes.clear()
        #expect((0..<4).allSatisfy { planes[2, $0].array() == [0, 0, 0, 0, 0] })
    }

    /// Of any shape: full tiles, and what is left beside and below them.
    @Test(arguments: [(0, 3), (3, 0), (1, 1), (8, 8), (9, 7), (16, 25), (31, 40)])
    func tablesTurnOver(rows: Int, width: Int) {
        let plane = Plane<Int>(rows: rows, width: width)
        for row in 0..<rows { for column in 0..<width { plane[row][column] = 1 + row * width + column } }
        let turned = plane.transposed()
        #expect(turned.rows == width && turned.width == rows)
        for column in 0..<width { #expect(turned.array(column) == (0..<rows).map { 1 + $0 * width + column }) }
    }

    @Test func indicesMayBeginAnywhere() {
        let column = Column([3.0, 4, 5, 6])
        #expect(column.count == 4 && column.cells.part(from: 1, count: 2).array() == [4, 5])
        let shifted = column.cells.shifted(by: -1)
        #expect(shifted.bounds == -1..<3 && shifted[-1] == 3 && shifted[2] == 6 && shifted.array() == [3, 4, 5, 6])
        shifted[0] += 40
        #expect(column[1] == 44)
        let tables = PlanesOnDemand<Int>(count: 2)
        #expect(tables.existing(1)?.bounds == nil)
        let cells = tables.cells(1, rows: 2, 7..<10)
        #expect(cells.bounds == 7..<13 && tables.existing(0)?.bounds == nil)
        cells[12] += 1
        #expect(tables.cells(1, rows: 2, 7..<10).array() == [0, 0, 0, 0, 0, 1])
    }

    /// Values that own memory are freed with the column, once, and those that are replaced before.
    @Test func ownersAreFreedOnce() {
        final class Counted {
            nonisolated(unsafe) static var alive = 0
            init() { Counted.alive += 1 }
            deinit { Counted.alive -= 1 }
        }
        do {
            let column = Column<Counted?>(repeating: nil, count: 9)
            for place in 0..<9 { column[place] = Counted() }
            column[4] = Counted()
            #expect(Counted.alive == 9)
        }
        #expect(Counted.alive == 0)
    }

    #if DEBUG
        /// Release builds trust the loops, which these tests run; debug builds stop at the first index that is not one.
        @Test func anIndexOutsideStopsADebugBuild() async {
            await #expect(processExitsWith: .failure) { _ = Column([1, 2, 3])[3] }
            await #expect(processExitsWith: .failure) { _ = Column([1, 2, 3]).cells.part(from: 2, count: 2) }
            await #expect(processExitsWith: .failure) { Plane<Int>(rows: 2, width: 3)[1][3] += 1 }
            await #expect(processExitsWith: .failure) { _ = Plane<Int>(rows: 2, width: 3)[2] }
        }
    #endif
}
