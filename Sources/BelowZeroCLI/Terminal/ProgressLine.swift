import Dispatch
import Foundation
import Synchronization

/// A progress bar on a terminal; anywhere else a line of the log now and then.
final class ProgressLine {
    private let timer: (any DispatchSourceTimer)?
    private static let width = 32

    /// Redraws ten times a second until ``finish()``; in a log it looks once a second.
    init(label: String, console: Console, share: @escaping @Sendable () -> Double) {
        guard !console.isQuiet else {
            timer = nil
            return
        }
        guard Console.isTerminal else {
            timer = ProgressLine.logging(label, console: console, share: share)
            return
        }
        let started = DispatchTime.now()
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        timer.schedule(deadline: .now() + 0.1, repeating: 0.1)
        timer.setEventHandler {
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
            Console.write(
                "\r" + ProgressLine.text(label, share: share(), seconds: seconds) + "\u{1B}[K",
                to: .standardError)
        }
        timer.resume()
        self.timer = timer
    }

    private static func logging(
        _ label: String, console: Console, share: @escaping @Sendable () -> Double
    ) -> any DispatchSourceTimer {
        let started = DispatchTime.now()
        let steps = Mutex(ProgressSteps())
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler {
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
            guard let percent = steps.withLock({ $0.step(share: share(), seconds: seconds) }) else { return }
            console.tell(
                "run progress", ["percent": .stringConvertible(percent)], people: "\(label): \(percent) % done")
        }
        timer.resume()
        return timer
    }

    /// Removes the bar.
    func finish() {
        guard let timer else { return }
        timer.cancel()
        guard Console.isTerminal else { return }
        Console.write("\r\u{1B}[K", to: .standardError)
    }

    /// `  Running   ━━━━━━━━────  71 %  0:09 left`
    static func text(_ label: String, share: Double, seconds: Double) -> String {
        let filled = Int((share * Double(width)).rounded(.down))
        let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
        let percent = Int((share * 100).rounded(.down))
        guard share > 0.02 else { return "  \(label)  \(bar)  \(percent) %" }
        let left = Int((seconds / share * (1 - share)).rounded(.up))
        return "  \(label)  \(bar)  \(percent) %  \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
    }
}

/// Which lines a log gets of a long job: whole steps of the way, none of them twice, none soon after another.
///
/// What a line says is a step and nothing of the clock or the machine; a job that is done within ``pause`` says nothing.
struct ProgressSteps {
    /// Percent between lines.
    static let width = 5
    /// Seconds before the first line and at least between two.
    static let pause = 10.0

    private var last = 0
    private var next = ProgressSteps.pause

    /// The percent to tell now, if any.
    ///
    /// - Parameters:
    ///   - share: of the work that is done, 0…1.
    ///   - seconds: since it began.
    mutating func step(share: Double, seconds: Double) -> Int? {
        guard seconds >= next, share.isFinite else { return nil }
        let percent = Int(min(max(share, 0), 1) * 100) / ProgressSteps.width * ProgressSteps.width
        guard percent > last, percent < 100 else { return nil }
        (last, next) = (percent, seconds + ProgressSteps.pause)
        return percent
    }
}
