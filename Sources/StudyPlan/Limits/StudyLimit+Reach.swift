import MarginModel
import StressBasics
import StressStatistics

extension Study {
    /// Why a limit would decide nothing in this study: its figure is not computed for the cells it names, or it lies where the
    /// figure cannot be. Nil when it may decide something.
    ///
    /// - Parameter limit: one that names cells of the grid.
    func objection(to limit: StudyLimit) -> (message: String, hint: String)? {
        guard !limit.measure.isOfHistory else { return nil }
        if limit.measure.ledgerFigure != nil { return ledgerObjection(to: limit) }
        return platformObjection(to: limit) ?? ledgerObjection(to: limit) ?? structuralObjection(to: limit)
            ?? timeObjection(to: limit)
    }

    /// Platforms that the limit names and whose rules give no such figure.
    private func platformObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
        let chosen = platforms.filter { limit.cells.platform == nil || limit.cells.platform == $0.name }
        let without = chosen.filter { !limit.measure.isComputed(by: $0.rules.liquidation) }
        let isMeant = limit.onNoValue == .ignore && without.count < chosen.count
        guard let first = without.first, !isMeant else { return nil }
        return (
            "\(limit.measure.rawValue) is not computed on platform '\(SourceLocation.presentable(first.name))'",
            limit.measure.remedy(first.rules.liquidation)
        )
    }

    /// Times to liquidation end with the holding time.
    private func timeObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
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

extension Measure {
    /// Whether a platform with these rules gives values. Those of the worst fill come with a fill that is left to the bar length,
    /// too.
    fileprivate func isComputed(by rules: LiquidationRules) -> Bool {
        switch fill {
        case .chosen: subject != .liquidation || rules.enabled
        case .best: rules.enabled && rules.hasBounds
        case .worst: rules.enabled && (rules.hasBounds || rules.fill == .auto)
        case .gap: rules.enabled && !rules.hasBounds && rules.fill == .auto
        }
    }

    fileprivate func remedy(_ rules: LiquidationRules) -> String {
        guard rules.enabled else { return "nobody is liquidated there; name another platform" }
        return fill == .gap
            ? "set fill: auto there, or name another platform"
            : "set fill: bounds there, run with --bounds, or name another platform"
    }
}
