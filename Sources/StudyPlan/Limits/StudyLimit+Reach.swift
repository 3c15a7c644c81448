import MarginModel
import StressBasics

extension Study {
    /// Why a limit would decide nothing in this study: its figure is not computed for the cells it names, or it lies where the
    /// figure cannot be. Nil when it may decide something.
    ///
    /// - Parameter limit: one that names cells of the grid.
    func objection(to limit: StudyLimit) -> (message: String, hint: String)? {
        guard !limit.measure.isOfHistory else { return nil }
        let chosen = platforms.filter { limit.cells.platform == nil || limit.cells.platform == $0.name }
        let without = chosen.filter { !limit.measure.isComputed(by: $0.rules.liquidation) }
        let isMeant = limit.onNoValue == .ignore && without.count < chosen.count
        if let first = without.first, !isMeant {
            return (
                "\(limit.measure.rawValue) is not computed on platform '\(SourceLocation.presentable(first.name))'",
                limit.measure.remedy(first.rules.liquidation)
            )
        }
        if let objection = structuralObjection(to: limit) { return objection }
        guard limit.measure == .medianTimeToLiquidation,
            let longest = (limit.cells.horizon ?? grid.horizons.max())?.inHours
        else { return nil }
        let within = "no liquidation comes later than the holding time, \(numberText(longest)) h at most"
        switch limit.form {
        case .max(let most) where most >= longest: return ("\(within), so this max is never breached", "lower it")
        case .min(let least) where least > longest: return ("\(within), so this min is always breached", "lower it")
        case .drift(let drift):
            guard case .absolute(let change) = drift.change, change >= longest else { return nil }
            return ("\(within), so this max_change is never breached", "lower it")
        default: return nil
        }
    }
}

extension StudyLimit.Measure {
    /// Whether a platform with these rules gives values. Those of the worst fill come with a fill that is left to the bar length,
    /// too.
    fileprivate func isComputed(by rules: LiquidationRules) -> Bool {
        switch self {
        case .bestNegativeEquity, .undecided: rules.enabled && rules.hasBounds
        case .worstNegativeEquity, .worstMeanShortfall, .worstLargestShortfall:
            rules.enabled && (rules.hasBounds || rules.fill == .auto)
        case .liquidated, .liquidatedCount, .medianTimeToLiquidation: rules.enabled
        default: true
        }
    }

    fileprivate func remedy(_ rules: LiquidationRules) -> String {
        rules.enabled
            ? "set fill: bounds there, run with --bounds, or name another platform"
            : "nobody is liquidated there; name another platform"
    }
}
