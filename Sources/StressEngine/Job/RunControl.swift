import Synchronization

/// The strings by which a run is watched and stopped from outside, from any thread.
public final class RunControl: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let done = Atomic<Int>(0)
    private let planned = Atomic<Int>(0)

    /// What stops this one, too.
    private let parent: RunControl?

    /// A control that nobody has cancelled. It is cancelled with its `parent`, but not the other way round.
    public init(parent: RunControl? = nil) { self.parent = parent }

    /// Asks the run to stop; it does within one cell of one task.
    public func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// Whether somebody asked the run to stop.
    public var isCancelled: Bool { cancelled.load(ordering: .relaxed) || parent?.isCancelled ?? false }

    /// Share of the planned work that is done, 0…1.
    public var progress: Double {
        let total = planned.load(ordering: .relaxed)
        return total > 0 ? Double(done.load(ordering: .relaxed)) / Double(total) : 0
    }

    /// Adds work to the plan, in any unit that ``finish(_:)`` uses too.
    public func plan(_ units: Int) { planned.add(units, ordering: .relaxed) }

    /// Reports finished work.
    public func finish(_ units: Int) { done.add(units, ordering: .relaxed) }
}

/// A run that was stopped on request.
public struct RunCancelled: Error, Sendable {
    /// The error.
    public init() {}
}
