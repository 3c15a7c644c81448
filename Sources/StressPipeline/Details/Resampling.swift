import StressStatistics
import StudyPlan

extension StatisticsRules {
    /// The same rules as the statistics take them.
    var resampling: ResamplingRules {
        ResamplingRules(resamples: resamples, seed: seed, confidence: confidence)
    }
}
