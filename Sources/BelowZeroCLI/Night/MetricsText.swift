import StressBasics

/// Prometheus text exposition, version 0.0.4, made for the node exporter's textfile collector: gauges without time stamps.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricsText {
    /// One measured value with its labels.
    struct Sample {
        let labels: [(String, String)]
        let value: Double

        init(_ value: Double, _ labels: [(String, String)] = []) {
            self.value = value
            self.labels = labels
        }
    }

    private(set) var text = ""

    /// Adds a gauge; nothing without samples.
    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(escapedHelp(help))\n# TYPE \(name) gauge\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.0)=\"\(escapedLabel($0.1))\"" }.joined(separator: ",")
            text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(number(sample.value))\n"
        }
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : numberText(value)
    }

    private func escapedHelp(_ text: String) -> String {
        escapingMarks(text, ["\\": "\\\\", "\n": "\\n"])
    }

    private func escapedLabel(_ text: String) -> String {
        escapingMarks(text, ["\\": "\\\\", "\n": "\\n", "\"": "\\\""])
    }
}
