import StressEngine
import Synchronization

/// How far all jobs together are, for the progress bar.
final class JobProgress: Sendable {
    private let weights: [Double]
    private let state = Mutex<(finished: Double, job: Int, control: RunControl?)>((0, 0, nil))

    init(weights: [Double]) { self.weights = weights }

    func start(_ job: Int, _ control: RunControl) { state.withLock { ($0.job, $0.control) = (job, control) } }

    func finish(_ job: Int) {
        state.withLock {
            $0.finished += weights[job]
            $0.control = nil
        }
    }

    /// 0…1.
    var share: Double {
        let total = weights.reduce(0, +)
        return state.withLock { state in
            let current = state.control.map { $0.progress * weights[state.job] } ?? 0
            return total > 0 ? min(1, (state.finished + current) / total) : 0
        }
    }
}
