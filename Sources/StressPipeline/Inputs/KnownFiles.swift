import StressBasics
import StressResults
import StudyPlan

/// Files of which more is known than what a study calls them, by those names: for a run that several machines share.
public struct KnownFiles: Sendable {
    /// Where they are; one that is not named here lies where its name says.
    public var paths: [String: String]
    /// The digests of the bytes on the disk that they must have; others are refused.
    public var digests: [String: Digest]

    /// By default nothing is known.
    public init(paths: [String: String] = [:], digests: [String: Digest] = [:]) {
        (self.paths, self.digests) = (paths, digests)
    }

    /// The first of some files with other bytes than are known of it; nil where all have theirs. A member of an archive has the
    /// digest of the archive.
    func firstOther(_ input: StudyInput, read files: [InputFile]) -> String? {
        guard !digests.isEmpty else { return nil }
        let wanted = input.allFiles.map { digests[$0] }
        guard wanted.contains(where: { $0 != nil }) else { return nil }
        let found = Set(files.map(\.digest))
        return zip(input.allFiles, wanted).first { $1.map { !found.contains($0) } ?? false }?.0
    }
}
