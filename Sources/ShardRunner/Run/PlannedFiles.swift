import DurableFiles
import StressBasics
import StressPipeline

/// Finds the files of a plan on this machine: where their names say, or anywhere below a folder by their bytes.
struct PlannedFiles {
    let plan: ShardPlan
    /// The folder that is searched; nil for the names of the study.
    let inputs: String?

    /// What was found of some files.
    struct Survey {
        /// Where those are that are here, and the digests of all.
        let files: InputFiles
        /// Why others cannot be used, by their place: try again for one that is not there, bad data for one of another size.
        var failures: [Int: Failure] = [:]
    }

    /// Looks for the files of the given places.
    ///
    /// - Throws: a ``Failure`` when there is no folder to search.
    func survey(_ places: Set<Int>) throws -> Survey {
        let digests = Dictionary(plan.files.map { ($0.name, $0.digest) }, uniquingKeysWith: { first, _ in first })
        var known = KnownFiles(digests: digests)
        var failures: [Int: Failure] = [:]
        if let inputs {
            let library = try FileLibrary(inputs)
            for place in places.sorted() {
                let file = plan.files[place]
                known.paths[file.name] = library.path(of: file)
                guard known.paths[file.name] == nil else { continue }
                let words = "no file below \(SourceLocation.presentablePath(inputs)) has its bytes"
                failures[place] = missing(file, words: words)
            }
            return Survey(files: InputFiles(base: plan.folder, known: known), failures: failures)
        }
        let files = InputFiles(base: plan.folder, known: known)
        for place in places {
            failures[place] = objection(to: plan.files[place], at: files.located(plan.files[place].name))
        }
        return Survey(files: files, failures: failures)
    }

    /// The files of the given places, all of them, with the bytes of the plan. O(bytes).
    ///
    /// - Throws: a ``Failure`` with the first that is not here, or has other bytes.
    func whole(_ places: Set<Int>, threads: Int) throws -> InputFiles {
        let survey = try survey(places)
        let wanted = places.sorted()
        for place in wanted { if let failure = survey.failures[place] { throw failure } }
        // What was searched for was found by its digest.
        guard inputs == nil else { return survey.files }
        let objections = parallelMap(count: wanted.count, threads: threads) { place in
            otherBytes(plan.files[wanted[place]], in: survey.files)
        }
        if let first = objections?.lazy.compactMap({ $0 }).first { throw first }
        return survey.files
    }

    private func otherBytes(_ file: ShardPlan.File, in files: InputFiles) -> Failure? {
        do throws(FileError) {
            guard let read = try FileDigest(files.located(file.name)) else { return other(file, "it is no file") }
            guard read.digest != file.digest else { return nil }
            return other(file, "its SHA-256 is \(read.digest.short)…, not \(file.digest.short)…")
        } catch {
            return Failure(
                .tryAgain, "cannot read \(SourceLocation.presentablePath(file.name)): \(error.words)",
                hint: "check its permissions, and the file system that it is on")
        }
    }

    /// Whether the files of the given places have the bytes of the plan now. O(bytes).
    func areWhole(_ places: [Int], in files: InputFiles) -> Bool {
        places.allSatisfy { place in
            let file = plan.files[place]
            guard let read = try? FileDigest(files.located(file.name)) else { return false }
            return read.digest == file.digest
        }
    }

    private func objection(to file: ShardPlan.File, at path: String) -> Failure? {
        guard let facts = FileFacts(path, followsLinks: true) else {
            return missing(file, words: "there is nothing at \(SourceLocation.presentablePath(path))")
        }
        guard facts.kind == .file else { return other(file, "it is no file") }
        guard facts.bytes != file.bytes else { return nil }
        let (found, planned) = distinctByteTexts(facts.bytes, file.bytes)
        return other(file, "it has \(found), not \(planned)")
    }

    private func other(_ file: ShardPlan.File, _ words: String) -> Failure {
        Failure(
            .badData, "\(SourceLocation.presentablePath(file.name)) is not what was planned with: \(words)",
            hint: "put the file back that was there when the run was planned, or plan it anew")
    }

    private func missing(_ file: ShardPlan.File, words: String) -> Failure {
        Failure(
            .tryAgain, "\(SourceLocation.presentablePath(file.name)) is not here: \(words)",
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
                .tryAgain, "there is no folder \(SourceLocation.presentablePath(folder))",
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
