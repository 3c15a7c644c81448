import StressBasics
import StudyPlan
import Testing

@Suite struct LeverageRangeTests {
    private func study(_ leverage: String, _ more: String = "") throws -> Study {
        try loadStudy(
            yaml: """
                version: 1
                data: [{asset: A, path: a.csv}]
                grid: {leverage: \(leverage), horizon: [1d]}
                platforms: {p: {tiers: [{to: .inf, rate: 0.01}]}}
                \(more)
                """, file: "s.yaml"
        ).value
    }

    @Test func tenthsAreExactAndCanBeNamed() throws {
        let named = """
            headline: {leverage: 1.7}
            limits: [{leverage: 2.3, measure: negative_equity_frac, max: 0.5}]
            """
        let study = try study("{from: 1, to: 3, step: 0.1}", named)
        #expect(
            study.grid.leverages.map(\.plainText) == [
                "1x", "1.1x", "1.2x", "1.3x", "1.4x", "1.5x", "1.6x", "1.7x", "1.8x", "1.9x", "2x", "2.1x", "2.2x",
                "2.3x",
                "2.4x", "2.5x", "2.6x", "2.7x", "2.8x", "2.9x", "3x",
            ])
        #expect(study.headlineCell?.leverage.value == 1.7)
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
    }

    /// Every value is the number that a decimal text of whole steps reads as, in the study's form and on the command line.
    @Test(arguments: 1...3)
    func everyValueIsItsDecimalText(decimals: Int) throws {
        let scale = [1, 10, 100, 1000][decimals]
        func text(_ units: Int) -> String {
            let digits = String(units % scale + scale).dropFirst()
            return "\(units / scale).\(digits)"
        }
        var random = SeededGenerator(seed: UInt64(decimals))
        for _ in 0..<200 {
            let first = scale + Int(random.next() % UInt64(20 * scale))
            let step = 1 + Int(random.next() % UInt64(scale))
            let last = first + Int(random.next() % UInt64(300 * step))
            let wanted = stride(from: first, through: last, by: step).map(text)
            let range = "\(text(first)):\(text(last)):\(text(step))"
            let found = leverageRange(range)?.map(\.value) ?? []
            #expect(found == wanted.map { Double($0) ?? 0 }, "\(range)")
        }
    }

    @Test(
        arguments: [
            (1.0, 3.0, 0.0), (3, 1, 1), (1, 1000, 0.01), (1, 2, -0.1), (1, 2, .nan), (1, .infinity, 1), (0.5, 2, 0.5),
            (1, 2, 0.1234567890123), (1, 1001, 500),
        ] as [(Double, Double, Double)])
    func otherRangesAreNone(from: Double, to: Double, step: Double) {
        #expect(leverageRange(from: from, to: to, step: step) == nil)
    }

    @Test func smallStepsAreRead() {
        #expect(leverageRange(from: 1, to: 1.0000005, step: 1e-7)?.map(\.value).last == 1.0000005)
        #expect(leverageRange("20")?.map(\.value) == [20] && leverageRange("1:3")?.map(\.value) == [1, 2, 3])
        #expect(leverageRange("0.3333333333333333") == nil && leverageRange("1.3333333333333333")?.count == 1)
    }
}
