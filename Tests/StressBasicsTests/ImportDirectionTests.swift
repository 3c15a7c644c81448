import Foundation
import TestSupport
import Testing

/// The level table of the design: SwiftPM lets an undeclared import through, this test does not.
private let mayImport: [String: Set<String>] = [
    "StressBasics": ["CLibCrypto"],
    "DurableFiles": [],
    "PriceSeries": ["StressBasics"],
    "MarginModel": ["StressBasics"],
    "StressStatistics": ["StressBasics"],
    "ContentStore": ["CXXHash", "DurableFiles", "StressBasics"],
    "CSVIngest": [
        "CLibCSV", "CLibZip", "CZlib", "CZstd", "ContentStore", "StressBasics", "PriceSeries", "MarginModel",
    ],
    "PriceArchive": ["CLibCurl", "DurableFiles", "StressBasics"],
    "StudyPlan": ["StressBasics", "PriceSeries", "MarginModel", "StressStatistics", "Yams"],
    "StressEngine": ["StressBasics", "PriceSeries", "MarginModel", "StressStatistics", "StudyPlan"],
    "PlatformLedger": [
        "StressBasics", "PriceSeries", "MarginModel", "StressStatistics", "StudyPlan", "StressEngine",
    ],
    "Scenarios": ["MarginModel", "StressBasics", "StressEngine", "StudyPlan"],
    "RunStore": ["CZlib", "CZstd", "DurableFiles", "StressBasics", "StressStatistics", "StudyPlan", "GRDB"],
    "StressResults": ["StressBasics", "StressStatistics", "StudyPlan"],
    "StressReport": ["StressBasics", "StressStatistics", "StudyPlan", "RunStore", "StressResults"],
    "StressPipeline": [
        "CSVIngest", "ContentStore", "DurableFiles", "MarginModel", "PlatformLedger", "PriceSeries", "RunStore",
        "Scenarios", "StressBasics", "StressEngine", "StressReport", "StressResults", "StressStatistics", "StudyPlan",
    ],
    "ShardRunner": [
        "DurableFiles", "RunStore", "StressBasics", "StressEngine", "StressPipeline", "StressResults", "StudyPlan",
    ],
    "BelowZeroCLI": [
        "CSVIngest", "ContentStore", "DurableFiles", "MarginModel", "PriceArchive", "PriceSeries", "RunStore",
        "Scenarios", "ShardRunner", "StressBasics", "StressEngine", "StressPipeline", "StressReport", "StressResults",
        "StressStatistics", "StudyPlan", "ArgumentParser", "Logging",
    ],
]

/// Platform modules any of ours may use. Foundation stays out of hot loops, so only the outer modules have it.
private let platformModules: Set<String> = ["Glibc", "Darwin", "Musl"]
private let extraPlatformModules: [String: Set<String>] = [
    "StressBasics": ["Dispatch", "Synchronization"],
    // Several files wait for the disk at once.
    "DurableFiles": ["Dispatch", "Synchronization"],
    // The resamples that were drawn last serve every thread.
    "StressStatistics": ["Synchronization"],
    "CSVIngest": ["Dispatch", "Foundation", "FoundationEssentials", "Synchronization"],
    "ContentStore": ["Dispatch", "Synchronization"],
    "StressEngine": ["Dispatch", "Synchronization"],
    "PriceArchive": ["Dispatch", "Foundation", "Synchronization"],
    // The history reads the JSON of run folders; nothing else in the store may need Foundation.
    "RunStore": ["Foundation", "FoundationEssentials", "Synchronization"],
    // A document is JSON.
    "StressResults": ["Foundation"],
    "StressReport": ["Foundation", "FoundationEssentials"],
    "StressPipeline": ["Dispatch", "Foundation", "Synchronization"],
    "ShardRunner": ["Foundation", "Synchronization"],
    "BelowZeroCLI": ["Dispatch", "Foundation", "Synchronization"],
]

@Suite struct ImportDirectionTests {
    @Test func everyImportGoesDown() throws {
        var seen = 0
        for (module, file, name) in try imports() {
            guard let allowed = mayImport[module] else {
                Issue.record("\(module) is not in the level table")
                continue
            }
            let all = allowed.union(platformModules).union(extraPlatformModules[module] ?? [])
            #expect(all.contains(name), "\(file) imports \(name), which \(module) may not")
            seen += 1
        }
        #expect(seen > 50, "the test reads the sources")
    }

    @Test func onlyIngestKnowsTheParser() throws {
        let users = Set(try imports().filter { $0.name == "CLibCSV" }.map(\.module))
        #expect(users == ["CSVIngest"])
    }

    /// `Sources/README.md` has every module with the number of its files.
    @Test func theSourcesPageIsTrue() throws {
        let sources = packageRoot + "/Sources"
        let page = try String(contentsOfFile: sources + "/README.md", encoding: .utf8)
        let rows = page.matches(of: /\| [0-9] \| `([A-Za-z]+)` \| ([0-9]+) \|/)
        let said = Dictionary(uniqueKeysWithValues: rows.map { (String($0.1), Int($0.2)) })
        #expect(Set(said.keys) == Set(mayImport.keys))
        for (module, count) in said {
            let names = FileManager.default.enumerator(atPath: "\(sources)/\(module)")?.compactMap { $0 as? String }
            #expect(names?.count { $0.hasSuffix(".swift") } == count, "\(module)")
        }
        for name in page.matches(of: /`((?:[A-Za-z]+\/)+[A-Za-z+]+\.swift)`/).map({ String($0.1) })
        where !name.hasPrefix("Tests/") && !name.hasPrefix("Loader/") && !name.hasPrefix("Pages/") {
            #expect(FileManager.default.fileExists(atPath: "\(sources)/\(name)"), "\(name)")
        }
    }

    private func imports() throws -> [(module: String, file: String, name: String)] {
        let sources = URL(fileURLWithPath: packageRoot).appendingPathComponent("Sources")
        let files =
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
            ?? []
        return try files.filter { $0.pathExtension == "swift" }.flatMap { file in
            let path = file.path.dropFirst(sources.path.count + 1)
            let module = String(path.split(separator: "/")[0])
            return try importedModules(file).map { (module, String(path), $0) }
        }
    }

    private func importedModules(_ file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            while let first = words.first,
                first.hasPrefix("@") || ["public", "internal", "package", "private"].contains(first)
            { words.removeFirst() }
            guard words.first == "import", words.count > 1 else { return nil }
            // `import struct Foundation.Data` names the module before the dot.
            let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return name.split(separator: ".").first.map(String.init)
        }
    }
}
