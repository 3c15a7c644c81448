import Foundation
import StressBasics
import TestSupport
import Testing

@testable import RunStore

/// The encoding on examples that can be checked on paper, and whole files against a plain reader. That other programs read them,
/// Tests/Readers shows.
@Suite struct ParquetTests {
    // MARK: Thrift

    @Test(
        arguments: [
            (0, [0]), (-1, [1]), (1, [2]), (-2, [3]), (63, [0x7E]), (-64, [0x7F]), (64, [0x80, 1]), (300, [0xD8, 4]),
            (Int64.max, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            (Int64.min, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ] as [(Int64, [UInt8])])
    func numbersAreShortWhereTheyAreSmall(value: Int64, bytes: [UInt8]) {
        var found: [UInt8] = []
        ThriftCompact.append(ThriftCompact.zigzag(value), to: &found)
        #expect(found == bytes)
    }

    @Test func fieldsSayHowFarTheyAreFromTheLast() {
        var thrift = ThriftCompact()
        thrift.field(1, 7 as Int32)
        thrift.field(4, "ab")
        thrift.structure(5) { inner in
            inner.field(2, true)
            inner.field(20, wide: -1)
        }
        thrift.list(6, of: [0, 3] as [Int32])
        thrift.end()
        let expected: [UInt8] =
            [0x15, 14, 0x38, 2] + Array("ab".utf8) + [0x1C, 0x21, 0x06, 40, 1, 0] + [0x19, 0x25, 0, 6] + [0]
        #expect(thrift.bytes == expected)
    }

    @Test func longListsSayTheirLengthApart() {
        var thrift = ThriftCompact()
        thrift.list(1, of: [String](repeating: "x", count: 15))
        #expect(thrift.bytes.prefix(3) == [0x19, 0xF8, 15])
    }

    // MARK: Levels

    @Test(
        arguments: [
            ([Bool](repeating: true, count: 100), [200, 1, 1]), ([Bool](repeating: false, count: 8), [16, 0]),
            ([true, false, true, true, false, false, false, true, true], [5, 0b1000_1101, 1]),
        ] as [([Bool], [UInt8])])
    func levelsAreRunsOrBits(levels: [Bool], bytes: [UInt8]) { #expect(parquetLevels(levels) == bytes) }

    @Test func levelsReadBack() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for count in [0, 1, 7, 8, 9, 63, 64, 1000] {
            for chance in [0, 1, 5, 50, 99, 100] {
                let levels = (0..<count).map { _ in Int(generator.next() % 100) < chance }
                let bytes = parquetLevels(levels)
                #expect(ParquetReader.levels(bytes[...], count) == levels, "seed \(seed)")
                #expect(bytes.count <= (count + 7) / 8 + 8)
            }
        }
    }

    // MARK: Files

    private static let columns: [ExportedTable.Column] = [
        ("name", .text, "", "A name"), ("share_frac", .number, "fraction", "A share"),
        ("entries_count", .integer, "entries", "A count"), ("at_utc", .time, "UTC", "A time"),
    ].map { ExportedTable.Column(name: $0, kind: $1, unit: $2, meaning: $3) }

    private func written(
        _ rows: [[String]], groupRows: Int = 1 << 16, groupBytes: Int = 1 << 24
    ) throws -> [UInt8] {
        let folder = TemporaryFolder()
        let path = folder.path + "/t.parquet"
        let table = ExportedTable(name: "t", columns: ParquetTests.columns) { try rows.forEach($0) }
        try writeParquet(table, to: path, replacing: false, groupRows: groupRows, groupBytes: groupBytes)
        return [UInt8](try #require(FileManager.default.contents(atPath: path)))
    }

    private func little(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private func expected(_ text: String, _ kind: ExportedTable.Kind) -> [UInt8]? {
        if text.isEmpty { return nil }
        switch kind {
        case .text: return Array(text.utf8)
        case .integer: return little(UInt64(bitPattern: Int64(text)!))
        case .number: return little(Double(text)!.bitPattern)
        case .time:
            let date = ISO8601DateFormatter().date(from: text)!
            return little(UInt64(bitPattern: Int64(date.timeIntervalSince1970) * 1000))
        }
    }

    private func check(_ rows: [[String]], _ bytes: [UInt8]) throws {
        let reader = try #require(ParquetReader(bytes))
        #expect(reader.footer[3]?.int == rows.count)
        #expect(reader.columns.map { $0[4]?.string } == ParquetTests.columns.map(\.name))
        #expect(reader.columns.map { $0[1]?.int } == [6, 5, 2, 2])
        #expect(reader.groups.reduce(0) { $0 + $1[3]!.int } == rows.count)
        for (place, column) in ParquetTests.columns.enumerated() {
            #expect(reader.fields(of: place) == rows.map { expected($0[place], column.kind) }, "\(column.name)")
            let nulls = reader.groups.reduce(0) { $0 + $1[1]!.items[place][3]![12]![3]!.int }
            #expect(nulls == rows.count { $0[place].isEmpty })
        }
    }

    @Test func nothingAndZeroStayApart() throws {
        let rows = [
            ["a, \"b\" ü", "0", "0", "1970-01-01T00:00:00Z"], ["", "", "", ""],
            ["x", "-0.0", "-9223372036854775808", "2026-11-20T02:00:00Z"], ["", "5e-324", "7", ""],
        ]
        try check(rows, written(rows))
    }

    @Test func aTableWithoutRowsIsAFile() throws {
        let bytes = try written([])
        try check([], bytes)
        #expect(try #require(ParquetReader(bytes)).groups.isEmpty)
    }

    @Test(arguments: [(1, 1 << 24), (7, 1 << 24), (1 << 16, 200)]) func groupsAreBoundedAndTheSame(
        rows: Int, bytes: Int
    ) throws {
        var generator = SeededGenerator(seed: 22)
        let all = (0..<300).map { place in
            [
                generator.next() % 4 == 0 ? "" : "n\(generator.next() % 1000)",
                generator.next() % 3 == 0 ? "" : "\(Double(generator.next() >> 11) / 1e9)",
                generator.next() % 9 == 0 ? "" : "\(place - 150)", "2026-01-02T03:04:05Z",
            ]
        }
        let file = try written(all, groupRows: rows, groupBytes: bytes)
        try check(all, file)
        #expect(try #require(ParquetReader(file)).groups.count > 1)
        #expect(try written(all, groupRows: rows, groupBytes: bytes) == file)
    }

    @Test func unitsAndMeaningsStandInTheFile() throws {
        let reader = try #require(ParquetReader(try written([["a", "1", "1", ""]])))
        let notes = (reader.footer[5]?.items ?? []).map { "\($0[1]!.string)=\($0[2]!.string)" }
        #expect(notes.contains("table=t") && notes.contains("unit:share_frac=fraction"))
        #expect(notes.contains("meaning:name=A name") && !notes.contains { $0.hasPrefix("unit:name") })
    }

    @Test(arguments: [["a", "many", "1", ""], ["a", "1", "1.5", ""], ["a", "1", "1", "yesterday"], ["a", "1"]])
    func aFieldOfAnotherKindLeavesNothing(row: [String]) throws {
        let folder = TemporaryFolder()
        let table = ExportedTable(name: "t", columns: ParquetTests.columns) { try $0(row) }
        #expect(throws: StoreError.self) { try writeParquet(table, to: folder.path + "/t.parquet") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
