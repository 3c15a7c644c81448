import Foundation
import TestSupport
import Testing

/// What `init --systemd` writes, judged by systemd itself where that is installed.
@Suite struct NightlyUnitTests {
    private func tool(_ words: [String]) throws -> Outcome {
        let path = try #require(installed(words[0]))
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = Array(words.dropFirst())
        process.environment = ["LC_ALL": "C", "SYSTEMD_PAGER": "", "PATH": "/usr/bin:/bin"]
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(code: process.terminationStatus, out: text, err: "")
    }

    private func units(
        study: String = "nightly.yaml", _ arguments: [String] = []
    ) throws -> (scratch: Scratch, run: Outcome) {
        let scratch = try Scratch()
        return (scratch, try scratch.program.run(["init", study, "--systemd", "units"] + arguments))
    }

    @Test(
        .needs("systemd-analyze"),
        arguments: [
            ["--user", "dynamic"], ["--user", "daemon"], ["--template"],
        ])
    func systemdAcceptsTheUnitsAndFindsLittleExposed(arguments: [String]) throws {
        let (scratch, run) = try units(study: "a b%n $x/night \"ly\".yaml", arguments)
        #expect(run.code == 0, "\(run.err)")
        let name = arguments == ["--template"] ? "belowzero@" : "belowzero"
        var service = scratch.path + "/units/\(name).service"
        if arguments == ["--template"] {
            // The program is where the package puts it, which is not here.
            let text = try scratch.read("units/belowzero@.service").replacing("/usr/bin/belowzero", with: Program.path)
            try scratch.write(text, to: "units/belowzero@x.service")
            service = scratch.path + "/units/belowzero@x.service"
        }
        let verdict = try tool(["systemd-analyze", "verify", "--man=no", service])
        #expect(verdict.code == 0 && verdict.out.isEmpty, "\(verdict.out)")
        let exposure = try tool([
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", service,
        ])
        #expect(exposure.code == 0, "\(exposure.out.suffix(400))")
    }

    @Test func aPathIsWrittenByTheRulesOfEachFile() throws {
        let (scratch, run) = try units(study: "a b%n $x/nightly.yaml", ["--user", "daemon"])
        let folder = URL(fileURLWithPath: scratch.path).standardizedFileURL.path
        let service = try scratch.read("units/belowzero.service")
        #expect(run.code == 0 && service.contains("run \"\(folder)/a b%%n $$x/nightly.yaml\""))
        #expect(service.contains("WorkingDirectory=\(folder)/a b%%n $x\n"))
        #expect(service.contains("ReadWritePaths=\"\(folder)/a b%%n $x/Reports\"\n"))
        #expect(try scratch.read("units/belowzero.crontab").contains("cd '\(folder)/a b\\%n $x' && "))
        #expect(scratch.files().contains("a b%n $x/Reports"))
        for line in [
            "ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateNetwork=yes", "CapabilityBoundingSet=",
            "User=daemon",
        ] {
            #expect(service.contains("\n\(line)\n"), "\(line)")
        }
    }

    /// The line of the crontab runs the study, once cron has taken its backslashes away.
    @Test func theCrontabsCommandRuns() throws {
        let (scratch, _) = try units(study: "it's 100%/nightly.yaml", ["--user", "daemon"])
        let line = try #require(try scratch.read("units/belowzero.crontab").split(separator: "\n").last)
        let command =
            line.dropFirst("0 2 * * *  ".count).replacing("\\%", with: "%")
            .replacing("run --quiet", with: "run --quiet --dry-run") + " && pwd"
        let shell = try tool(["sh", "-c", String(command)])
        #expect(shell.code == 0 && shell.out.hasSuffix("it's 100%\n"), "\(shell.out)")
    }

    @Test func nothingIsOverwritten() throws {
        let scratch = try Scratch()
        try scratch.write("mine", to: "units/belowzero.timer")
        let run = try scratch.program.run(["init", "--systemd", "units"])
        #expect(run.code == 73 && run.err.contains("belowzero.timer exists already"))
        #expect(try scratch.read("units/belowzero.timer") == "mine")
        #expect(!scratch.files().contains("units/belowzero.service"))
    }

    @Test(arguments: [
        (["new\nline.yaml"], "control character"), (["nightly.yaml", "--user", "a b"], "no user's name"),
        (["nightly.yaml", "--template", "--user", "root"], "user of its own"),
    ])
    func whatCannotStandInAUnitIsRefused(arguments: [String], words: String) throws {
        let scratch = try Scratch()
        let run = try scratch.program.run(["init"] + arguments + ["--systemd", "units"])
        #expect(run.code == 64 && run.err.contains(words), "\(run.code) \(run.err)")
        #expect(!scratch.files().contains("units"))
    }

    /// The program finds its data beside it, wherever it is started.
    @Test func theDataIsFoundBesideTheProgram() throws {
        let scratch = try Scratch()
        let share = scratch.path + "/usr/share/belowzero"
        try FileManager.default.createDirectory(atPath: scratch.path + "/usr/bin", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Program.path, toPath: scratch.path + "/usr/bin/belowzero")
        for part in ["Venues", "Studies", "Samples"] {
            try FileManager.default.copyItem(atPath: "\(packageRoot)/Data/\(part)", toPath: "\(share)/\(part)")
        }
        try FileManager.default.moveItem(atPath: share + "/Venues/okx.yaml", toPath: share + "/Venues/renamed.yaml")
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: scratch.path + "/usr/bin/belowzero")
        process.arguments = ["run", "--dry-run"]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.environment = ["HOME": scratch.path]
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && text.contains("Study default"), "\(text)")
    }
}
