import StressBasics
import StressResults

extension LastGoodValue {
    /// `long 20× 7 d: 3.1 % on 2026-11-19`.
    var words: String {
        "\(cell.side.rawValue) \(cell.leverage.screenText) \(cell.horizon.screenText): \(shareText(share)) on "
            + started.civil.dateText
    }
}
