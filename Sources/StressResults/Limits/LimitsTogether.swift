import StressStatistics
import StudyPlan

/// One word for all limits of a study at once: what is said of each of them holds together, at the study's confidence.
public struct LimitsTogether: Hashable, Sendable {
    /// Cells held against limits, each by an interval that holds together with all others.
    public let checks: Int
    /// Those whose interval is beyond the limit.
    public let breached: Int
    /// Those whose interval is within it.
    public let met: Int

    /// Those whose interval holds the limit.
    public var notShown: Int { checks - breached - met }

    /// A breach where one is shown, met where all are, not shown otherwise.
    public var outcome: LimitCheck.Outcome { breached > 0 ? .breach : met == checks ? .met : .notShown }
}

extension LimitCheck {
    /// What ``together`` says of the limit; nil without it.
    public var togetherOutcome: Outcome? {
        together.map { ends in
            switch limit.form {
            case .max(let most): ends.low > most ? .breach : ends.high <= most ? .met : .notShown
            case .min(let least): ends.high < least ? .breach : ends.low >= least ? .met : .notShown
            case .drift: .notShown
            }
        }
    }
}

extension RunReport {
    /// The word for all limits whose figures have intervals; nil without such limits, and before resampling.
    public var limitsTogether: LimitsTogether? {
        let outcomes = limits.compactMap(\.togetherOutcome)
        guard !outcomes.isEmpty else { return nil }
        return LimitsTogether(
            checks: outcomes.count, breached: outcomes.count { $0 == .breach }, met: outcomes.count { $0 == .met })
    }

    /// Gives every check the interval that holds together with those of all others.
    mutating func addTogether() {
        var errors: [Figure: Double] = [:]
        for band in bands {
            for (cell, measure) in zip(band.cells, band.measures ?? []) {
                errors[Figure(cell: cell.key, measure: measure)] = band.band.criticalValue
            }
        }
        guard !errors.isEmpty else { return }
        for place in limits.indices {
            let check = limits[place]
            guard check.limit.mayBeNotShown, check.limit.behaviour == nil, let cell = check.cell,
                let value = check.value,
                let interval = check.interval,
                let wide = errors[Figure(cell: cell.key, measure: check.limit.measure.name)]
            else { continue }
            limits[place].together = interval.widened(
                around: value, from: study.statistics.confidence, to: wide)
        }
    }

    private struct Figure: Hashable {
        let cell: CellKey
        let measure: String
    }
}
