import CSVIngest
import DurableFiles
import Foundation
import PriceSeries
import StressBasics
import StudyPlan

/// Finds the files a study names: relative to a base folder, globs in name order.
public struct InputFiles: Sendable {
    /// The folder of the study file; empty for the working directory.
    public let base: String
    /// Where files are that do not lie where their names say, and what bytes they must have.
    let known: KnownFiles

    /// - Parameters:
    ///   - base: the folder that names are relative to; empty for the working directory.
    ///   - known: files of which more is known than their names.
    public init(base: String, known: KnownFiles = KnownFiles()) { (self.base, self.known) = (base, known) }

    /// The same options for files that are found here.
    func finding(_ options: IngestOptions) -> IngestOptions {
        var options = options
        (options.baseFolder, options.paths) = (base, known.paths)
        return options
    }

    /// The same inputs with globs replaced by the files they match, named as the study names them. A pattern that matches
    /// nothing stays, for ``unmatched(_:)`` to find.
    func expanded(_ inputs: [StudyInput]) -> [StudyInput] {
        inputs.map { input in
            var result = input
            result.source.files = input.source.files.flatMap(matches)
            result.mark?.files = input.mark?.files.flatMap(matches) ?? []
            result.reference?.files = input.reference?.files.flatMap(matches) ?? []
            if case .file(var source) = input.funding {
                source.files = source.files.flatMap(matches)
                result.funding = .file(source)
            }
            return result
        }
    }

    /// The patterns of an input that match no file.
    func unmatched(_ input: StudyInput) -> [String] {
        input.allFiles.filter(isPattern)
    }

    /// Why a pattern matches no file.
    func objection(to pattern: String) -> IngestError {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        let fixed = parts.prefix { !$0.contains { InputFiles.signs.contains($0) } }
        let folder = fixed.joined(separator: "/")
        let place = located(folder)
        do throws(FileError) {
            _ = try listedNames(place.isEmpty ? "." : place)
            return .noMatch(pattern)
        } catch {
            return .noMatch(pattern, folder: folder.isEmpty ? "of the study" : folder, words: error.words)
        }
    }

    private static let signs: Set<Character> = ["*", "?", "["]

    /// A file whose name looks like a pattern is a file.
    private func isPattern(_ name: String) -> Bool {
        name.contains { InputFiles.signs.contains($0) } && !FileManager.default.fileExists(atPath: located(name))
    }

    private func matches(_ pattern: String) -> [String] {
        guard isPattern(pattern) else { return [pattern] }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(located(pattern), 0, nil, &found) == 0, found.gl_pathc > 0 else { return [pattern] }
        // glob sorts by the locale's rules; names must not change their order with the machine.
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        return paths.map { String($0.dropFirst(prefix.count)) }.sorted {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }
    }

    private var prefix: String { base.isEmpty ? "" : base + "/" }

    /// Where a file named by the study lies.
    public func located(_ file: String) -> String {
        known.paths[file] ?? (file.hasPrefix("/") ? file : prefix + file)
    }
}

extension StudyInput {
    /// The files of all its series, in the order in which reports list them.
    public var allFiles: [String] { source.files + sideFiles }

    /// Those beside the prices: marks, another venue's prices, funding.
    public var sideFiles: [String] {
        var names = (mark?.files ?? []) + (reference?.files ?? [])
        if case .file(let source)? = funding { names += source.files }
        return names
    }
}
