import PriceSeries

/// What is done with what the checks find: what the user says, else each check's default.
struct SourcePolicies: Hashable, Sendable {
    private var stated: [String: PolicyAction] = [:]

    init() {}

    init(_ source: BarSource) {
        stated = source.policies
    }

    /// What the user says about a check; nil when nothing.
    subscript(_ check: SourceCheck) -> PolicyAction? { stated[check.rawValue] }
}
