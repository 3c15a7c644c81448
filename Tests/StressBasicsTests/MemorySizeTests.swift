import StressBasics
import Testing

@Suite struct MemorySizeTests {
    @Test(arguments: [("500M", 500 << 20), ("2G", 2 << 30), ("1.5g", 3 << 29), ("1024K", 1 << 20), ("0.5T", 1 << 39)])
    func sizesAreReadInPowersOf1024(text: String, bytes: Int) throws {
        let size = try #require(MemorySize(text))
        #expect(size.bytes == bytes && MemorySize(size.text) == size)
    }

    @Test(arguments: ["", "G", "2", "2 G", "-1G", "1e3G", "0G", "10K", "2000T", "nanG", "1..5G", "½G", "infG"])
    func whatIsNoSizeIsRefused(text: String) { #expect(MemorySize(text) == nil) }
}
