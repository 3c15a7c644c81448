import Dispatch
import Foundation
import StressEngine
import StressPipeline
import Synchronization

/// Turns the signals that end a program into a cancelled run, which ends within a second. A second signal ends the program at once.
final class Interruption {
    /// What the run is stopped by.
    let control = RunControl()
    private let state: InterruptionState

    /// A run that has not stopped by then is ended where it stands: what it does on disk bears that at every moment.
    private static let patience = DispatchTimeInterval.milliseconds(700)

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - isJSON: whether the failure is printed as JSON, too, when the run has to be ended where it stands.
    ///   - console: where it is said.
    ///   - fate: what becomes of the work when it is stopped.
    init(isJSON: Bool = false, console: Console = Console(isQuiet: false), fate: String = "nothing was written") {
        state = InterruptionState(fate: fate)
        // A queue of its own: the global ones may be busy with the run itself.
        let queue = DispatchQueue(label: "signals")
        SignalWatch.setHandler { [control, state] number in
            if state.received.exchange(number, ordering: .relaxed) != 0 { _exit(state.failure.code.rawValue) }
            control.cancel()
            queue.asyncAfter(deadline: .now() + Interruption.patience) {
                let failure = state.lastWords()
                failure.report(isJSON: isJSON, console: console)
                _exit(failure.code.rawValue)
            }
        }
    }

    deinit { SignalWatch.setHandler(nil) }

    /// What to do and say when the program has to be ended where it stands: gives the failure with what became of the work. Before
    /// it is set, the plain failure is said.
    func setFarewell(_ farewell: @escaping Farewell) { state.farewell.withLock { $0 = farewell } }

    typealias Farewell = @Sendable (Failure) -> Failure

    /// Does work that it may stop, and turns that into the failure to end with.
    func during<Value>(_ work: () throws -> Value) throws -> Value {
        do { return try work() } catch is RunCancelled { throw failure }
    }

    /// The failure to end with after a cancelled run.
    var failure: Failure { state.failure }
}

/// What the signals' queue and the run know of each other.
private final class InterruptionState: Sendable {
    /// The last signal that arrived; 0 before any.
    let received = Atomic<Int32>(0)
    let farewell = Mutex<Interruption.Farewell>({ $0 })
    private let fate: String

    init(fate: String) { self.fate = fate }

    var failure: Failure {
        switch received.load(ordering: .relaxed) {
        case SIGTERM: Failure(.terminated, "terminated; \(fate)")
        case SIGHUP: Failure(.terminated, "the terminal was closed; \(fate)")
        default: Failure(.interrupted, "interrupted; \(fate)")
        }
    }

    /// The failure with what became of the run.
    func lastWords() -> Failure { farewell.withLock { $0(failure) } }
}

extension Failure {
    /// The same failure of a run that the next one can go on with.
    var resumable: Failure {
        adding(hint: "what was finished is kept: the same command with --resume goes on from there")
    }
}
