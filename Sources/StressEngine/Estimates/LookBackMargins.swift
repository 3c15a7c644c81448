import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

extension MarketHistory {
    /// The margins that a study asks for of this history's look-backs: hour by hour, day by day, longest look-back last.
    ///
    /// - Parameters:
    ///   - rules: which.
    ///   - sides: of the study.
    ///   - resampling: of the intervals.
    ///
    /// O(hours × bars + margins × resamples × days of a look-back).
    public func lookBackMargins(
        _ rules: LookBackRules, sides: [Side], resampling: ResamplingRules
    ) -> [LookBackMargin] {
        rules.hours.flatMap { hour -> [LookBackMargin] in
            let fixings = series.fixings(hour: hour, barLength: barLength)
            let newest = fixings.time.last.map { [UTCInstant(milliseconds: $0)] } ?? []
            let ends = rules.days.isEmpty ? newest : rules.days.map { $0 + .hours(Int64(hour)) }
            let questions = ends.flatMap { LookBackMargin.questions(rules, sides, end: $0, hour: hour) }
            return questions.map {
                LookBackMargin($0, times: fixings.time, prices: fixings.price, rules: resampling)
            }
        }
    }
}

extension LookBackMargin {
    fileprivate static func questions(
        _ rules: LookBackRules, _ sides: [Side], end: UTCInstant, hour: Int
    ) -> [Question] {
        rules.frequencies.flatMap { frequency in
            sides.flatMap { side in
                rules.lookBacks.map {
                    Question(side: side, asOf: end, hour: hour, lookBack: $0, frequency: frequency)
                }
            }
        }
    }
}
