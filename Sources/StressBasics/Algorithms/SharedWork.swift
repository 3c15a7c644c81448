import Dispatch
import Synchronization

/// Indexed work that threads share, where work may stand inside other work.
///
/// `DispatchQueue.concurrentPerform` gives an inner call no second thread while an outer one is under way, however long the others
/// have been idle: the last history of a night would be computed on one core. Here whoever calls works on their own indices to the
/// end and never waits for a helper to begin; helpers come from Dispatch's global queue, take the oldest work that is open, and go on to
/// another when it is handed out.
enum SharedWork {
    private struct Desk {
        /// Oldest first: what stands outside is coarser than what stands inside.
        var open: [Work] = []
        /// Threads that help, at work or on their way.
        var helpers = 0
        /// Callers that have nothing left to do and wait for those who help them.
        var waiting = 0

        /// As many helpers as leave no more threads at work than the most generous caller allows.
        var allowed: Int { (open.map(\.threads).max() ?? 1) - 1 + waiting }

        /// Takes up the oldest work that is open and has room.
        mutating func next() -> Work? {
            guard helpers <= allowed, let work = open.first(where: \.hasRoom) else { return nil }
            work.join()
            return work
        }
    }

    private static let desk = Mutex(Desk())

    /// `body` of 0…count−1, handed out in order, on at most `threads` threads; returns when all are done. `body` gives false to stop:
    /// nothing is handed out any more.
    static func run(count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Bool) {
        guard min(threads, count) > 1 else {
            for index in 0..<max(0, count) where !body(index) { return }
            return
        }
        let work = Work(count: count, threads: threads, body)
        desk.withLock { $0.open.append(work) }
        recruit()
        work.workOff()
        desk.withLock { desk in
            desk.open.removeAll { $0 === work }
            desk.waiting += 1
        }
        recruit()
        work.helped.wait()
        desk.withLock { $0.waiting -= 1 }
    }

    /// Calls as many helpers as there is room for.
    private static func recruit() {
        let wanted = desk.withLock { desk in
            let room = desk.open.reduce(0) { $0 + $1.room }
            let wanted = max(0, min(room, desk.allowed - desk.helpers))
            desk.helpers += wanted
            return wanted
        }
        for _ in 0..<wanted { DispatchQueue.global().async { help() } }
    }

    /// Helps until nothing is open that has room.
    private static func help() {
        while let work = next() {
            work.workOff { mayStay }
            work.leave()
        }
    }

    /// Work that was joined; nil when the helper is to go, and is no longer counted.
    private static func next() -> Work? {
        desk.withLock { desk in
            if let work = desk.next() { return work }
            desk.helpers -= 1
            return nil
        }
    }

    /// Whether a helper who is between two indices may go on.
    private static var mayStay: Bool { desk.withLock { $0.helpers <= $0.allowed } }
}

/// Indices that are handed out, and who works on them.
private final class Work: Sendable {
    let count: Int
    /// That may work on it at once.
    let threads: Int
    private let body: @Sendable (Int) -> Bool
    private let next = Atomic(0)
    /// At work on it now; the caller is the first.
    private let atWork = Atomic(1)
    private let isStopped = Atomic(false)
    /// Those who joined and have not left.
    let helped = DispatchGroup()

    init(count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Bool) {
        (self.count, self.threads, self.body) = (count, threads, body)
    }

    /// Threads that would find an index here.
    var room: Int {
        let left = isStopped.load(ordering: .relaxed) ? 0 : count - next.load(ordering: .relaxed)
        return max(0, min(left, threads - atWork.load(ordering: .relaxed)))
    }

    var hasRoom: Bool { room > 0 }

    func join() {
        atWork.add(1, ordering: .relaxed)
        helped.enter()
    }

    func leave() {
        atWork.subtract(1, ordering: .relaxed)
        helped.leave()
    }

    /// Takes one index after the other while there are any and `mayStay` says so.
    func workOff(_ mayStay: () -> Bool = { true }) {
        while !isStopped.load(ordering: .relaxed) {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            if !body(index) { isStopped.store(true, ordering: .relaxed) }
            guard mayStay() else { return }
        }
    }
}
