/// A history of fewer resampled runs than this is too short for the bootstrap-t.
let fewestStudentisedRuns = 15.0

/// Bootstrap-t ends of a figure: nil where infinite scores reach into the quantile.
///
/// - Parameters:
///   - value: the figure as observed.
///   - error: its standard deviation over the resamples.
///   - resampled: the figure in every resample, with its own error.
package func studentisedEnds(
    _ value: Double, error: Double, _ resampled: ResampledRatio, confidence: Double
) -> Interval? {
    let scores = zip(resampled.shares, resampled.errors).map { share, error in
        // A resample without events has no error to measure its distance by: it is infinitely far away.
        share == value ? 0 : (share - value) / error
    }
    let ends = tailOrderStatistics(scores, confidence: confidence)
    guard ends.low.isFinite, ends.high.isFinite else { return nil }
    return Interval(low: value - ends.high * error, high: value - ends.low * error)
}

/// Unbiased variance; 0 for fewer than two values.
package func sampleVariance(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}
