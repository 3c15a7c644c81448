import Foundation
import StressBasics
import Testing

@testable import StressPipeline

/// What of a program's file tells it from another: all that is loaded to run it.
@Suite struct ProgramIdentityTests {
    /// A header of an ELF file and segments: kind, place and length of each. `behind` stands after all of them.
    private func file(_ segments: [(kind: UInt32, start: UInt64, length: UInt64)], behind: Int = 100) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
        var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 26)
        header += bytes(UInt64(64)) + [UInt8](repeating: 0, count: 14) + bytes(UInt16(56))
        header += bytes(UInt16(segments.count)) + [UInt8](repeating: 0, count: 6)
        for segment in segments {
            header += bytes(segment.kind) + bytes(UInt32(5)) + bytes(segment.start) + bytes(UInt64(0))
            header += bytes(UInt64(0)) + bytes(segment.length) + bytes(segment.length) + bytes(UInt64(4096))
        }
        let near = segments.filter { $0.start < 1 << 20 && $0.length < 1 << 20 }
        let end = near.map { Int($0.start + $0.length) }.max() ?? 0
        return header + [UInt8](repeating: 1, count: max(0, end - header.count) + behind)
    }

    private func loaded(_ file: [UInt8]) -> Int { file.withUnsafeBytes(loadedBytes) }

    @Test func whatIsLoadedCountsAndNothingBehind() {
        // Two that are loaded, in any order, and a note behind that is not.
        let found = file([(1, 2000, 500), (1, 0, 1800), (4, 2600, 40)])
        #expect(found.count == 2740 && loaded(found) == 2500)
        #expect(loaded(file([(4, 0, 300)])) == file([(4, 0, 300)]).count, "nothing is loaded")
    }

    @Test func whatCannotBeIsTakenWhole() {
        for text in [[], Array("no program".utf8), [UInt8](repeating: 0x7F, count: 300)] {
            #expect(loaded(text) == text.count)
        }
        let beyond = file([(1, 0, 500), (1, 400, 900_000_000)])
        #expect(loaded(beyond) == beyond.count)
        let far = file([(1, .max - 5, 500)])
        #expect(loaded(far) == far.count)
        let cut = Array(file([(1, 0, 500), (1, 600, 10)]).prefix(150))
        #expect(loaded(cut) == 150)
    }

    /// Headers of random bytes never trap, and give no more than there is.
    @Test(arguments: 0..<20) func damageIsTakenWholeOrInPart(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("program")
        for _ in 0..<200 {
            var bytes = file([(1, 0, 500), (1, 600, 200), (2, 900, 10)])
            for _ in 0..<3 { bytes[6 + Int(random.next() % 226)] = UInt8(truncatingIfNeeded: random.next()) }
            #expect((1...bytes.count).contains(loaded(bytes)), "seed \(seed)")
        }
    }

    #if os(Linux)
        /// The tests' own program is one such file.
        @Test func aRealProgramHasItsCodeInFront() throws {
            let image = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe"), options: .alwaysMapped)
            let size = image.withUnsafeBytes(loadedBytes)
            #expect(size > 100_000 && size <= image.count)
            // The name of this very test is among what is loaded.
            #expect(image[..<size].range(of: Data("aRealProgramHasItsCodeInFront".utf8)) != nil)
        }
    #endif
}
