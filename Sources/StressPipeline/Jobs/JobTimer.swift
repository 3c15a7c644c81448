import Dispatch
import StressBasics
import StressEngine

/// Stops one job when its time is up, or with the whole run.
final class JobTimer {
    let control: RunControl
    private let source: (any DispatchSourceTimer)?

    init(parent: RunControl, limit: TimeSpan?, spent: Duration) {
        let control = RunControl(parent: parent)
        self.control = control
        guard let limit else {
            source = nil
            return
        }
        let left = max(0, Double(limit.milliseconds) - spent / .milliseconds(1))
        // A queue of its own: the global ones are busy with the job.
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "job timeout"))
        timer.schedule(deadline: .now() + .milliseconds(Int(left)))
        timer.setEventHandler { control.cancel() }
        timer.resume()
        source = timer
    }

    func stop() { source?.cancel() }
}
