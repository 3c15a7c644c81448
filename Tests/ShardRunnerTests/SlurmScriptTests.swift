import Foundation
import StressBasics
import TestSupport
import Testing

@testable import ShardRunner

/// What `sbatch` and the shell make of the script.
@Suite struct SlurmScriptTests {
    private let estimate = ShardPlan.Estimate(seconds: 60, memory: 100 << 20, cores: 2)

    private func script(
        _ plan: String = "/p/plan.json", parts: String = "/p/parts", program: String = "/p/belowzero",
        inputs: String? = nil
    ) -> SlurmScript {
        SlurmScript(
            array: "0-3,7", program: program, plan: plan, parts: parts, inputs: inputs, partition: "short",
            time: "30:00", estimate: estimate)
    }

    /// The whole script, as the documentation shows it.
    @Test func theScriptIsShort() {
        #expect(
            script().text == """
                #!/bin/bash
                #SBATCH --job-name=belowzero
                #SBATCH --array=0-3,7
                #SBATCH --cpus-per-task=2
                #SBATCH --mem=100M
                #SBATCH --output=/dev/null
                #SBATCH --requeue
                #SBATCH --partition=short
                #SBATCH --time=30:00
                log=/p/parts/shard-$SLURM_ARRAY_TASK_ID.log
                touch "$log" && exec >> "$log" 2>&1
                /p/belowzero shard run --plan /p/plan.json --out /p/parts --threads "${SLURM_CPUS_PER_TASK:-1}"
                code=$?
                # What may go well another time, and what was killed, goes back into the queue; what is wrong for good does not.
                if [ $code -eq 75 ] || [ $code -gt 128 ]; then
                    [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ] && scontrol requeue "$SLURM_JOB_ID"
                fi
                exit $code

                """)
    }

    /// Names from strangers reach the program as they are, and nothing else happens.
    @Test func hostileNamesAreWords() throws {
        let folder = TemporaryFolder()
        let names = [
            "plain", "two words", "quote'; touch pwned; '", "$(touch pwned)", "`touch pwned`",
            "line\n#SBATCH --wrap=x\ntouch pwned",
            "\\", "\"", "*", "-n", "ü$HOME!",
        ]
        let program = folder.path + "/belowzero"
        try "#!/bin/bash\nprintf '%s\\0' \"$@\" > \(folder.path)/seen\nexit ${CODE:-0}\n".write(
            toFile: program, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        for name in names {
            let (plan, parts) = ("/tmp/\(name)/plan", folder.path + "/parts \(name)")
            let text = script(plan, parts: parts, program: program, inputs: name).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let directives = lines.prefix { $0.hasPrefix("#") }
            #expect(directives.count == 9, "what Slurm reads has no name in it: \(name)")
            let (code, seen) = try run(text, in: folder.path)
            #expect(code == 0)
            let wanted = ["shard", "run", "--plan", plan, "--out", parts, "--inputs", name, "--threads", "3"]
            #expect(seen == wanted, "\(name)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"), "\(name)")
        }
    }

    private func run(_ script: String, in folder: String) throws -> (Int32, [String]) {
        try script.write(toFile: folder + "/script", atomically: false, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [folder + "/script"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ["PATH": "/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": "5", "SLURM_CPUS_PER_TASK": "3"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let seen = try Data(contentsOf: URL(fileURLWithPath: folder + "/seen"))
        return (
            process.terminationStatus,
            seen.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
                String(decoding: $0, as: UTF8.self)
            }
        )
    }

    @Test func partitionsAndTimesAreChecked() {
        #expect(
            SlurmScript.isPartition("short,long_2") && !SlurmScript.isPartition("a b") && !SlurmScript.isPartition(""))
        #expect(!SlurmScript.isPartition("x\n#SBATCH --wrap=y"))
        #expect(SlurmScript.isTime("1-12:00:00") && SlurmScript.isTime("30"))
        #expect(!SlurmScript.isTime("30 min") && !SlurmScript.isTime("") && !SlurmScript.isTime(":"))
    }
}
