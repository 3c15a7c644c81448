import Foundation
import StressBasics
import Testing

@testable import StressPipeline

/// Texts of strangers as words of a shell.
@Suite struct ShellWordsTests {
    /// Marks of a shell, and what Swift joins to them to one character.
    private static let pieces = [
        "'", "\"", "\\", "$(id)", "`id`", ";", "&", "\n", " ", "a", "é", "\u{301}", "\u{200D}", "\u{FE0F}", "'\u{301}",
        "'\u{200D};", "\u{1F3F3}", "-", "~", "*", "#",
    ]

    private func text(_ seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        let count = Int(random.next() % 12)
        return (0..<count).map { _ in ShellWordsTests.pieces[Int(random.next() % UInt64(ShellWordsTests.pieces.count))]
        }
        .joined()
    }

    @Test(arguments: 0..<60) func aShellReadsWhatWasQuoted(seed: UInt64) throws {
        let text = text(seed)
        let (shell, pipe) = (Process(), Pipe())
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "printf %s \(shellQuoted(text))"]
        shell.standardOutput = pipe
        try shell.run()
        let printed = try pipe.fileHandleForReading.readToEnd() ?? Data()
        shell.waitUntilExit()
        #expect(
            shell.terminationStatus == 0 && Array(printed) == Array(text.utf8), "seed \(seed): \(text.debugDescription)"
        )
    }

    /// What a command was joined of is found again, scalar by scalar.
    @Test(arguments: 0..<200) func wordsAreThoseThatWereJoined(seed: UInt64) {
        let texts = (0..<3).map { text(seed * 3 + $0) }
        let found = shellWords(texts.map(shellQuoted).joined(separator: " "))
        #expect(found.map { Array($0.utf8) } == texts.map { Array($0.utf8) }, "seed \(seed)")
    }
}
