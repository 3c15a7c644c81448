import StressBasics
import Synchronization

/// The plan that was drawn last: those who compare and band the cells of one history ask for the same one behind each other, and drawing
/// it costs as much as what they do with it.
public final class ResamplePlans: Sendable {
    /// All that a plan depends on.
    struct Draw: Equatable {
        let blockCount: Int
        let meanLength: Double
        let resamples: Int
        let seed: UInt64
        /// Of the stream below the seed.
        let stream: String

        var plan: ResamplePlan {
            ResamplePlan(
                blockCount: blockCount, meanLength: meanLength, resamples: resamples,
                random: SeededGenerator(seed: seed).stream(stream))
        }
    }

    private let last = Mutex<(draw: Draw, plan: ResamplePlan)?>(nil)

    /// None was drawn yet.
    public init() {}

    /// The plan of a draw, by whoever asks for it first.
    func plan(_ draw: Draw) -> ResamplePlan {
        if let known = last.withLock({ $0?.draw == draw ? $0?.plan : nil }) { return known }
        let plan = draw.plan
        last.withLock { $0 = (draw, plan) }
        return plan
    }
}
