import Dispatch
import StressBasics
import StressStatistics

extension StressCoverage {
    /// 125 leverages, three horizons, two sides, five years of days.
    static func timeResampling() {
        let columns = timedColumns
        var panels: [HorizonPanel] = []
        let frequencies = seconds {
            for horizon in [1.0, 7, 30] {
                let panel = HorizonPanel(
                    columns: columns, horizonBlocks: horizon, disjointWindows: 1826 / Int(horizon),
                    rules: ResamplingRules(), name: "\(horizon)", memory: MarketMemory(runBlocks: 10))
                guard let panel else { continue }
                DispatchQueue.concurrentPerform(iterations: columns.count) { _ = panel.inference(columns[$0]) }
                panels.append(panel)
            }
        }
        let drawn = panels
        let means = seconds {
            for panel in drawn {
                DispatchQueue.concurrentPerform(iterations: columns.count) { column in
                    _ = panel.means(of: shortfalls(columns[column]), entries: columns[column].entries, eventShare: 1)
                }
            }
        }
        // Neighbours on the leverage curves of the headline's horizon.
        let differences = seconds {
            for column in 1..<columns.count { _ = drawn[0].difference(column, column - 1) }
        }
        print(
            "frequencies of 125 x 3 x 2 cells over 1,826 days, and 2,000 resamples drawn: \(fixedText(frequencies, decimals: 2)) s"
        )
        print("mean shortfalls of all of them: \(fixedText(means, decimals: 2)) s")
        print("  249 differences of one holding time: \(fixedText(differences, decimals: 2)) s")
    }

    private static var timedColumns: [BlockShare] {
        var random = SeededGenerator(seed: 1)
        let entries = [UInt32](repeating: 24, count: 1826)
        return (0..<250).map { _ -> BlockShare in
            var counts = [UInt32](repeating: 0, count: 1826)
            for day in counts.indices where random.uniform() < 0.05 {
                for next in day..<min(day + 6, 1826) { counts[next] = UInt32(random.next() % 25) }
            }
            return BlockShare(counts: counts, entries: entries)
        }
    }

    /// Per entry that ended below zero, and per entry held.
    private static func shortfalls(_ share: BlockShare) -> [BlockRatio] {
        let sums = share.events.map { 0.3 * $0 }
        return [share.events, share.entries.map(Double.init)].map { BlockRatio(sums: sums, weights: $0) }
    }

    private static func seconds(_ work: () -> Void) -> Double {
        let begin = DispatchTime.now().uptimeNanoseconds
        work()
        return Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9
    }
}
