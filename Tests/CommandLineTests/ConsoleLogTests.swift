import Logging
import StressBasics
import Synchronization
import Testing

@testable import BelowZeroCLI

@Suite struct ConsoleLogTests {
    private final class Lines: Sendable {
        let text = Mutex("")
    }

    private func said(
        _ format: LogFormat, level: Logger.Level = .info, _ message: String, _ facts: Logger.Metadata = [:]
    ) -> String {
        let lines = Lines()
        let handler = ConsoleLog(
            logLevel: .info, format: format, now: { UTCInstant(milliseconds: 1_795_140_000_000) },
            write: { line in lines.text.withLock { $0 += line } })
        var logger = Logger(label: "test") { _ in handler }
        logger[metadataKey: "run"] = "2026-11-20T020000Z"
        logger[metadataKey: "study"] = "nightly"
        logger.log(level: level, "\(message)", metadata: facts)
        return lines.text.withLock { $0 }
    }

    @Test func everyFormatHasItsLook() {
        let facts: Logger.Metadata = [
            "cells": .stringConvertible(192), "seconds": .stringConvertible(20.8), "job": "BTC-USD",
        ]
        #expect(
            said(.stamped, "job done", facts)
                == "2026-11-20T02:00:00Z info  job done cells=192 seconds=20.8 study=nightly run=2026-11-20T020000Z job=BTC-USD\n"
        )
        #expect(
            said(.json, "job done", facts)
                == #"{"time":"2026-11-20T02:00:00Z","level":"info","message":"job done","study":"nightly","run":"2026-11-20T020000Z","job":"BTC-USD","cells":192,"seconds":20.8}"#
                + "\n")
        #expect(said(.plain, "Reading 1 input", facts) == "Reading 1 input\n")
        #expect(said(.plain, "job done", facts.merging([ConsoleLog.plainKey: ""]) { $1 }) == "")
        #expect(said(.plain, level: .debug, "hidden") == "")
    }

    /// A name with a line end cannot make a line, in any format.
    @Test(arguments: ["a\nb", "a\r\nb", "\u{1B}[2J", "a\u{2028}b", "a\u{85}b", "x\u{202E}y", "t\tb", "\0"])
    func hostileNamesStayOnTheirLine(name: String) {
        for format in [LogFormat.stamped, .json] {
            let text = said(format, "job done", ["job": .string(name), "file": .string(name)])
            #expect(text.filter(\.isNewline).count == 1 && text.hasSuffix("\n"), "\(text)")
            let bad = text.dropLast().unicodeScalars.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x2028...0x202E).contains($0.value)
            }
            #expect(!bad, "\(text)")
        }
    }

    @Test func valuesEndWhereTheySeemTo() {
        let text = said(.stamped, "x", ["a": "b c", "d": "e=\"f\"", "g": "", "h": "i"])
        #expect(text.contains(#"x a="b c" d="e=\"f\"" g="" h=i study"#))
    }

    @Test func aBlockBecomesLinesThatBelongTogether() {
        let block = "error: cannot read price in x.csv, line 4\n   |\n 4 | 1,2\n   = help: look"
        let lines = said(.stamped, level: .error, block).split(separator: "\n")
        #expect(
            lines.count == 4
                && lines.allSatisfy { $0.hasPrefix("2026-11-20T02:00:00Z error ") && $0.hasSuffix("job=-") })
        #expect(lines[0].contains("error cannot read price"))
        #expect(
            said(.json, level: .error, block).contains(
                #""message":"cannot read price in x.csv, line 4\n   |\n 4 | 1,2"#))
        #expect(said(.plain, level: .error, block) == block + "\n")
    }

    @Test(arguments: [
        ("https://name:word@host.example/x?key=1 failed", "https://host.example/x?... failed"),
        ("see http://host/a#token", "see http://host/a?..."), ("ftp://u:p@q@host/", "ftp://host/"),
        ("https://host/a@b", "https://host/a@b"), ("a://b@c?d://e@f", "a://c?..."),
        ("two: https://a:b@c/d, https://e:f@g/h", "two: https://c/d, https://g/h"), ("no address", "no address"),
        ("'https://u:p@h/x?y'", "'https://h/x?...'"), ("://", "://"),
    ])
    func addressesLoseTheirSecrets(text: String, wanted: String) {
        #expect(withoutSecrets(text) == wanted)
        for format in [LogFormat.plain, .stamped, .json] {
            #expect(!said(format, text).contains("u:p") && !said(format, "x", ["u": .string(text)]).contains("word"))
        }
    }
}

@Suite struct ChildProcessTests {
    private func run(
        _ words: [String], input: String = "", timeout: TimeSpan = .seconds(20), isCancelled: Bool = false
    ) -> (ending: ChildProcess.Ending, errorText: String) {
        ChildProcess(words: words, timeout: timeout, isCancelled: { isCancelled }).run(input: input)
    }

    @Test func aProgramEndsInItsWay() {
        #expect(run(["true"]).ending == .exited(0) && run(["false"]).ending == .exited(1))
        #expect(run(["sh", "-c", "kill -TERM $$"]).ending == .signalled(15))
        #expect(run(["/no/such/program"]).ending == .notStarted("No such file or directory"))
        #expect(run(["/"]).ending == .notStarted("Permission denied"))
    }

    @Test func everyByteArrives() {
        let input = String(repeating: "0123456789abcdef", count: 65_536)
        let counted = run(["sh", "-c", "wc -c >&2"], input: input)
        #expect(counted.ending == .exited(0) && counted.errorText.contains("1048576"))
    }

    /// More than a pipe holds, to a program that reads none of it.
    @Test func aProgramNeedNotRead() {
        let input = String(repeating: "x", count: 4 << 20)
        #expect(run(["true"], input: input).ending == .exited(0))
        #expect(run(["sh", "-c", "exec <&-; exit 4"], input: input).ending == .exited(4))
        #expect(run(["sleep", "60"], input: input, timeout: TimeSpan(milliseconds: 200)).ending == .timedOut)
    }

    @Test func whatItSaysIsBounded() {
        let loud = run(["sh", "-c", "yes | head -c 3000000 >&2"])
        #expect(loud.ending == .exited(0) && loud.errorText.utf8.count == ChildProcess.mostErrorText)
    }

    @Test func itIsEndedWhenWeAre() {
        #expect(run(["sleep", "60"], isCancelled: true).ending == .cancelled)
    }

    /// Signals that we ignore are not ignored by what we start.
    @Test func signalsAreAsTheyWere() {
        #expect(run(["sh", "-c", "trap - TERM; kill -TERM $$; exit 0"]).ending == .signalled(15))
        // The C library keeps 32 and 33 to itself.
        let ignored = run(["sh", "-c", "grep SigIgn /proc/self/status >&2"]).errorText
        #expect(
            ignored.isEmpty || ignored.contains("SigIgn:\t0000000000000000") || ignored.contains("0000000180000000"))
    }
}
