// swift-tools-version: 6.1
import PackageDescription

// The direction of imports is drawn in `Tests/StressBasicsTests/ImportDirectionTests.swift`,
// which compares every `import` line with the level table: SwiftPM itself lets an undeclared
// import through.

// The modules whose loops do the work are optimised in debug builds too: tests walk billions of bars. Their assertions stay.
let hot: [SwiftSetting] = [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

// In release builds they stay optimised under `Tests/Support/release.sh`, whose flags come after these and optimise
// nothing: the frontend's own flags come last of all, and the module keeps the bodies that others inline, as with `-O`.
let optimised: [SwiftSetting] = [
    .unsafeFlags(
        ["-no-emit-module-separately-wmo", "-Xfrontend", "-O", "-Xfrontend", "-enable-default-cmo"],
        .when(configuration: .release))
]

// Studies, pages, commands and the talk with disk and network, and tests: optimising them took more than half of our own
// processor time in a release build. What a night spends time in belongs into the other modules.
let cold: [SwiftSetting] = [.unsafeFlags(["-Onone"], .when(configuration: .release))]

// The program and its tests are one build: what is compiled for `make run` is not compiled again for `make test`.
let tested: [SwiftSetting] = [.unsafeFlags(["-enable-testing"], .when(configuration: .release))]

// Warnings are errors where we know which there are: a newer compiler may find new ones, and a build for use does not stop at them.
// BELOWZERO_WARNINGS=pass lets all pass.
#if compiler(>=6.3) && compiler(<6.4)
    let known = true
#else
    let known = false
#endif
let strict: [SwiftSetting] =
    known && Context.environment["BELOWZERO_WARNINGS"] != "pass" ? [.unsafeFlags(["-warnings-as-errors"])] : []

let package = Package(
    name: "BelowZero",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "belowzero", targets: ["BelowZeroCLI"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Level 0: system libraries.
        .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"]), .brew(["libcsv"])]),
        .systemLibrary(name: "CLibCrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CLibCurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibZip", providers: [.apt(["libzip-dev"]), .brew(["libzip"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        // Level 1: values.
        .target(name: "StressBasics", dependencies: ["CLibCrypto"]),
        .target(name: "DurableFiles"),
        // Level 2: pure rules and columns, and a place to keep what was computed.
        .target(name: "ContentStore", dependencies: ["CXXHash", "DurableFiles", "StressBasics"]),
        .target(name: "PriceSeries", dependencies: ["StressBasics"]),
        .target(name: "MarginModel", dependencies: ["StressBasics"]),
        .target(name: "StressStatistics", dependencies: ["StressBasics"]),
        // Level 3: files in.
        .target(
            name: "CSVIngest",
            dependencies: [
                "CLibCSV", "CLibZip", "CZlib", "CZstd", "ContentStore", "StressBasics", "PriceSeries", "MarginModel",
            ]),
        .target(
            name: "StudyPlan",
            dependencies: [
                "StressBasics", "PriceSeries", "MarginModel", "StressStatistics",
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(name: "PriceArchive", dependencies: ["CLibCurl", "DurableFiles", "StressBasics"]),
        // Level 4: the engine.
        .target(
            name: "StressEngine",
            dependencies: ["StressBasics", "PriceSeries", "MarginModel", "StressStatistics", "StudyPlan"],
            exclude: ["Sweep/Sweep.md"]),
        // Level 5: who pays.
        .target(
            name: "PlatformLedger",
            dependencies: [
                "MarginModel", "PriceSeries", "StressBasics", "StressEngine", "StressStatistics", "StudyPlan",
            ]),
        // Level 5: what a known price does to a position.
        .target(
            name: "Scenarios", dependencies: ["MarginModel", "StressBasics", "StressEngine", "StudyPlan"]),
        // Levels 5 and 6: files out.
        .target(
            name: "RunStore",
            dependencies: [
                "CZlib", "CZstd", "DurableFiles", "StressBasics", "StressStatistics", "StudyPlan",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(name: "StressResults", dependencies: ["StressBasics", "StressStatistics", "StudyPlan"]),
        .target(
            name: "StressReport",
            dependencies: ["StressBasics", "StressStatistics", "StudyPlan", "RunStore", "StressResults"],
            resources: [
                .embedInCode("Resources/chart.css"), .embedInCode("Resources/explore.js"),
                .embedInCode("Resources/report.css"), .embedInCode("Resources/report.js"),
            ]),
        // Level 7: from files to reports, for whoever watches.
        .target(
            name: "StressPipeline",
            dependencies: [
                "CSVIngest", "ContentStore", "DurableFiles", "MarginModel", "PlatformLedger", "PriceSeries", "RunStore",
                "Scenarios", "StressBasics", "StressEngine", "StressReport", "StressResults", "StressStatistics",
                "StudyPlan",
            ],
            // Links to Data/Venues and Data/Events: a program copied away from its data still knows them.
            resources: [.embedInCode("Venues"), .embedInCode("Events")]),
        // Level 8: one run on many machines.
        .target(
            name: "ShardRunner",
            dependencies: [
                "DurableFiles", "RunStore", "StressBasics", "StressEngine", "StressPipeline", "StressResults",
                "StudyPlan",
            ]),
        // Level 9: the only place that knows them all.
        .executableTarget(
            name: "BelowZeroCLI",
            dependencies: [
                "CSVIngest", "ContentStore", "DurableFiles", "MarginModel", "PriceArchive", "PriceSeries", "RunStore",
                "Scenarios", "ShardRunner", "StressBasics", "StressEngine", "StressPipeline", "StressReport",
                "StressResults", "StressStatistics", "StudyPlan",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // Tests and benchmarks.
        .executableTarget(
            name: "StressBench",
            dependencies: [
                "CLibCSV", "CSVIngest", "ContentStore", "MarginModel", "PlatformLedger", "PriceSeries", "StressBasics",
                "StressEngine", "StudyPlan",
            ],
            path: "Tests/Bench"),
        .target(
            name: "CoverageSimulation", dependencies: ["StressBasics", "StressStatistics"],
            path: "Tests/Coverage/Simulation"),
        .executableTarget(
            name: "StressCoverage", dependencies: ["CoverageSimulation", "StressBasics", "StressStatistics"],
            path: "Tests/Coverage/Program"),
        .target(
            name: "TestSupport", dependencies: ["DurableFiles", "StressBasics", "PriceSeries"], path: "Tests/Support",
            exclude: ["build.sh", "install-deps.sh", "release.sh", "misbehaving_archive.py", "stopped_runs.py"]),
        .testTarget(name: "StressBasicsTests", dependencies: ["StressBasics", "TestSupport"]),
        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"]),
        .testTarget(name: "ContentStoreTests", dependencies: ["ContentStore", "DurableFiles", "TestSupport"]),
        .testTarget(name: "PriceSeriesTests", dependencies: ["PriceSeries", "TestSupport"]),
        .testTarget(name: "MarginModelTests", dependencies: ["MarginModel", "TestSupport"]),
        .testTarget(
            name: "StressStatisticsTests", dependencies: ["StressStatistics", "CoverageSimulation", "TestSupport"]),
        .testTarget(name: "CSVIngestTests", dependencies: ["CSVIngest", "CLibCSV", "ContentStore", "TestSupport"]),
        .testTarget(name: "PriceArchiveTests", dependencies: ["DurableFiles", "PriceArchive", "TestSupport"]),
        .testTarget(name: "StudyPlanTests", dependencies: ["StudyPlan", "TestSupport"]),
        .testTarget(
            name: "StressEngineTests",
            dependencies: ["StressEngine", "CSVIngest", "TestSupport"]),
        .testTarget(
            name: "PlatformLedgerTests",
            dependencies: ["PlatformLedger", "CSVIngest", "TestSupport"]),
        .testTarget(name: "ScenariosTests", dependencies: ["Scenarios", "TestSupport"]),
        .testTarget(name: "RunStoreTests", dependencies: ["CZstd", "DurableFiles", "RunStore", "TestSupport"]),
        .testTarget(
            name: "StressReportTests", dependencies: ["CSVIngest", "RunStore", "StressReport", "TestSupport"],
            exclude: ["Golden"]),
        .testTarget(
            name: "StressPipelineTests", dependencies: ["PriceSeries", "RunStore", "StressPipeline", "TestSupport"]),
        .testTarget(
            name: "ShardRunnerTests",
            dependencies: ["DurableFiles", "PriceSeries", "RunStore", "ShardRunner", "StressPipeline", "TestSupport"]),
        .testTarget(name: "CommandLineTests", dependencies: ["BelowZeroCLI", "TestSupport"], exclude: ["Golden"]),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz` sets this: libFuzzer brings its own main, and the modules of the reader are watched by it.
if Context.environment["BELOWZERO_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "ReaderFuzz", dependencies: ["CSVIngest", "PriceSeries", "StressBasics"], path: "Tests/Fuzz",
            exclude: ["run.sh", "prices.dict"],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}

let hotModules: Set = [
    "StressBasics", "DurableFiles", "PriceSeries", "MarginModel", "StressStatistics", "ContentStore", "CSVIngest",
    "StressEngine", "PlatformLedger", "CoverageSimulation", "TestSupport",
    "ReaderFuzz",
]
// A package is built once for many nights: pages, of which optimising takes as long as building a third of the rest and saves a
// tenth of a night, are optimised in it alone.
let packaged: Set = Context.environment["BELOWZERO_PACKAGE"] == "1" ? ["StressReport", "StudyPlan"] : []
// The ledger's judge looks at every position in every bar.
let optimisedModules = hotModules.union(["StressBench", "StressCoverage", "PlatformLedgerTests"]).union(packaged)

for target in package.targets where target.type != .system {
    let fuzzed: [SwiftSetting] =
        Context.environment["BELOWZERO_FUZZ"] == "1"
            && ["CSVIngest", "PriceSeries", "StressBasics", "MarginModel", "ReaderFuzz"].contains(target.name)
        ? [.unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"])] : []
    target.swiftSettings =
        strict + tested + fuzzed + (hotModules.contains(target.name) ? hot : [])
        + (optimisedModules.contains(target.name) ? optimised : cold)
}
