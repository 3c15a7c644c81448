import Foundation
import StressBasics
import StressPipeline

/// How files of prices are called, packed or not.
enum PriceFileName {
    /// The longest first.
    private static let endings = [".csv.gz", ".csv.zst", ".csv", ".txt", ".zip", ".gz", ".zst"]

    /// The ending of such a name; nil for another.
    static func ending(of name: String) -> String? { endings.first { name.lowercased().hasSuffix($0) } }

    /// A name without its ending.
    static func stem(_ name: String) -> String { String(name.dropLast(ending(of: name)?.count ?? 0)) }
}

/// The files below a folder, by name, without hidden ones; a file is itself.
///
/// - Parameter most: of files; and ten times as many are looked at. More than this is no folder of prices, but a whole disk.
func filesBelow(_ name: String, most: Int = 10_000) throws -> [String] {
    guard isFolder(name) else { return [name] }
    let folder = name.hasSuffix("/") ? String(name.dropLast()) : name
    var (files, seen) = ([String](), 0)
    let found = FileManager.default.enumerator(atPath: name)
    while let path = found?.nextObject() as? String {
        seen += 1
        let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
        if !isHidden, !isFolder("\(folder)/\(path)") { files.append("\(folder)/\(path)") }
        guard files.count <= most, seen <= 10 * most else { throw tooMany(name, most) }
    }
    guard !files.isEmpty else { throw Failure(.noInput, "no file in \(SourceLocation.presentablePath(name))") }
    return files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

private func tooMany(_ name: String, _ most: Int) -> Failure {
    Failure(
        .noInput,
        "more than \(groupedText(most, separator: ",")) files are below \(SourceLocation.presentablePath(name)), or ten times as many names: "
            + "too many for a folder of prices",
        hint: "name a folder that holds price files alone, or the files")
}

private func isFolder(_ name: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) && isFolder.boolValue
}
