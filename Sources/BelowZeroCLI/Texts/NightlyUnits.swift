import Foundation
import StressBasics
import StressPipeline

/// The files that have systemd or cron run a study every night.
struct NightlyUnits {
    /// Who the job runs as.
    enum Account: Hashable {
        /// A user of its own, made by systemd for each run; outputs go to `/var/lib/belowzero`.
        case dynamic
        /// An existing user; outputs go to `Reports` beside the study.
        case user(String)
    }

    /// Absolute path of the program.
    let program: String
    /// Absolute path of the study; for a template, with systemd's `%i` where the instance's name goes.
    let study: String
    let account: Account
    /// One unit for many studies, told apart by their instance.
    var isTemplate = false
    /// Absolute paths of further folders that a run writes to.
    var writable: [String] = []
    /// Whether the study runs a command on a breach, which may need more than a sandbox without network.
    var runsCommand = false

    /// Name and contents of each file.
    var files: [(name: String, text: String)] {
        let suffix = isTemplate ? "@" : ""
        var files = [("belowzero\(suffix).service", service), ("belowzero\(suffix).timer", timer)]
        if !isTemplate { files.append(("belowzero.crontab", crontab)) }
        return files
    }

    private var folder: String {
        study.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
    private var reports: String { folder + "/Reports" }
    /// The folder that has to be there before the unit starts; nil where systemd makes it.
    var outputFolder: String? { account == .dynamic ? nil : reports }

    // MARK: systemd

    /// The unit of the service: its sections with blank lines between them.
    private var service: String {
        [usage, unitSection, serviceSection, accountLines + "\n" + placesOfAccount, sandbox, bounds].joined(
            separator: "\n\n")
            + "\n"
    }

    private var usage: String {
        let unit = isTemplate ? "belowzero@NAME" : "belowzero"
        return """
            # Runs a BelowZero study. Install it, and its timer, as root:
            #   cp belowzero\(isTemplate ? "@" : "").service belowzero\(isTemplate ? "@" : "").timer /etc/systemd/system/ && systemctl daemon-reload
            #   systemctl enable --now \(unit).timer
            # Look at it:  systemctl list-timers '\(unit).timer';  journalctl -u \(unit).service
            """
    }

    private var unitSection: String {
        """
        [Unit]
        Description=BelowZero stress run\(isTemplate ? " of %i" : "")
        Documentation=man:belowzero(1)
        After=time-sync.target
        RequiresMountsFor=\(word(isTemplate ? "/etc/belowzero" : folder))
        StartLimitIntervalSec=6h
        StartLimitBurst=6
        """
    }

    /// What runs, and what its exit codes mean.
    private var serviceSection: String {
        """
        [Service]
        Type=exec
        ExecStart=\(argument(program)) run \(isTemplate ? study : argument(study))
        RuntimeMaxSec=12h
        # Exit code 75 means "try again": another run holds the store.
        RestartForceExitStatus=75
        RestartSec=10min
        # A breached limit (3) marks the unit failed, which monitoring sees. Remove the # when a page is enough:
        # SuccessExitStatus=3
        # Some inputs failed, the others were computed (4):
        # SuccessExitStatus=4
        """
    }

    private var placesOfAccount: String {
        """
        CacheDirectory=belowzero
        CacheDirectoryMode=0750
        Environment=BELOWZERO_CACHE=%C/belowzero
        UMask=0027
        """
    }

    /// What the run is kept from.
    private var sandbox: String {
        """
        # Only the output and the cache can be written, and there is no network: a run needs none.\(commandNote)
        ProtectSystem=strict
        ProtectHome=\(protectHome)
        PrivateTmp=yes
        PrivateDevices=yes
        PrivateNetwork=yes
        RestrictAddressFamilies=AF_UNIX
        IPAddressDeny=any
        \(lockdown)
        """
    }

    /// What no run needs of the machine.
    private var lockdown: String {
        """
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        AmbientCapabilities=
        PrivateUsers=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        RemoveIPC=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        KeyringMode=private
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged @resources
        SystemCallErrorNumber=EPERM
        """
    }

    private var bounds: String {
        """
        # The night belongs to others too.
        MemoryMax=80%
        TasksMax=512
        Nice=10
        LimitCORE=0
        OOMPolicy=stop
        """
    }

    private var accountLines: String {
        let extra = writable.isEmpty ? [] : ["ReadWritePaths=" + writable.map(word).joined(separator: " ")]
        let lines =
            switch account {
            case .dynamic:
                [
                    "# A user of its own; reports are in /var/lib/belowzero/Reports. It must be able to read the study and the prices.",
                    "DynamicUser=yes", "StateDirectory=belowzero", "StateDirectoryMode=0755",
                    "WorkingDirectory=%S/belowzero",
                ]
            case .user(let name):
                [
                    "User=\(name)", "WorkingDirectory=\(percents(folder))", "ReadWritePaths=\(word(reports))",
                ]
            }
        return (lines + extra).joined(separator: "\n")
    }

    private var commandNote: String {
        guard runsCommand else { return "" }
        return
            "\n# on_breach and on_failure run commands in the same sandbox. If it needs the network (mail, chat), put into a drop-in"
            + "\n# (systemctl edit belowzero.service):  [Service] PrivateNetwork=no, IPAddressDeny= and"
            + "\n# RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"
    }

    /// Home folders are hidden unless the job's files lie there.
    private var protectHome: String {
        let paths = [study, program] + writable
        let homes = ["/home/", "/root/", "/run/user/"]
        return paths.contains { path in homes.contains { path.hasPrefix($0) } } ? "read-only" : "yes"
    }

    private var timer: String {
        """
        # Starts \(isTemplate ? "belowzero@NAME" : "belowzero").service every night; after a night without power, when the machine is back.

        [Unit]
        Description=BelowZero every night\(isTemplate ? ", %i" : "")
        Documentation=man:belowzero(1)

        [Timer]
        OnCalendar=*-*-* 02:00:00
        AccuracySec=1min
        Persistent=yes

        [Install]
        WantedBy=timers.target

        """
    }

    /// An argument of a command line: `$` would be a variable there.
    private func argument(_ text: String) -> String { word(text.replacing("$", with: "$$")) }

    /// A word of a list (systemd.syntax(7)): quoted unless plain, `%` doubled.
    private func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789._/:,=+@-%$".unicodeScalars.contains($0))
        }
        guard !isPlain else { return percents(text) }
        return "\"" + percents(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")) + "\""
    }

    private func percents(_ text: String) -> String { text.replacing("%", with: "%%") }

    // MARK: cron

    private var crontab: String {
        // In a crontab an unescaped % ends the command.
        let command =
            "cd \(shellQuoted(folder)) && \(shellQuoted(program)) run --quiet \(shellQuoted(study)) 2>&1 "
            + "| tee -a \(shellQuoted(study + ".log"))"
        return """
            # Every night at 02:00. Add it with:  crontab -l | cat - belowzero.crontab | crontab -
            # --quiet prints errors, and limits that are breached or have no value: cron mails them to MAILTO, and the file keeps them.
            0 2 * * *  \(command.replacing("%", with: "\\%"))

            """
    }

    /// Why paths cannot stand in a unit file; nil when they can.
    static func objection(to path: String) -> String? {
        if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "it has a control character"
        }
        return path.hasSuffix("\\") ? "it ends with a backslash" : nil
    }
}
