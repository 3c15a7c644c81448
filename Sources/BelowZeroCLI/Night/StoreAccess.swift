import Foundation
import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// The right to run, kept as long as it is referred to.
final class HeldLock {
    private let lock: FolderLock
    /// Whether another run had to end first.
    let hasWaited: Bool

    init(_ lock: consuming FolderLock, hasWaited: Bool) {
        self.lock = lock
        self.hasWaited = hasWaited
    }
}

/// Waits until no other run is at work below the store's folder, and opens the store.
struct StoreAccess {
    let store: String?
    let study: Study
    let command: String
    let console: Console
    let interruption: Interruption

    /// - Parameter now: the moment the wait begins, which the owner line tells others.
    func take(patience: TimeSpan, now: UTCInstant) throws -> (HeldLock?, RunHistory?) {
        guard let store else { return (nil, nil) }
        let folder = RunHistory.folder(of: store)
        do {
            let lock = try locked(folder, patience: patience, now: now)
            return (lock, try history(store))
        } catch let error as StoreError {
            // A store of somebody else's is a mistake to mend; one that cannot be used must not cost the night.
            if error.reason == .newer || error.reason == .foreign { throw Failure(error) }
            return goingWithout(error.message)
        } catch is Stopped {
            // It leaves a word, as one that a signal ends at work does.
            throw recorded(interruption.failure, now: now)
        } catch let refusal as FolderLock.Refusal {
            guard case .held = refusal else {
                return goingWithout(Failure(refusal, folder: folder, hint: "").plainMessage)
            }
            let failure = Failure(
                refusal, folder: folder, hint: "it did not end within \(patience.text); wait longer with --wait")
            throw recorded(failure, now: now)
        }
    }

    /// The history, with the runs in its folder that it did not know.
    private func history(_ store: String) throws -> RunHistory {
        let history = try RunHistory.openRepairing(path: store) { console.warn($0) }
        let adopted = try history.adoptFolders { console.warn($0) }
        if adopted > 0 {
            let words = adopted == 1 ? "1 run" : "\(adopted) runs"
            console.tell(
                "runs adopted", ["runs": .stringConvertible(adopted)], people: "Took \(words) into the history")
        }
        return history
    }

    private func goingWithout(_ reason: String) -> (HeldLock?, RunHistory?) {
        console.warn("this run will not be in the history: \(reason)")
        return (nil, nil)
    }

    private func recorded(_ failure: Failure, now: UTCInstant) -> Failure {
        recordRefusal(failure, now: now)
        return failure
    }

    /// The wait was ended by a signal.
    private struct Stopped: Error {}

    private func locked(_ folder: String, patience: TimeSpan, now: UTCInstant) throws -> HeldLock {
        let owner = "process \(ProcessInfo.processInfo.processIdentifier), study \(study.name), since \(now.rfc3339)"
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .milliseconds(patience.milliseconds))
        var hasWaited = false
        while true {
            do throws(FolderLock.Refusal) {
                return HeldLock(try FolderLock(folder: folder, owner: owner), hasWaited: hasWaited)
            } catch {
                guard case .held(let other) = error, clock.now < deadline else { throw error }
                if !hasWaited {
                    console.tell(
                        "waiting for another run", ["owner": .string(other), "at_most": .string(patience.text)],
                        people: "Waiting for another run to end\(other.isEmpty ? "" : " (\(other))")")
                }
                hasWaited = true
            }
            if interruption.control.isCancelled { throw Stopped() }
            usleep(50_000)
        }
    }

    /// The store has locks of its own, so that a run that was not let in can leave a word.
    private func recordRefusal(_ failure: Failure, now: UTCInstant) {
        guard let store, let history = try? RunHistory(path: store) else { return }
        _ = LostRun(study, command: command, started: now, history: history, console: console).record(failure)
        history.close()
    }
}
