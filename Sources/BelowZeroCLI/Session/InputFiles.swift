import Foundation
import PriceSeries
import StressBasics
import StudyPlan

/// Finds the files a study names: relative to a base folder, globs in name order.
struct InputFiles {
    /// The folder of the study file; empty for the working directory.
    let base: String

    /// The same inputs with globs replaced by the files they match, named as the study names them.
    func expanded(_ inputs: [StudyInput]) throws -> [StudyInput] {
        try inputs.map { input in
            var result = input
            result.source.files = try input.source.files.flatMap(matches)
            result.mark?.files = try input.mark?.files.flatMap(matches) ?? []
            result.reference?.files = try input.reference?.files.flatMap(matches) ?? []
            if case .file(var source) = input.funding {
                source.files = try source.files.flatMap(matches)
                result.funding = .file(source)
            }
            return result
        }
    }

    private func matches(_ pattern: String) throws -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: located(pattern))
        else {
            return [pattern]
        }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(located(pattern), 0, nil, &found) == 0, found.gl_pathc > 0 else {
            throw Failure(.noInput, "no file matches \(pattern)", hint: "paths are relative to the study file")
        }
        // glob sorts by the locale's rules; names must not change their order with the machine.
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        return paths.map { String($0.dropFirst(prefix.count)) }.sorted {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }
    }

    private var prefix: String { base.isEmpty ? "" : base + "/" }

    /// Where a file named by the study lies.
    func located(_ file: String) -> String { file.hasPrefix("/") ? file : prefix + file }
}
