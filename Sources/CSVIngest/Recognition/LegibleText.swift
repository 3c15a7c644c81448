/// The bytes of a field as text: UTF-8, or else Windows-1252, which spreadsheets of Western Europe write without saying so.
func legibleText(_ bytes: UnsafeRawBufferPointer) -> String {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(windowsScalar(byte)) }
    return String(text)
}

/// What Windows-1252 has where Latin-1 has control characters, from 0x80 on; 0 for what it leaves free.
private let windowsScalars: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
    0x0178,
]

private func windowsScalar(_ byte: UInt8) -> Unicode.Scalar {
    guard (0x80..<0xA0).contains(byte) else { return Unicode.Scalar(byte) }
    return Unicode.Scalar(windowsScalars[Int(byte) - 0x80]) ?? "\u{FFFD}"
}
