import DurableFiles
import StressBasics
import StressPipeline

/// Finds the files of a plan on this machine: where their names say, or anywhere below a folder by their bytes.
struct PlannedFiles {
    let plan: ShardPlan
    /// The folder that is searched; nil for the names of the study.
    let inputs: String?

    /// Files of the given places found, and the digests of all.
    ///
    /// - Throws: a ``Failure``: try again for a file that is not there, bad data for one of another size.
    func found(_ places: Set<Int>) throws -> InputFiles {
        let digests = Dictionary(plan.files.map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first })
        var known = KnownFiles(digests: digests)
        let wanted = places.sorted()
        if let inputs {
            let library = try FileLibrary(inputs)
            for place in wanted {
                let file = plan.files[place]
                guard let path = library.path(of: file) else {
                    throw missing(file, words: "no file below \(SourceLocation.presentable(inputs)) has its bytes")
                }
                known.paths[file.name] = path
            }
            return InputFiles(base: plan.folder, known: known)
        }
        let files = InputFiles(base: plan.folder, known: known)
        for place in wanted { try check(plan.files[place], at: files.located(plan.files[place].name)) }
        return files
    }

    /// Whether the files of the given places have the bytes of the plan now. O(bytes).
    func areWhole(_ places: [Int], in files: InputFiles) -> Bool {
        places.allSatisfy { place in
            let file = plan.files[place]
            guard let read = try? FileDigest(files.located(file.name)) else { return false }
            return read.digest == file.digest
        }
    }

    private func check(_ file: ShardPlan.File, at path: String) throws {
        guard let facts = FileFacts(path, followsLinks: true) else {
            throw missing(file, words: "there is nothing at \(SourceLocation.presentable(path))")
        }
        guard facts.kind == .file, facts.bytes == file.bytes else {
            throw Failure(
                .badData,
                "\(SourceLocation.presentable(file.name)) is not what was planned with: it has \(byteText(facts.bytes)), not \(byteText(file.bytes))",
                hint: "put the file back that was there when the run was planned, or plan it anew")
        }
    }

    private func missing(_ file: ShardPlan.File, words: String) -> Failure {
        Failure(
            .tryAgain, "\(SourceLocation.presentable(file.name)) is not here: \(words)",
            hint: "wait until it is copied, mount the file system that it is on, or search a folder with --inputs")
    }
}

/// Files below a folder by size, whose digests are found as they are asked for.
private final class FileLibrary {
    private var paths: [Int: [String]] = [:]
    private var digests: [String: Digest] = [:]
    /// More files are not looked at.
    private static let mostFiles = 5_000_000

    init(_ folder: String) throws {
        guard FileFacts(folder, followsLinks: true)?.kind == .folder else {
            throw Failure(
                .tryAgain, "there is no folder \(SourceLocation.presentable(folder))",
                hint: "check --inputs, and that the file system is mounted")
        }
        var (folders, count) = ([folder], 0)
        while let folder = folders.popLast(), count < FileLibrary.mostFiles {
            for name in namesInFolder(folder) {
                let path = "\(folder)/\(name)"
                guard let facts = FileFacts(path) else { continue }
                count += 1
                switch facts.kind {
                case .folder: folders.append(path)
                case .file: paths[facts.bytes, default: []].append(path)
                // To a file. One to a folder may lead in a circle.
                case .link:
                    if let target = FileFacts(path, followsLinks: true), target.kind == .file {
                        paths[target.bytes, default: []].append(path)
                    }
                case .nothing, .other: break
                }
            }
        }
    }

    /// A file with these bytes, one of the same name first; nil when there is none.
    func path(of file: ShardPlan.File) -> String? {
        let name = splitPath(file.name).name
        let candidates = paths[file.bytes] ?? []
        let (same, others) = (
            candidates.filter { splitPath($0).name == name }, candidates.filter { splitPath($0).name != name }
        )
        return (same + others).first { digest($0) == file.digest }
    }

    private func digest(_ path: String) -> Digest? {
        if let known = digests[path] { return known }
        let digest = (try? FileDigest(path))?.digest
        digests[path] = digest
        return digest
    }
}
