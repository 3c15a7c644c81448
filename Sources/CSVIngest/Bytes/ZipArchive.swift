import CLibZip
import StressBasics

/// One file in a zip archive, with the facts of the archive that it shares with the others.
struct ZipMember: Sendable {
    /// The archive, a file or memory.
    let archive: ZipSource
    /// Its number in the archive's directory.
    let index: UInt64
    /// `archive.zip/member.csv`, shown to people.
    let name: String
    /// Its name in the archive, with folders.
    let path: String
    /// Bytes of the archive on the disk.
    let byteCount: Int
    /// The digest of the archive's bytes.
    let sha256: Digest
    /// What the file system said of the archive before the digest was taken; nil for memory.
    let identity: FileIdentity?

    /// Whether the archive is still the file that the digest is of.
    fileprivate var isUnchanged: Bool {
        guard case .file(let path) = archive else { return true }
        return FileIdentity(path: path) == identity
    }
}

/// Where an archive's bytes are.
enum ZipSource: Sendable {
    case file(String)
    case memory([UInt8])
}

/// An open zip archive.
final class ZipArchive {
    fileprivate let handle: OpaquePointer
    private let name: String
    /// Keeps the bytes of an archive in memory in place while libzip reads them.
    private let copy: UnsafeMutableBufferPointer<UInt8>?

    /// Most members of an archive.
    static let mostMembers = 100_000

    init(_ source: ZipSource, name: String) throws(IngestError) {
        self.name = name
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        let opened: OpaquePointer?
        switch source {
        case .file(let path):
            copy = nil
            opened = zip_source_file_create(path, 0, -1, &error)
        case .memory(let bytes):
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
            _ = buffer.initialize(from: bytes)
            copy = buffer
            opened = zip_source_buffer_create(buffer.baseAddress, UInt64(bytes.count), 0, &error)
        }
        guard let opened, let archive = zip_open_from_source(opened, ZIP_RDONLY, &error) else {
            // The source is libzip's only after a successful opening.
            if let opened { zip_source_free(opened) }
            copy?.deallocate()
            throw ZipArchive.refusal(String(cString: zip_error_strerror(&error)), name)
        }
        handle = archive
    }

    deinit {
        zip_discard(handle)
        copy?.deallocate()
    }

    /// The members that hold data, by name: all tables (`.csv`, `.tsv`, `.txt`) where there are any, else every file; not
    /// folders, hidden files and what macOS adds.
    func members() throws(IngestError) -> [(index: UInt64, name: String)] {
        let files = try files()
        if files.contains(where: { $0.name == "[Content_Types].xml" }) {
            throw IngestError(
                .unsupported, "cannot read the file as a table",
                why: "it is an Excel workbook or another office document",
                at: SourceLocation(file: name), hint: "save its table as CSV in the program that made it")
        }
        let tables = files.filter { file in [".csv", ".tsv", ".txt"].contains { file.name.lowercased().hasSuffix($0) } }
        let csv = tables.filter { !$0.name.lowercased().hasSuffix(".txt") }
        let chosen = !csv.isEmpty ? csv : !tables.isEmpty ? tables : files
        return chosen.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    }

    /// The members that are no folders, hidden files or additions of macOS.
    private func files() throws(IngestError) -> [(index: UInt64, name: String)] {
        let count = zip_get_num_entries(handle, 0)
        guard count <= ZipArchive.mostMembers else {
            throw IngestError(
                .tooLarge, "cannot read the archive", why: "it has more than 100 000 members",
                at: SourceLocation(file: name))
        }
        return (0..<UInt64(max(0, count))).compactMap { index in
            guard let raw = zip_get_name(handle, index, 0) else { return nil }
            let member = String(cString: raw)
            let base = member.split(separator: "/").last ?? ""
            let isPassedOver = member.hasSuffix("/") || base.hasPrefix(".") || member.hasPrefix("__MACOSX/")
            return isPassedOver ? nil : (index, member)
        }
    }

    fileprivate static func refusal(_ why: String, _ name: String) -> IngestError {
        IngestError(
            .malformed, "cannot read the archive", why: why, at: SourceLocation(file: name),
            hint: "the archive is cut short, damaged or locked; fetch it again and test it with unzip -t")
    }
}

/// Reads one member of an archive from front to back; its checksum is verified at the end.
final class ZipMemberReader {
    private let archive: ZipArchive
    private let file: OpaquePointer
    private let member: ZipMember

    /// A reader of the member; nil for none.
    static func open(_ member: ZipMember?) throws(IngestError) -> ZipMemberReader? {
        guard let member else { return nil }
        return try ZipMemberReader(member)
    }

    private init(_ member: ZipMember) throws(IngestError) {
        let archive = try ZipArchive(member.archive, name: member.name)
        guard let opened = zip_fopen_index(archive.handle, member.index, 0) else {
            throw ZipArchive.refusal(String(cString: zip_strerror(archive.handle)), member.name)
        }
        (file, self.member) = (opened, member)
        self.archive = archive
    }

    deinit { zip_fclose(file) }

    /// Fills as much of `buffer` as one read gives; 0 at the end.
    func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(IngestError) -> Int {
        let count = zip_fread(file, buffer.baseAddress, UInt64(buffer.count))
        guard count >= 0 else { throw ZipArchive.refusal(String(cString: zip_file_strerror(file)), member.name) }
        if count == 0, !member.isUnchanged { throw RawInput.changed(member.name) }
        return Int(count)
    }
}

extension InputPlace {
    /// The member of an archive that this is.
    var zipMember: ZipMember? {
        guard case .member(let member) = self else { return nil }
        return member
    }

    /// The place itself, or for a zip archive one place for each of its tables, by name.
    ///
    /// Pipes and devices are not looked into: what was read from them would be gone.
    func unpacked() throws(IngestError) -> [InputPlace] {
        switch self {
        case .member, .standardInput: return [self]
        case .memory(let bytes, _):
            guard isZip(bytes.prefix(4)) else { return [self] }
            return try members(.memory(bytes))
        case .file:
            guard isRereadable, let path, try isZip(firstBytes(4)[...]) else { return [self] }
            return try members(.file(path))
        }
    }

    /// The place, which must not be an archive of several files.
    func single() throws(IngestError) -> InputPlace {
        let places = try unpacked()
        guard places.count > 1 else { return places[0] }
        throw IngestError(
            .unsupported, "cannot read the archive", why: "one file is wanted, and it has \(spacedCount(places.count))",
            at: SourceLocation(file: name))
    }

    private func members(_ source: ZipSource) throws(IngestError) -> [InputPlace] {
        let known = identity
        let found = try ZipArchive(source, name: name).members()
        guard !found.isEmpty else {
            throw IngestError(
                .empty, "cannot read the archive", why: "it holds no file", at: SourceLocation(file: name))
        }
        let (count, digest) = try wholeFile()
        return found.map { member in
            .member(
                ZipMember(
                    archive: source, index: member.index, name: "\(name)/\(member.name)", path: member.name,
                    byteCount: count, sha256: digest, identity: known))
        }
    }

    /// Whether the first four bytes are those of an archive with members, or without any.
    private func isZip(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.elementsEqual([0x50, 0x4B, 0x03, 0x04]) || bytes.elementsEqual([0x50, 0x4B, 0x05, 0x06])
    }

    private func firstBytes(_ count: Int) throws(IngestError) -> [UInt8] {
        let input = try RawInput(self)
        let buffer = ByteBuffer(count: count)
        defer { withExtendedLifetime(buffer) {} }
        let read = try input.read(into: UnsafeMutableRawBufferPointer(buffer.bytes))
        return Array(buffer.bytes[..<read])
    }

    /// Size and digest of all bytes: libzip jumps about in a file, so they cannot be had on the way.
    private func wholeFile() throws(IngestError) -> (Int, Digest) {
        let input = try RawInput(self)
        let buffer = ByteBuffer(count: 1 << 18)
        defer { withExtendedLifetime(buffer) {} }
        while try input.read(into: UnsafeMutableRawBufferPointer(buffer.bytes)) > 0 {}
        return (input.byteCount, input.digest)
    }
}
