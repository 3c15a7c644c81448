import GRDB
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import RunStore

/// A history whose cells learn of an axis: the contract, which is taken away first.
@Suite struct HistoryAxisTests {
    private let scratch = TemporaryFolder()
    private var path: String { scratch.path + "/belowzero.sqlite" }

    private func open() throws -> RunHistory { try RunHistory.openRepairing(path: path) { _ in } }

    /// The run of a folder, as a new history keeps it.
    private func recorded() throws -> RunRecord {
        let name = try RunFolderFixture().write(in: scratch.path)
        let history = try open()
        defer { history.close() }
        try history.record(try RunRecord(folder: "\(scratch.path)/\(name)", named: name))
        return try history.record(of: try #require(try history.runs().first))
    }

    private func withoutContracts(_ db: Database) throws {
        let axes = CellAxis.allCases.filter { $0 != .contract }
        let names = axes.map(\.column).joined(separator: ", ")
        let columns = axes.map { "\($0.column) \($0.unit.isEmpty ? "TEXT" : "REAL") NOT NULL" }
        try db.execute(
            sql: """
                CREATE TABLE narrow (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")), UNIQUE (\(names)))
                STRICT;
                INSERT INTO narrow (id, \(names)) SELECT id, \(names) FROM cells;
                DROP TABLE cells;
                ALTER TABLE narrow RENAME TO cells;
                """)
    }

    private func migrate(_ queue: DatabaseQueue, _ step: @escaping @Sendable (Database) throws -> Void) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("narrow", migrate: withoutContracts)
        migrator.registerMigration("wide", migrate: step)
        try migrator.migrate(queue)
    }

    @Test func cellsOfBeforeThereWasAnAxisHaveItsStandardValue() throws {
        let before = try recorded()
        let queue = try DatabaseQueue(path: path)
        try migrate(queue) { try HistorySchema.add(.contract, to: $0) }
        #expect(try queue.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
        try queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier IN ('narrow', 'wide')") }
        try queue.close()
        let history = try open()
        #expect(before.headlines[0].cell.contract == .linear && !before.headlines.isEmpty)
        #expect(try history.record(of: try #require(try history.runs().first)) == before)
    }

    @Test func cellsAreToldApartByTheNewAxis() throws {
        _ = try recorded()
        let queue = try DatabaseQueue(path: path)
        try migrate(queue) { try HistorySchema.add(.contract, to: $0) }
        let others = "asset, side, leverage_x, horizon_h, platform"
        func copy(as contract: String) throws {
            let text =
                "INSERT INTO cells (\(others), contract) SELECT \(others), ? FROM cells WHERE contract = 'linear'"
            try queue.write { try $0.execute(sql: text, arguments: [contract]) }
        }
        #expect(throws: DatabaseError.self) { try copy(as: "linear") }
        try copy(as: "inverse")
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM cells") } == 2)
    }
}
