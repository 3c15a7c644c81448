/// What a run folder calls the document of its results.
public let storedResultsName = "results.json.gz"

/// The document of a run's results as its folder keeps it. O(size).
public func compressedResults(_ document: [UInt8]) -> [UInt8] { gzipped(document) }

/// The document of the results that a run folder keeps. O(size).
///
/// - Throws: ``StoreError``: ``StoreError/Reason/inputOutput`` when there is none to read, ``StoreError/Reason/damaged`` when it is
///   not as it was written.
public func storedResults(of folder: String) throws(StoreError) -> [UInt8] {
    let path = "\(folder)/\(storedResultsName)"
    let packed: [UInt8]
    do throws(StoreError) {
        packed = try runFile(path, atMost: mostStoredBytes)
    } catch {
        throw StoreError(.inputOutput, error.message, hint: error.hint)
    }
    do throws(GzipProblem) {
        return try gunzipped(packed, most: mostStoredBytes)
    } catch {
        throw StoreError(
            .damaged, error == .tooLarge ? "\(path) is larger than any run's" : "\(path) is damaged",
            hint: "run the study again")
    }
}

/// The largest document that is read: that of a million cells takes about half of it.
private let mostStoredBytes = 2 << 30
