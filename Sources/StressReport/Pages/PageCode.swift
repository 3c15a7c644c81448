import StressBasics
import StressResults

/// A style sheet or script of this program with the hash by which a page's own policy admits it. There is no way to
/// make one from a report's texts except ``printFooter(_:)``, which escapes every character that could matter.
struct PageCode {
    /// The code exactly as it stands between the tags.
    let text: String

    /// `'sha256-…'` as a content security policy wants it.
    var source: String { "'sha256-\(base64(hex: Digest(of: text).hex))'" }

    /// The style of every page.
    static let style = PageCode(text: squeezed(PageCode(bare: Palette.sheet + ChartStyle.sheet).text))

    /// The script of every page; pages are complete without it.
    static let script = PageCode(bare: String(decoding: PackageResources.report_js, as: UTF8.self))

    /// The script of a page on which a reader can choose cells.
    static let explorer = PageCode(
        text: script.text + PageCode(bare: String(decoding: PackageResources.explore_js, as: UTF8.self)).text)

    /// Code without what no browser needs: the blanks that lines begin with, empty lines, and lines that are comments.
    private init(bare code: String) {
        let lines = code.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { line in
            !(line.isEmpty || line.hasPrefix("//") || line.hasPrefix("/*") && line.hasSuffix("*/"))
        }
        self.init(text: lines.joined(separator: "\n") + "\n")
    }

    /// A style sheet without the blanks that mean nothing: those behind `{`, `}`, `;`, `:` and `,`, and before `{` and `}`. Texts between
    /// quotation marks, and line ends, stay.
    static func squeezed(_ style: String) -> String {
        var (result, isQuoted) = ([UInt8](), false)
        for byte in style.utf8 {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            let isBrace = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
            if !isQuoted, isBrace, result.last == UInt8(ascii: " ") { result.removeLast() }
            // The last statement of a rule needs no end.
            if !isQuoted, byte == UInt8(ascii: "}"), result.last == UInt8(ascii: ";") { result.removeLast() }
            if !isQuoted, byte == UInt8(ascii: " "), let last = result.last, "{};:,".utf8.contains(last) { continue }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Code as it is.
    init(text: String) { self.text = text }

    /// A style that prints `text` at the foot of every sheet of paper, with the page's own `rules`, in which no text of others may be.
    static func printFooter(_ text: String, rules: String = "") -> PageCode {
        PageCode(text: "@page{@bottom-left{content:\"\(cssEscaped(text))\"}}" + rules)
    }

    /// What a page of `codes` may load and run: they and nothing else, from nowhere.
    static func policy(styles: [PageCode], script: PageCode) -> String {
        let styles = styles.map(\.source).joined(separator: " ")
        return "default-src 'none'; style-src \(styles); script-src \(script.source); img-src data:; "
            + "base-uri 'none'; form-action 'none'"
    }
}

/// `text` inside a CSS string: everything but ASCII letters, digits and spaces by number.
private func cssEscaped(_ text: String) -> String {
    visibleText(text).unicodeScalars.map { scalar in
        scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar) || scalar == " "
            ? String(scalar) : "\\" + String(scalar.value, radix: 16) + " "
    }.joined()
}

/// Base64 (RFC 4648) of the bytes that `hex` writes; the policy's hashes want it.
func base64(hex: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = hex.compactMap(\.hexDigitValue).flatMap { digit in [8, 4, 2, 1].map { digit & $0 != 0 } }
    var text = ""
    for start in stride(from: 0, to: bits.count, by: 6) {
        let value = (start..<start + 6).reduce(0) { $0 * 2 + ($1 < bits.count && bits[$1] ? 1 : 0) }
        text.append(alphabet[value])
    }
    return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
}
