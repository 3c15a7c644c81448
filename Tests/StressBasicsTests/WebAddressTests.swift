import StressBasics
import Testing

@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://data.example.com", "https://data.example.com"),
        ("HTTPS://Data.Example.com/", "https://data.example.com"),
        ("http://127.0.0.1:8080/a/b/", "http://127.0.0.1:8080/a/b"),
        ("https://[::1]:9/x-y_z~1", "https://[::1]:9/x-y_z~1"),
    ])
    func addressesAreReadAndWritten(text: String, wanted: String) {
        #expect(WebAddress(text)?.text == wanted)
        #expect(WebAddress(wanted)?.text == wanted)
    }

    @Test(arguments: [
        "", "example.com", "ftp://example.com", "https://", "https:///x", "https://user:pw@example.com", "https://a b",
        "https://example.com/?q", "https://example.com/#x", "https://example.com/../x", "https://example.com/./x",
        "https://example.com//x", "https://example.com:0", "https://example.com:65536", "https://example.com:+8",
        "https://-x", "https://exämple.com", "https://example.com/%2e%2e", "https://[::1", "https://example.com/a\nb",
    ])
    func everythingElseIsRefused(text: String) {
        #expect(WebAddress(text) == nil)
    }
}
