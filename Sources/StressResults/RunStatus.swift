import StressBasics

extension RunReport {
    /// What became of a run. The raw value is what `summary.json` prints.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Every job is done, no limit is breached, and those are shown to be met that must be.
        case ok
        /// Every job is done, at least one limit is breached, or not shown to be met though the study makes a failure of that.
        case limitBreached = "limit_breached"
        /// At least one job failed, a limit or the headline has no value to be judged by, or a section that the study asks for has
        /// nothing of a history or basket. Limits may be breached as well.
        case partial
    }

    /// What became of the run; what is not known weighs more than a breached limit.
    public var status: Status {
        if !failures.isEmpty || isHeadlineUnknown || limits.contains(where: \.isUnknown) || !unmet.isEmpty {
            return .partial
        }
        return limits.contains { $0.breached || $0.failsUnshown } ? .limitBreached : .ok
    }

    /// Checks whose errors say that a section has nothing of what the study asks for.
    private static let sectionChecks: Set = ["simulated", "baskets"]

    /// What the study asks for and no section has, though its histories could be read: why, one finding a history or basket.
    public var unmet: [Finding] {
        assets.flatMap(\.findings).filter { $0.severity == .error && RunReport.sectionChecks.contains($0.check) }
    }
}
