import Foundation
import StressPipeline

/// The files below a folder, by name, without hidden ones; a file is itself.
func filesBelow(_ name: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue else {
        return [name]
    }
    let found = FileManager.default.enumerator(atPath: name)?.compactMap { $0 as? String } ?? []
    let files = found.filter { path in
        guard !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { return false }
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(name)/\(path)", isDirectory: &isFolder)
            && !isFolder.boolValue
    }
    guard !files.isEmpty else { throw Failure(.noInput, "no file in \(name)") }
    let folder = name.hasSuffix("/") ? String(name.dropLast()) : name
    return files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.map { "\(folder)/\($0)" }
}
