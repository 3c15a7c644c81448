import StressBasics

/// The largest value of every block, at its time. `blocks` never fall; all three arrays are of one length. O(n).
public func blockMaxima(times: [Int64], values: [Double], blocks: [Int32]) -> (times: [Int64], values: [Double]) {
    var (found, before) = (([Int64](), [Double]()), Int32?.none)
    for (place, block) in blocks.enumerated() {
        if block != before {
            found.0.append(times[place])
            found.1.append(values[place])
        } else if values[place] > found.1[found.1.count - 1] {
            (found.0[found.0.count - 1], found.1[found.1.count - 1]) = (times[place], values[place])
        }
        before = block
    }
    return found
}

/// Values above a threshold in clusters: of those that follow each other within a separation, the largest is one event.
///
/// Overlapping windows see the same crash many times.
public struct Clusters: Hashable, Sendable {
    /// An event.
    public struct Peak: Hashable, Sendable {
        /// When its value was seen, milliseconds.
        public let time: Int64
        /// The largest of its cluster, in the unit of what is clustered.
        public let value: Double
    }

    /// What the values lie above.
    public let threshold: Double
    /// In order of time.
    public let peaks: [Peak]
    /// Values above the threshold.
    public let exceedances: Int

    /// `times` rise; both arrays are of one length. O(n).
    public init(times: [Int64], values: [Double], threshold: Double, separation: TimeSpan) {
        var (peaks, last, exceedances) = ([Peak](), Int64?.none, 0)
        for (time, value) in zip(times, values) where value > threshold {
            if let before = last, time - before <= separation.milliseconds {
                if value > peaks[peaks.count - 1].value { peaks[peaks.count - 1] = Peak(time: time, value: value) }
            } else {
                peaks.append(Peak(time: time, value: value))
            }
            (last, exceedances) = (time, exceedances + 1)
        }
        (self.threshold, self.peaks, self.exceedances) = (threshold, peaks, exceedances)
    }

    /// Clusters over exceedances; 1 without any.
    public var extremalIndex: Double { exceedances > 0 ? Double(peaks.count) / Double(exceedances) : 1 }
}

/// What the peaks above one threshold look like: a threshold is high enough when, from there on, the mean excess is a
/// straight line and the shape stays where it is. Amounts are in the unit of the peaks.
public struct ThresholdDiagnostic: Hashable, Codable, Sendable {
    /// The threshold.
    public let threshold: Double
    /// Peaks above it.
    public let peaks: Int
    /// Mean of the peaks less threshold.
    public let meanExcess: Double
    /// Standard error of that mean.
    public let meanExcessError: Double
    /// ξ; nil where no fit exists.
    public let shape: Double?
    /// Its standard error.
    public let shapeError: Double?
    /// `β − ξ u`, which does not depend on the threshold once it is high enough.
    public let modifiedScale: Double?

    /// Nil for fewer than two peaks, or one without bound.
    public init?(_ clusters: Clusters) {
        let threshold = clusters.threshold
        let excesses = clusters.peaks.map { $0.value - threshold }
        guard excesses.count >= 2, excesses.allSatisfy(\.isFinite) else { return nil }
        let n = Double(excesses.count)
        self.threshold = threshold
        self.peaks = excesses.count
        meanExcess = excesses.reduce(0, +) / n
        meanExcessError = (sampleVariance(excesses) / n).squareRoot()
        let fit = GeneralizedPareto(maximumLikelihood: excesses)
        shape = fit?.shape
        shapeError = fit.map { (1 + $0.shape) / n.squareRoot() }
        modifiedScale = fit.map { $0.scale - $0.shape * threshold }
    }
}

/// The tail of one series of window values: the threshold that was chosen, the fit above it, and what was seen on the way.
public struct TailAnalysis: Hashable, Sendable {
    /// What each threshold that was tried showed, lowest first.
    public let diagnostics: [ThresholdDiagnostic]
    /// The fit above the lowest threshold that passes, or why none does.
    public let outcome: Result<TailFit, TailRefusal.Failure>

    /// Shares of the blocks' largest values that the thresholds lie above.
    public static let thresholdShares = [0.9, 0.925, 0.95, 0.975]
    /// The same for values that are rare events already, such as shortfalls.
    public static let eventShares = [0, 0.25, 0.5, 0.75, 0.9]

    /// Tries the thresholds from low to high and takes the first whose fit is credible and stays, within two standard errors, what
    /// the higher thresholds find. The last refusal stands when none is.
    ///
    /// - Parameters:
    ///   - times: of the values, rising; milliseconds.
    ///   - values: such as the deepest fall inside the windows that start in a block, on a ``TailScale``.
    ///   - separation: values closer than this belong to one event.
    ///   - span: the history, and how long it remembers.
    ///   - shares: of the values that the thresholds lie above, rising.
    ///   - random: left untouched.
    public init(
        times: [Int64], values: [Double], separation: TimeSpan, span: TailSpan,
        shares: [Double] = TailAnalysis.thresholdShares, random: SeededGenerator
    ) {
        let sorted = values.sorted()
        let tried =
            sorted.isEmpty ? [] : shares.map { sorted[Int($0 * Double(sorted.count - 1))] }
        let clusters = tried.map { Clusters(times: times, values: values, threshold: $0, separation: separation) }
        diagnostics = clusters.compactMap { ThresholdDiagnostic($0) }
        var outcome = Result<TailFit, TailRefusal.Failure>.failure(.init(.fewPeaks))
        for clusters in clusters {
            let next = TailFit.fit(clusters, span: span, random: random)
            // Having too few peaks higher up is no answer to what was wrong lower down.
            if case .failure(let failure) = next, failure.reason == .fewPeaks { break }
            outcome = next
            guard case .success(let fit) = next else { continue }
            if TailAnalysis.isStable(fit, among: diagnostics) { break }
            outcome = .failure(.init(.unstable))
        }
        self.outcome = outcome
    }

    private static func isStable(_ fit: TailFit, among diagnostics: [ThresholdDiagnostic]) -> Bool {
        diagnostics.allSatisfy { higher in
            guard higher.threshold > fit.threshold, higher.peaks >= TailFit.fewestPeaks else { return true }
            guard let shape = higher.shape, let error = higher.shapeError else { return false }
            return abs(shape - fit.distribution.shape) <= 2 * error
        }
    }
}

/// As a fit, or as the reason why there is none.
extension TailAnalysis: Codable {
    private enum CodingKeys: CodingKey {
        case diagnostics, fit, refusal
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        diagnostics = try values.decode([ThresholdDiagnostic].self, forKey: .diagnostics)
        if let fit = try values.decodeIfPresent(TailFit.self, forKey: .fit) {
            outcome = .success(fit)
        } else {
            outcome = .failure(.init(try values.decode(TailRefusal.self, forKey: .refusal)))
        }
    }

    /// Writes the diagnostics, and either the fit or the refusal.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(diagnostics, forKey: .diagnostics)
        switch outcome {
        case .success(let fit): try values.encode(fit, forKey: .fit)
        case .failure(let failure): try values.encode(failure.reason, forKey: .refusal)
        }
    }
}
