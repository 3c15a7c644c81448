import StressBasics

/// What resampling says about the shares of one cell.
public struct CellInference: Hashable, Sendable {
    /// Below zero under each fill rule of the cell, in the order of ``roles``; nil where nothing is estimated.
    public var negative: [FrequencyInference?]
    /// How far below zero, in the same order; nil where nothing was.
    public var severity: [SeverityInference?]
    /// The questions that the cell's fill rules answer.
    public var roles: [FillRole]
    /// Liquidated.
    public var liquidated: FrequencyInference?
    /// Below zero at some bar, had nobody liquidated.
    public var unprotected: FrequencyInference?
    /// Mean length of the resampled runs, in resampled blocks.
    public var meanRunBlocks: Double
    /// Mean length of the resampled runs.
    public var meanRun: TimeSpan
    /// Windows of the cell that share no bar.
    public var disjointWindows: Int
    /// Turbulent spells that the history has been through; nil where that was not looked at.
    public var turbulentSpells: Int?
    /// What the share below zero under the cell's fill may be in one further year; nil where nothing is estimated.
    public var nextYear: Interval?

    /// Conclusions of the given parts.
    public init(
        negative: [FrequencyInference?], roles: [FillRole], liquidated: FrequencyInference?,
        unprotected: FrequencyInference?,
        meanRunBlocks: Double, meanRun: TimeSpan, disjointWindows: Int, severity: [SeverityInference?] = [],
        turbulentSpells: Int? = nil, nextYear: Interval? = nil
    ) {
        (self.turbulentSpells, self.nextYear) = (turbulentSpells, nextYear)
        self.negative = negative
        self.severity = severity
        self.roles = roles
        self.liquidated = liquidated
        self.unprotected = unprotected
        self.meanRunBlocks = meanRunBlocks
        self.meanRun = meanRun
        self.disjointWindows = disjointWindows
    }
}

extension CellInference {
    /// How far below zero the entries ended under a fill rule; nil where nothing did, and without such a rule.
    public func severity(_ role: FillRole) -> SeverityInference? {
        roles.firstIndex(of: role).flatMap { severity.indices.contains($0) ? severity[$0] : nil }
    }

    /// Below zero under a fill rule; nil without such a rule.
    func negative(_ role: FillRole) -> FrequencyInference? {
        roles.firstIndex(of: role).flatMap { negative[$0] }
    }
}

extension CellEstimate {
    /// The same estimate with resampled intervals, made of the cell's own tally.
    public func resampled(_ inference: CellInference) -> CellEstimate {
        var copy = self
        copy.inference = inference
        let chosen = inference.negative.first ?? nil
        if status == .impossible { copy.inference?.nextYear = nil }
        if windows.entries == 0 { copy.inference?.severity = inference.severity.map { _ in nil } }
        if status == .ok, copy.hasFewRegimes { copy.status = .fewRegimes }
        copy.exit = exit.resampled(chosen, isStructural: status == .impossible)
        copy.worstExit = worstExit?.resampled(inference.negative(.worst), isStructural: status == .impossible)
        copy.bestExit = bestExit?.resampled(inference.negative(.best), isStructural: status == .impossible)
        copy.gapExit = gapExit?.resampled(inference.negative(.gap), isStructural: status == .impossible)
        if let chosen { copy.effectiveEntries = max(1, Int(chosen.effectiveEntries)) }
        return copy
    }

    /// Whether its history has been through too few turbulent spells to know how often they come.
    public var hasFewRegimes: Bool { (inference?.turbulentSpells).map { $0 < TurbulentSpells.fewest } ?? false }

    /// Windows that share no bar, the most trials that could be called independent by counting alone.
    public var disjointWindows: Int { inference?.disjointWindows ?? effectiveEntries }
}

extension ExitEstimate {
    /// What cannot happen has no interval, because nothing is estimated.
    fileprivate func resampled(_ inference: FrequencyInference?, isStructural: Bool) -> ExitEstimate {
        ExitEstimate(
            negative: negative, frequency: frequency, interval: isStructural ? nil : inference?.interval,
            shortfall: shortfall, meanEquity: meanEquity, causes: causes,
            shortfallPerEntry: shortfallPerEntry, cutNegative: cutNegative)
    }
}
