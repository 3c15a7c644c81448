import Foundation
import StressBasics
import StudyPlan

/// A study file with its place: checked, and its files found.
public struct LoadedStudy {
    /// The study, its patterns replaced by the files that they match.
    public let study: Study
    /// What is worth saying of it.
    public let notes: [Finding]
    /// Where its files are.
    public let files: InputFiles
    /// The study file.
    public let path: String

    /// Reads and checks a study file, and finds the files its globs match, relative to `prices` or else to the study.
    ///
    /// - Parameters:
    ///   - bounds: whether the best and the worst fill stand beside the chosen one, on every platform.
    ///   - findsFiles: whether globs are replaced by what they match, and files divided into their markets.
    ///   - threads: for files that have to be read to be divided.
    /// - Throws: a ``Failure`` that says what is wrong with the file, the study, or a file that cannot be divided.
    public init(
        file: String, prices: String? = nil, bounds: Bool = false, findsFiles: Bool = true, threads: Int
    ) throws {
        let isPiped = file == LoadedStudy.standardInput
        let place = LoadedStudy.located(file)
        path = place
        files = InputFiles(base: prices ?? (isPiped ? "" : LoadedStudy.folder(of: place)))
        let text = try LoadedStudy.text(of: place)
        let file = isPiped ? "standard input" : place
        do {
            let loaded = try LoadedStudy.load(text, file: file, bounds: bounds)
            guard findsFiles, loaded.value.inputs.contains(where: { $0.source.each != nil }) else {
                var study = loaded.value
                if findsFiles { study.inputs = files.expanded(study.inputs) }
                (self.study, notes) = (study, loaded.findings)
                return
            }
            let divided = try files.divided(loaded.value, file: file, threads: threads)
            (study, notes) = (divided.value, loaded.findings + divided.findings)
        } catch let error as StudyError {
            throw Failure(error)
        }
    }

    /// The name of a study that is read from standard input.
    public static let standardInput = "-"

    /// The default study comes with the program, wherever that was started.
    private static func located(_ file: String) -> String {
        guard file == defaultStudy, !FileManager.default.fileExists(atPath: file) else { return file }
        return DataFolder.path("Studies/default.yaml") ?? file
    }

    /// The folder of a study file; empty for the working directory.
    public static func folder(of file: String) -> String {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return file.hasPrefix("/") && folder.isEmpty ? "/" : folder
    }

    /// Reads a study; venues are looked up only when it names a platform that it does not describe.
    private static func load(_ text: String, file: String, bounds: Bool) throws -> Partial<Study> {
        do throws(StudyError) {
            return try loadStudy(yaml: text, file: file, bounds: bounds)
        } catch {
            guard error.namesUnknownPlatform else { throw error }
        }
        return try loadStudy(yaml: text, file: file, venues: try VenueLibrary().profiles, bounds: bounds)
    }

    /// The text of a study file; says of what cannot be one what it is.
    public static func text(of file: String) throws -> String {
        let isPiped = file == standardInput
        let name = isPiped ? "on standard input" : file
        guard let data = isPiped ? try? bytes(of: .standardInput) : try studyBytes(of: file) else {
            throw Failure(.noInput, "cannot read the study \(name)", hint: "check the path")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(
                .badStudy, "\(isPiped ? "standard input" : file) is not UTF-8 text", hint: "save it as UTF-8")
        }
        return text
    }

    private static func studyBytes(of file: String) throws -> Data {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
            throw Failure(.noInput, "cannot read the study \(file): it is a folder", hint: studiesHint(in: file))
        }
        let number = open(file, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else {
            let code = errno
            let words = String(cString: strerror(code))
            throw Failure(.noInput, "cannot read the study \(file): \(words)", hint: hint(code, file))
        }
        let handle = FileHandle(fileDescriptor: number, closeOnDealloc: true)
        do {
            return try bytes(of: handle)
        } catch {
            throw Failure(.noInput, "cannot read the study \(file)", hint: "check the disk that it is on")
        }
    }

    private static func hint(_ code: Int32, _ file: String) -> String {
        switch code {
        case ELOOP: "the links lead in a circle; name the file itself"
        case EACCES: "give the user that runs belowzero the right to read it"
        case _ where file == defaultStudy: "name a study file, or write one with: belowzero init"
        case ENOENT: (nearStudy(file).map { "did you mean '\($0)'? " } ?? "") + "check the path"
        default: "check the path"
        }
    }

    /// The study file in the same folder whose name is a slip away, or lacks nothing but its ending.
    private static func nearStudy(_ file: String) -> String? {
        let typed = URL(fileURLWithPath: file)
        let stem = typed.deletingPathExtension().lastPathComponent
        let known = studies(in: typed.deletingLastPathComponent().path)
        let stems = known.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
        guard let near = nearestName(to: stem, among: stems), let place = stems.firstIndex(of: near) else { return nil }
        return SourceLocation.presentablePath(file.dropLast(typed.lastPathComponent.count) + known[place])
    }

    /// The study files of a folder by name; none where it cannot be read.
    private static func studies(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    }

    private static func studiesHint(in folder: String) -> String {
        let studies = studies(in: folder).prefix(5)
        guard !studies.isEmpty else { return "name a study file, or write one with: belowzero init" }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        return "name a file in it: " + studies.map { base + $0 }.joined(separator: ", ")
    }

    /// At most 1 MiB, which is more than a study may have; a pipe gives it piece by piece.
    private static func bytes(of handle: FileHandle) throws -> Data {
        var data = Data()
        while data.count < 1 << 20, let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty { data += piece }
        return data
    }
}

/// The study that commands take when none is named.
public let defaultStudy = "Data/Studies/default.yaml"
