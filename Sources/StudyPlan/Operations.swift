import StressBasics

/// What is done with a run beside computing it. No result depends on it: it is not part of the study's canonical text, of its
/// digest or of the name of a run, and stands in no output.
public struct Operations: Hashable, Sendable {
    /// How long runs are kept; nil for ever.
    public var retention: Retention?
    /// The command to run when a limit is breached.
    public var onBreach: AlertCommand?
    /// The command to run when a run fails or is partial.
    public var onFailure: AlertCommand?
    /// The file for the Prometheus node exporter's textfile collector, relative to the study file.
    public var metricsFile: String?
    /// What one job may take.
    public var job = JobLimits()

    /// Nothing unless said otherwise.
    public init(
        retention: Retention? = nil, onBreach: AlertCommand? = nil, onFailure: AlertCommand? = nil,
        metricsFile: String? = nil, job: JobLimits = JobLimits()
    ) {
        self.onFailure = onFailure
        self.job = job
        self.retention = retention
        self.onBreach = onBreach
        self.metricsFile = metricsFile
    }

    /// The commands that there are, each under its key in a study.
    public var commands: [(key: String, command: AlertCommand)] {
        [("on_breach", onBreach), ("on_failure", onFailure)].compactMap { key, command in command.map { (key, $0) } }
    }

    /// How long runs are kept; a run goes when either rule says so.
    public struct Retention: Hashable, Sendable {
        /// Runs older than so many days go.
        public var days: Int?
        /// Only so many of the newest stay.
        public var runs: Int?

        /// Rules; at least one is given.
        public init(days: Int? = nil, runs: Int? = nil) {
            self.days = days
            self.runs = runs
        }
    }

    /// What the jobs of a run may take; nil for what is not bounded here.
    public struct JobLimits: Hashable, Sendable {
        /// The longest that one job may take.
        public var timeout: TimeSpan?
        /// Memory that the run may use, whatever it is doing.
        public var memory: MemorySize?

        /// No bounds unless said otherwise.
        public init(timeout: TimeSpan? = nil, memory: MemorySize? = nil) {
            (self.timeout, self.memory) = (timeout, memory)
        }
    }

    /// A program with its arguments, run without a shell.
    public struct AlertCommand: Hashable, Sendable {
        /// The program and its arguments; never empty. A program with a `/` is relative to the study file, another is looked for
        /// on the `PATH`.
        public var words: [String]
        /// After this it is killed, with every process it started.
        public var timeout: TimeSpan

        /// A command; 30 s unless said otherwise.
        public init(words: [String], timeout: TimeSpan = .seconds(30)) {
            self.words = words
            self.timeout = timeout
        }
    }
}
