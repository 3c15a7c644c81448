import RunStore
import StressBasics
import StressResults

/// What differs between two runs of a study.
struct RunChange {
    /// Whether the study asks for other figures.
    let study: Bool
    /// Whether the study is another one only in what the same figures are held against: limits, or which of them is the headline.
    let limits: Bool
    /// The version before, where it differs.
    let version: String?
    /// Whether bars that were there before differ: see ``BarsChange/isRevised``.
    let revised: Bool
    /// Bars that were added at the end, over all histories; of windows that moved on the bar lengths by which their ends did.
    let added: Int

    /// Whether values before and after are not alike.
    var isBreak: Bool { study || version != nil || revised }

    init(_ record: RunRecord, since before: RunRecord?) {
        guard let before, record.run.status != .failed else {
            (study, limits, version, revised, added) = (false, false, nil, false, 0)
            return
        }
        study = !record.run.asksForFigures(of: before.run)
        limits = !study && before.run.studyDigest != record.run.studyDigest
        version = before.run.version != record.run.version ? before.run.version : nil
        var (isRevised, count) = (false, 0)
        let old = Dictionary(before.jobs.map { ($0.asset, $0) }, uniquingKeysWith: { first, _ in first })
        for job in record.jobs {
            guard let was = old[job.asset], !was.isFailed, !job.isFailed else { continue }
            let digests = { (record: RunRecord) in record.inputs.filter { $0.asset == job.asset }.map(\.digest) }
            let bars = BarsChange(from: was, to: job, isOther: digests(record) != digests(before))
            if bars.isRevised { isRevised = true }
            count += bars.added
        }
        (revised, added) = (isRevised, count)
    }

    /// What makes a break, a letter each: study, version, older data.
    var letters: String { (study ? "S" : "") + (version != nil ? "V" : "") + (revised ? "D" : "") }

    /// In words; a dash for nothing.
    var words: String {
        let parts = [
            study ? "study" : nil, limits ? "limits or headline" : nil, version.map { "version (was \($0))" },
            revised ? "older data" : nil,
            added > 0 ? "\(counted(added, "bar", "bars")) added" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }
}
