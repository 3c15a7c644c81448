import Dispatch
import Foundation
import StressEngine
import Synchronization

/// Turns SIGINT and SIGTERM into a cancelled run. A second signal ends the program at once.
final class Interruption: Sendable {
    /// What the run is stopped by.
    let control = RunControl()
    private let received = Atomic<Int32>(0)
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
            source.setEventHandler { [self] in
                if received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
                control.cancel()
            }
            source.resume()
        }
    }

    /// The failure to end with after a cancelled run.
    var failure: Failure {
        let isInterrupt = received.load(ordering: .relaxed) != SIGTERM
        return Failure(isInterrupt ? .interrupted : .terminated, isInterrupt ? "interrupted; nothing was written" : "terminated; nothing was written")
    }
}
