import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct RunFolderTests {
    private let folder = TemporaryFolder()

    private func scratch() throws -> String { try folder.subfolder() }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test func nothingStandsUntilItIsPublished() throws {
        let root = try scratch()
        var folder = try RunFolder(at: root + "/a/b/run")
        try folder.write("one", to: "x.txt")
        try folder.write("two", to: "deep/er/y.txt")
        #expect(try names(root + "/a/b").allSatisfy { $0.hasPrefix(".") && $0.hasSuffix(".partial") })
        try folder.publish()
        #expect(try names(root + "/a/b") == ["run"])
        #expect(try String(contentsOfFile: root + "/a/b/run/deep/er/y.txt", encoding: .utf8) == "two")
    }

    @Test func anUnpublishedFolderLeavesNothing() throws {
        let root = try scratch()
        func abandon() throws {
            let folder = try RunFolder(at: root + "/run")
            try folder.write("one", to: "sub/x.txt")
        }
        try abandon()
        #expect(try names(root).isEmpty)
    }

    @Test func anExistingFolderIsLeftAlone() throws {
        let root = try scratch()
        try "mine".write(toFile: root + "/run", atomically: false, encoding: .utf8)
        let error = #expect(throws: StoreError.self) { _ = try RunFolder(at: root + "/run") }
        #expect(error?.reason == .cannotCreate && error?.message.contains("exists already") == true)
        #expect(try String(contentsOfFile: root + "/run", encoding: .utf8) == "mine")
    }

    @Test func aFileInTheWayIsReported() throws {
        let root = try scratch()
        try "x".write(toFile: root + "/file", atomically: false, encoding: .utf8)
        let error = #expect(throws: StoreError.self) { _ = try RunFolder(at: root + "/file/run") }
        #expect(error?.reason == .cannotCreate)
    }

    @Test func wholeFilesAreNotOverwritten() throws {
        let root = try scratch()
        try writeWholeFile("first", to: root + "/new/a.txt")
        #expect(throws: StoreError.self) { try writeWholeFile("second", to: root + "/new/a.txt") }
        #expect(try String(contentsOfFile: root + "/new/a.txt", encoding: .utf8) == "first")
        #expect(try names(root + "/new") == ["a.txt"])
    }
}
