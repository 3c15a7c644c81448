import StressEngine
import Synchronization

/// How far all jobs together are, for the progress bar.
final class JobProgress: Sendable {
    private let weights: [Double]
    private let state = Mutex<(finished: Double, atWork: [Int: RunControl])>((0, [:]))

    init(weights: [Double]) { self.weights = weights }

    func start(_ job: Int, _ control: RunControl) { state.withLock { $0.atWork[job] = control } }

    func finish(_ job: Int) {
        state.withLock {
            $0.finished += weights[job]
            $0.atWork[job] = nil
        }
    }

    /// 0…1.
    var share: Double {
        let total = weights.reduce(0, +)
        return state.withLock { state in
            let current = weights.indices.reduce(0) { $0 + weights[$1] * (state.atWork[$1]?.progress ?? 0) }
            return total > 0 ? min(1, (state.finished + current) / total) : 0
        }
    }
}
