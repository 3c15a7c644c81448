#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A long text in which thousands of short ones are looked for, byte by byte.
public struct SearchedText: Sendable {
    private let bytes: ContiguousArray<CChar>

    /// A text without the character 0.
    public init(_ text: String) { bytes = text.utf8CString }

    /// Whether the words stand in it.
    public func contains(_ words: String) -> Bool {
        bytes.withUnsafeBufferPointer { text in
            words.withCString { words in text.baseAddress.flatMap { strstr($0, words) } != nil }
        }
    }
}

/// A text without spaces: where lines and columns end does not matter.
public func packed(_ text: String) -> String {
    var packed = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !scalar.properties.isWhitespace { packed.append(scalar) }
    return String(packed)
}
