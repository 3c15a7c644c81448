import Dispatch
import Foundation

/// A progress bar on a terminal; silent anywhere else.
final class ProgressLine {
    private let timer: (any DispatchSourceTimer)?
    private static let width = 32

    /// Redraws ten times a second until ``finish()``.
    init(label: String, talk: Talk, share: @escaping @Sendable () -> Double) {
        guard Talk.isTerminal, !talk.isQuiet else {
            timer = nil
            return
        }
        let started = DispatchTime.now()
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        timer.schedule(deadline: .now() + 0.1, repeating: 0.1)
        timer.setEventHandler {
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
            Talk.write(
                "\r" + ProgressLine.text(label, share: share(), seconds: seconds) + "\u{1B}[K",
                to: .standardError)
        }
        timer.resume()
        self.timer = timer
    }

    /// Removes the bar.
    func finish() {
        guard let timer else { return }
        timer.cancel()
        Talk.write("\r\u{1B}[K", to: .standardError)
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
