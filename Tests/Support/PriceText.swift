import StressBasics

/// A CSV of bars with a header, `price` ± 1 as high and low: written here, where loops are optimised.
///
/// - Parameters:
///   - decimals: whether prices are written as decimals (`100.0`) or as whole numbers.
///   - price: open and close of a bar by its place.
public func barsText(_ count: Int, seconds: Int, decimals: Bool = false, price: (Int) -> Int) -> String {
    var csv = "time,open,high,low,close\n"
    let point = decimals ? ".0" : ""
    for bar in 0..<count {
        let price = price(bar)
        csv += "\(1_500_000_000 + bar * seconds)"
        for value in [price, price + 1, price - 1, price] { csv += ",\(value)\(point)" }
        csv += "\n"
    }
    return csv
}

/// A decimal of any of the forms that numbers have: signs, points, exponents, and more digits than a double holds.
public func randomDecimal(_ random: inout SeededGenerator) -> String {
    let digits = Int.random(in: 1...22, using: &random)
    var text = Array((["", "", "", "-", "+"].randomElement(using: &random) ?? "").utf8)
    for _ in 0..<digits { text.append(UInt8.random(in: 48...57, using: &random)) }
    if Bool.random(using: &random) {
        text.append(UInt8(ascii: "."))
        for _ in 0..<Int.random(in: 0...25, using: &random) { text.append(UInt8.random(in: 48...57, using: &random)) }
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
        text.append(UInt8(ascii: Bool.random(using: &random) ? "e" : "E"))
        text += String(Int.random(in: -60...60, using: &random)).utf8
    }
    return String(decoding: text, as: UTF8.self)
}

/// `29374.99000000` and the like.
public func randomPrice(_ random: inout SeededGenerator) -> String {
    func digits(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random) }
    }
    let (whole, fraction) = (Int.random(in: 0...9, using: &random), Int.random(in: 0...9, using: &random))
    var text = digits(whole)
    if fraction + whole > 0, Bool.random(using: &random) { text.append(UInt8(ascii: ".")) }
    text += digits(fraction)
    return whole + fraction == 0 ? "0" : String(decoding: text, as: UTF8.self)
}

/// The pieces of a text between separators, empty ones left out, in order: cut here, where loops are optimised.
///
/// - Parameter body: given each piece; the rest is left when it says false.
public func forEachToken(
    of text: [UInt8], separators: some Sequence<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Bool
) rethrows {
    var isSeparator = [Bool](repeating: false, count: 256)
    for byte in separators { isSeparator[Int(byte)] = true }
    try text.withUnsafeBufferPointer { bytes in
        var start = 0
        for index in 0...bytes.count where index == bytes.count || isSeparator[Int(bytes[index])] {
            if index > start, try !body(UnsafeBufferPointer(rebasing: bytes[start..<index])) { return }
            start = index + 1
        }
    }
}
