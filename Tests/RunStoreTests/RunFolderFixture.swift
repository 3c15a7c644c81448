import Foundation
import StressBasics

/// A run folder as the program writes it, as far as the history reads it.
struct RunFolderFixture {
    var study = "nightly"
    var runID = "0123456789ab"
    var started = "2026-11-20T02:00:00Z"
    var value = 0.031
    var isRecorded: Bool? = true
    var results = "run_id,asset\n0123456789ab,BTC\n"
    var status = "ok"
    var inputs = 1
    /// Nil for a folder of before it was kept.
    var asked: String?

    /// Writes it below `root` and gives its name.
    @discardableResult
    func write(in root: String) throws -> String {
        let name = "\(study)/\(started.replacing(":", with: ""))"
        let path = "\(root)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (file, text) in [("run.json", manifest), ("summary.json", summary), ("results.csv", results)] {
            try text.write(toFile: "\(path)/\(file)", atomically: false, encoding: .utf8)
        }
        return name
    }

    private var manifest: String {
        let recorded = isRecorded.map { ", \"is_recorded\": \($0)" } ?? ""
        let files = (0..<inputs).map {
            """
            {"asset": "BTC", "file": "prices/\($0).csv", "bytes": 10, "rows": 2, "sha256": "\(Digest(of: "\($0)").hex)",
             "format": "plain"}
            """
        }
        return """
            {"schema_version": 1, "run_id": "\(runID)", "version": "0.1.0", "command": "belowzero run nightly.yaml",
             "study": {"name": "\(study)", "sha256": "ab", \(asked.map { "\"figures_sha256\": \"\($0)\", " } ?? "")"text": "version: 1"},
             "results_sha256": "\(Digest(of: results).hex)", "inputs": [\(files.joined(separator: ","))],
             "circumstances": {"started_utc": "\(started)", "duration_s": 41.5, "exit_code": 0\(recorded)}}
            """
    }

    private var cell: String {
        """
        "asset": "BTC", "contract": "linear", "side": "long", "leverage_x": 20, "horizon_h": 168, "platform": "typical"
        """
    }

    private var summary: String {
        """
        {"schema_version": 1, "run_id": "\(runID)", "status": "\(status)", "confidence": 0.95,
         "study": {"name": "\(study)", "sha256": "ab"},
         "headline": {\(cell), \(figures)}, "headlines": [{\(cell), \(figures)}],
         "limits": [{\(cell), "measure": "negative_equity_frac", "form": "max", "bound": "value", "max": 0.05,
           "limit": 0.05, "value": \(value), "low": 0.02, "high": 0.047, "baseline": null, "status": "met",
           "breached": false},
          {"asset": "BTC", "measure": "newest_bar_age_h", "form": "max", "bound": "value", "max": null, "limit": 36,
           "value": 2.5, "status": "met", "breached": false}],
         "assets": [{"asset": "BTC", "first_utc": "2019-01-01T00:00:00Z", "last_utc": "2026-11-19T23:00:00Z",
           "bars_count": 69000, "bar_s": 3600, "checks": {"pass": 9, "note": 2, "warning": 1, "error": 0}}],
         "failures": [{"asset": "ETH", "message": "no such file"}],
         "findings": [{"asset": "BTC", "check": "missing_bars", "severity": "warning", "count": 214}]}
        """
    }

    private var figures: String {
        """
        "status": "ok", "entries_count": 61000, "entries_effective_count": 638, "negative_equity_frac": \(value),
        "ci_low_frac": 0.02, "ci_high_frac": 0.047, "liquidated_frac": 0.378, "unprotected_frac": 0.4,
        "worst_fill": {"negative_equity_frac": 0.2}, "gap_fill": {"negative_equity_frac": 0.01}
        """
    }
}
