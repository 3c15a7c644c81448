import DurableFiles
import RunStore
import StressBasics
import StressPipeline

/// The parts of a plan in a folder: what of it is done, as far as the disk says.
public struct ShardParts: Sendable {
    let plan: ShardPlan
    let folder: PartsFolder

    /// What became of a unit.
    public enum State: Equatable, Sendable {
        /// Its part is whole and was computed from what the plan says.
        case done
        /// It cannot be done: its files are what the plan says, and cannot be used. The words are for people.
        case failed(String)
        /// There is no part.
        case missing
        /// There is one that was cut short or changed.
        case damaged
        /// There is one of another plan.
        case foreign
        /// There is one that may not be read; the system's words.
        case unreadable(String)

        /// Whether nothing is left to do.
        public var isSettled: Bool {
            switch self {
            case .done, .failed: true
            case .missing, .damaged, .foreign, .unreadable: false
            }
        }
    }

    /// The parts of a plan in a folder that need not exist.
    public init(_ plan: ShardPlan, folder: String) { (self.plan, self.folder) = (plan, PartsFolder(folder)) }

    /// Throws a ``Failure`` when what stands at the place of the folder is none, or may not be read; that there is nothing yet is no
    /// failure.
    public func expectFolder() throws(Failure) {
        guard let facts = FileFacts(folder.path, followsLinks: true) else { return }
        let name = SourceLocation.presentablePath(folder.path)
        guard facts.kind == .folder else {
            throw Failure(
                .noInput, "\(name) is no folder, and parts are kept in one",
                hint: "name the folder that 'shard run --out' wrote to")
        }
        do throws(FileError) {
            _ = try OpenFile(folder.path + "/.", .folder(followsLinks: true))
        } catch {
            throw Failure(
                .noInput, "cannot read the folder of the parts, \(name): \(error.words)",
                hint: "check its permissions, and the file system that it is on")
        }
    }

    /// Makes the folder and sees whether parts can be kept in it, before anything is computed for it.
    ///
    /// - Throws: a ``Failure``: try again when the disk is full or broken.
    public func prepare() throws(Failure) {
        do throws(StoreError) { try folder.prepare() } catch { throw ShardPieces.failure(error) }
    }

    /// The bytes of a unit's part, checked.
    func part(_ unit: ShardPlan.Unit) -> KeptPiece {
        let name = plan.name(unit)
        return folder.part(name, key: plan.key(name, of: unit))
    }

    /// Keeps a unit's part, and forgets that it failed.
    func keep(_ unit: ShardPlan.Unit, _ bytes: [UInt8]) throws(StoreError) {
        let name = plan.name(unit)
        try folder.keep(name, key: plan.key(name, of: unit), bytes)
    }

    /// Keeps why a unit cannot be done.
    func keepFailure(_ unit: ShardPlan.Unit, _ words: String) throws(StoreError) {
        let name = failureName(unit)
        try folder.keep(name, key: plan.key(name, of: unit), Array(words.utf8))
    }

    private func failureName(_ unit: ShardPlan.Unit) -> String { plan.name(unit) + ".failed" }

    /// What became of a unit. O(bytes of its part).
    public func state(_ unit: ShardPlan.Unit) -> State {
        let found = part(unit)
        if case .whole = found { return .done }
        let name = failureName(unit)
        if case .whole(let words) = folder.part(name, key: plan.key(name, of: unit)) {
            return .failed(String(decoding: words, as: UTF8.self))
        }
        switch found {
        case .damaged: return .damaged
        case .foreign: return .foreign
        case .unreadable(let why): return .unreadable(why)
        case .absent, .whole: return .missing
        }
    }

    /// Removes what writers left that were killed.
    public func removeStale() { folder.removeStale() }
}
