import CSVIngest
import StressBasics
import StressReport
import StressResults

/// Why one job could not be done, as a value: the others go on.
public struct JobError: Error, Sendable {
    /// What outputs say.
    public let failure: JobFailure
    /// What the terminal says, whole messages.
    public let messages: [String]
    /// The same as findings.
    public let findings: [Finding]
    /// What is known of the history, when it could be read.
    public var report: AssetReport?
    /// Whether a file has other bytes than the run is about: on another machine, or once it is put back, the job may be done.
    public private(set) var isOfOtherBytes = false

    /// Files that could not be used.
    init(asset: String, _ errors: [IngestError]) {
        let isMissing = errors.allSatisfy(\.exitIsNoInput)
        let first = errors.first?.finding
        let place = first?.location.map { " in " + $0.short } ?? ""
        let more = errors.count > 1 ? "; and \(errors.count - 1) more" : ""
        failure = JobFailure(
            asset: asset, stage: .reading, reason: isMissing ? .noInput : .badData,
            message: (first.map { $0.message + place } ?? "its files could not be used") + more,
            hint: first?.hint ?? "", exitCode: Int((isMissing ? Failure.Code.noInput : .badData).rawValue))
        messages = errors.map { $0.rendered() }
        findings = errors.map(\.finding)
    }

    /// A job with a file that has other bytes than are known of it.
    init(asset: String, other file: String, report: AssetReport?) {
        let message = "\(SourceLocation.presentablePath(file)) has other bytes than this run is about"
        let hint = "put the file back that was there when the run was planned, or plan it anew"
        let problem = Failure(.badData, message, hint: hint)
        failure = JobFailure(
            asset: asset, stage: .reading, reason: .badData, message: message, hint: hint,
            exitCode: Int(Failure.Code.badData.rawValue))
        (messages, findings, self.report) = (problem.messages, problem.findings, report)
        isOfOtherBytes = true
    }

    /// A job that took too long.
    init(asset: String, stage: JobFailure.Stage, limit: TimeSpan, report: AssetReport?) {
        self.init(
            asset: asset, stage: stage, .timeout, "\(asset): it took longer than the \(limit.text) a job may take",
            hint: "raise --job-timeout, or ask for fewer cells", report: report)
    }

    /// A job that needs more memory than it may have.
    init(asset: String, needs bytes: Int, budget: Int, report: AssetReport?) {
        self.init(
            asset: asset, stage: .computing, .memory,
            "\(asset): it needs about \(memoryText(bytes)) of memory, and \(memoryText(budget)) are allowed",
            hint: "raise --memory, or ask for fewer cells", report: report)
    }

    private init(
        asset: String, stage: JobFailure.Stage, _ reason: JobFailure.Reason, _ message: String, hint: String,
        report: AssetReport?
    ) {
        let problem = Failure(.tryAgain, message, hint: hint)
        failure = JobFailure(
            asset: asset, stage: stage, reason: reason, message: message, hint: hint,
            exitCode: Int(Failure.Code.tryAgain.rawValue))
        (messages, findings, self.report) = (problem.messages, problem.findings, report)
    }
}

extension Failure {
    /// A run of which no job was done. Several jobs have had their words already, when they failed.
    init(_ errors: [JobError]) {
        let reasons = Set(errors.map(\.failure.reason))
        if reasons.isSubset(of: [.noInput]) {
            code = .noInput
        } else {
            code = reasons.isDisjoint(with: [.noInput, .badData]) ? .tryAgain : .badData
        }
        let inputs = errors.flatMap(\.findings).count
        let last =
            reasons.isSubset(of: [.noInput, .badData])
            ? "\(inputs == 1 ? "1 input" : "\(inputs) inputs") rejected, nothing was computed"
            : "\(errors.count == 1 ? "the job" : "all \(errors.count) jobs") failed, nothing was written"
        messages = (errors.count == 1 ? errors[0].messages : []) + ["error: " + last]
        findings = errors.flatMap(\.findings)
    }
}
