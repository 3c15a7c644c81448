import ArgumentParser
import Foundation
import StressReport
import StressResults

/// Whether standard output and standard error may be coloured.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, always, never

    /// Whether to colour what goes to a file descriptor. `auto`: only on a terminal that is not `dumb`, and not where NO_COLOR
    /// is set to anything (no-color.org).
    func isColoured(_ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            isatty(descriptor) == 1 && environment["TERM"] != "dumb" && environment["NO_COLOR", default: ""].isEmpty
        }
    }
}

extension TerminalStyle {
    /// The style of standard output: its width by COLUMNS or the terminal, no bound for files.
    static func standardOutput(_ colour: ColourChoice) -> TerminalStyle {
        TerminalStyle(width: columns, hasColour: colour.isColoured(STDOUT_FILENO))
    }

    private static var columns: Int? {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let width = Int(text), width > 0 {
            return min(width, 10_000)
        }
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}
