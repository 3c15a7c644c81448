import DurableFiles
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is seen of the file system, and what is read.
@Suite struct FileFactsTests {
    private let folder = TemporaryFolder()
    private var files: FileCalls { .system }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    @Test(arguments: [
        ("a/b", "a", "b"), ("/a/b/", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/", ".", "a"), ("/", "/", ""),
        ("./a", ".", "a"), ("", ".", ""),
    ])
    func paths(path: String, parent: String, name: String) {
        let parts = splitPath(path)
        #expect(parts.parent == parent && parts.name == name)
    }

    @Test func everyKindIsKnown() throws {
        try files.writeFile(path("file"), "text")
        try files.makeFolders(path("folder"))
        try files.replaceLink(path("link"), to: "file")
        try files.replaceLink(path("broken"), to: "nowhere")
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        let kinds = ["file", "folder", "link", "broken", "pipe", "none"].map { PathKind(path($0)) }
        #expect(kinds == [.file, .folder, .link, .link, .other, .nothing])
        #expect(FileFacts(path("link"), followsLinks: true)?.bytes == 4)
        #expect(FileFacts(path("broken"), followsLinks: true) == nil && exists(path("broken")))
        #expect(linkTarget(path("broken")) == "nowhere" && linkTarget(path("file")) == nil)
        #expect(namesInFolder(folder.path) == ["broken", "file", "folder", "link", "pipe"])
        #expect(namesInFolder(path("none")).isEmpty)
        #expect(throws: FileError(.reading, path("none"), ENOENT)) { try listedNames(path("none")) }
    }

    /// Names in byte order, whatever the locale and whatever characters are in them.
    @Test func namesAreInByteOrder() throws {
        for name in ["b", "B", "a", ".a", "ä", "a b", "ab"] { try files.writeFile(path(name), "") }
        #expect(namesInFolder(folder.path) == [".a", "B", "a", "a b", "ab", "b", "ä"])
    }

    @Test func onlyRegularFilesUpToASizeAreRead() throws {
        try files.writeFile(path("file"), "text")
        try files.replaceLink(path("link"), to: "file")
        try #require(mkfifo(path("pipe"), 0o600) == 0)
        #expect(try wholeFile(path("file"), atMost: 4) == Array("text".utf8))
        for (name, most) in [("file", 3), ("pipe", 100), (".", 100)] {
            #expect(throws: UnreadFile.unfit) { try wholeFile(path(name), atMost: most) }
        }
        #expect(throws: UnreadFile.failed(FileError(.reading, path("link"), ELOOP))) {
            try wholeFile(path("link"), atMost: 100)
        }
        #expect(throws: UnreadFile.failed(FileError(.reading, path("none"), ENOENT))) {
            try wholeFile(path("none"), atMost: 100)
        }
        #expect(try firstBytes(of: path("link"), 2) == Array("te".utf8))
        #expect(try firstBytes(of: path("file"), 100) == Array("text".utf8))
        #expect(try firstBytes(of: path("pipe"), 100).isEmpty, "nobody is waited for")
    }

    @Test func filesAreForThoseTheyAreMeantFor() throws {
        func mode(_ name: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
        }
        try files.makeFolders(path("own/inner"), mode: 0o700)
        var file = try TemporaryFile(for: path("own/file"), mode: 0o600)
        try file.append([1])
        try file.publish()
        #expect(try mode("own") == 0o700 && mode("own/inner") == 0o700 && mode("own/file") == 0o600)
    }

    @Test func aTreeGoesAndWhatLinksLeadToStays() throws {
        try files.makeFolders(path("tree/a/b"))
        try files.makeFolders(path("treasure"))
        for name in ["tree/x", "tree/a/y", "treasure/z"] { try files.writeFile(path(name), "text") }
        try files.replaceLink(path("tree/a/link"), to: path("treasure"))
        files.removeTree(path("tree"))
        #expect(namesInFolder(folder.path) == ["treasure"] && namesInFolder(path("treasure")) == ["z"])
    }

    @Test func aDiskHasBlocks() throws {
        let space = DiskSpace(free: 10_000, block: 4096)
        #expect(space.needed(for: [0, 1, 4096, 4097], folders: 2) == 4096 * (0 + 1 + 1 + 2 + 2))
        #expect(try #require(files.space(folder.path)).block > 0)
        #expect(files.space(path("none")) == nil)
    }
}
