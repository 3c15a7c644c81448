/// The address of a folder on a web server: `https://host[:port][/path]`, and nothing that could carry a secret or a surprise.
///
/// No user name, query or fragment; a path of plain segments without `.` and `..`.
public struct WebAddress: Hashable, Sendable {
    /// Whether the connection is encrypted: `https`, not `http`.
    public let isSecure: Bool
    /// Host name or address in lower case, as it was written otherwise.
    public let host: String
    /// The port when one was written.
    public let port: Int?
    /// Path segments.
    public let path: [String]

    /// Reads an address; nil for anything that is not of the form above.
    public init?(_ text: String) {
        guard text.utf8.count <= 512, let scheme = ["https://", "http://"].first(where: text.lowercased().hasPrefix)
        else { return nil }
        let rest = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let authority = rest.first, let (host, port) = WebAddress.hostAndPort(authority) else { return nil }
        let path = rest.dropFirst().last == "" ? rest.dropFirst().dropLast() : rest.dropFirst()
        guard path.allSatisfy(WebAddress.isSegment) else { return nil }
        (isSecure, self.host, self.port, self.path) = (scheme == "https://", host, port, Array(path))
    }

    /// The address of something below this folder; `suffix` is made of plain segments.
    public func appending(_ suffix: String) -> String { "\(text)/\(suffix)" }

    /// The address without a slash at its end.
    public var text: String {
        let authority = host + (port.map { ":\($0)" } ?? "")
        return ([isSecure ? "https://\(authority)" : "http://\(authority)"] + path).joined(separator: "/")
    }

    private static func hostAndPort(_ authority: String) -> (String, Int?)? {
        var host = authority.lowercased()
        var port: Int?
        // An IPv6 address stands in brackets, and only behind them is a colon that of a port.
        let tail = host.lastIndex(of: "]").map { host.index(after: $0) } ?? host.startIndex
        if let colon = host[tail...].lastIndex(of: ":") {
            let digits = host[host.index(after: colon)...]
            guard let number = Int(digits), (1...65_535).contains(number), digits.first != "+" else { return nil }
            port = number
            host = String(host[..<colon])
        }
        let isLiteral = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        let inner = isLiteral ? host.dropFirst().dropLast() : host[...]
        let allowed = isLiteral ? "0123456789abcdef:." : "0123456789abcdefghijklmnopqrstuvwxyz.-"
        guard !inner.isEmpty, inner.count <= 253, inner.allSatisfy(allowed.contains), inner.first != "-",
            isLiteral || inner.first != "."
        else { return nil }
        return (host, port)
    }

    private static func isSegment(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "._~+-".utf8.contains(byte)
            }
    }
}
