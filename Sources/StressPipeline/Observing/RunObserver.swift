import StressBasics
import StressEngine
import StressResults

/// Whoever wants to know how far a run is, and may stop it: a terminal, a log, a test.
///
/// Nothing that is computed depends on it.
public protocol RunObserver: Sendable {
    /// What the run is stopped by. It ends with ``RunCancelled`` within a second.
    var control: RunControl { get }

    /// Something happened. Called from the threads of the run, one at a time and in order.
    func observe(_ event: RunEvent)

    /// Does the work of all jobs.
    ///
    /// - Parameter share: of the work that is done, 0…1; may be asked from any thread until the work is done.
    func watch<Value>(_ share: @escaping @Sendable () -> Double, during work: () throws -> Value) throws -> Value
}

/// What happens in a run.
public enum RunEvent: Sendable {
    /// Jobs that were finished before by a run that was stopped.
    case resumed(finished: Int, jobs: Int)
    /// A job that was kept cannot be used and is computed again, because of `why`.
    case forgotten(why: String)
    /// Work begins.
    case begun(jobs: Int, cells: Int, threads: Int)
    /// What is going to be done.
    case planned(WorkPlan, kernel: KernelChoice, hasCache: Bool)
    /// A job's files were read in `spent`.
    case read(AssetReport, spent: Duration)
    /// A job is computed.
    case computed(asset: String, figures: JobFigures)
    /// A job could not be done; the others go on. It had so many cells, of a run of so many jobs.
    case failed(JobError, cells: Int, jobs: Int)
    /// Finished jobs cannot be kept, because of `why`: the run goes on, but could not be resumed.
    case notKept(why: String)
    /// The population lives on so many platforms.
    case settling(platforms: Int)
    /// So many baskets are walked.
    case spreading(baskets: Int)
    /// So many futures are made of every history.
    case simulating(paths: Int)
    /// What lies between two runs of a price history is computed again.
    case recomputing(asset: String)
}

/// What one job took.
public struct JobFigures: Sendable {
    /// Cells it has.
    public let cells: Int
    /// Parts in which they were computed.
    public let parts: Int
    /// Bars of its history.
    public let bars: Int
    /// What answered its cells, by name and without repeats.
    public let kernels: [String]
    /// Time to compute it, without reading.
    public let spent: Duration
}

/// Watches nothing; stopped by its control alone.
public struct NobodyWatching: RunObserver {
    /// What stops the work.
    public let control: RunControl

    /// An observer for work that needs no other.
    public init(control: RunControl = RunControl()) { self.control = control }

    /// Nothing.
    public func observe(_ event: RunEvent) {}

    /// The work alone.
    public func watch<Value>(
        _ share: @escaping @Sendable () -> Double, during work: () throws -> Value
    ) throws -> Value { try work() }
}
