import Dispatch
import Foundation
import StressEngine
import Synchronization

/// Turns SIGINT and SIGTERM into a cancelled run. A second signal ends the program at once.
final class Interruption {
    /// What the run is stopped by.
    let control = RunControl()
    private let received = ReceivedSignal()
    private let sources: [any DispatchSourceSignal]

    /// Starts listening.
    init() {
        // A queue of its own: the global ones may be busy with the run itself.
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
            source.setEventHandler { [control, received] in
                if received.number.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
                control.cancel()
            }
            source.resume()
        }
    }

    /// The failure to end with after a cancelled run.
    var failure: Failure {
        let isTermination = received.number.load(ordering: .relaxed) == SIGTERM
        return isTermination
            ? Failure(.terminated, "terminated; nothing was written")
            : Failure(.interrupted, "interrupted; nothing was written")
    }
}

/// The last signal that arrived; 0 before any.
private final class ReceivedSignal: Sendable {
    let number = Atomic<Int32>(0)
}
