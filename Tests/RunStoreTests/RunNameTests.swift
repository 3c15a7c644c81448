import RunStore
import Testing

@Suite struct RunNameTests {
    @Test func namesAreInTheOrderOfTimeThenNumber() {
        let stamp = "2026-11-20T020000Z"
        let ordered = [
            "2026-11-19T235959Z-12", stamp, "\(stamp)-2", "\(stamp)-9", "\(stamp)-10", "\(stamp)-99", "\(stamp)-100",
            "\(stamp)-99999999999999999999999999", "2026-11-20T020001Z",
        ]
        #expect(ordered.reversed().compactMap(RunName.init).sorted().map(\.text) == ordered)
        for (place, a) in ordered.compactMap(RunName.init).enumerated() {
            for (other, b) in ordered.compactMap(RunName.init).enumerated() { #expect((a < b) == (place < other)) }
        }
    }

    /// Zeros in front change no number, and no two names are the same place.
    @Test func zerosInFrontAreNothing() throws {
        let names = try ["-02", "-2", "-003", "-0"].map { try #require(RunName("2026-11-20T020000Z" + $0)) }
        #expect(names.sorted().map { $0.text.dropFirst(18) } == ["-0", "-02", "-2", "-003"])
    }

    @Test(
        "What is no name of a run",
        arguments: [
            "", "latest", "2026-11-20T020000Z-", "2026-11-20T020000Z-2x", "2026-11-20T020000Z2", "2026-11-20T02:00:00Z",
            "2026-11-20T020000", "x026-11-20T020000Z", "2026-11-20T020000Z--2", "2026-11-20T020000Z-\u{0662}",
        ])
    func others(name: String) { #expect(RunName(name) == nil) }
}
