import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// The `behaviours` of a study: read, written, described, and refused where they say nothing clear.
@Suite struct BehaviourSettingTests {
    private func yaml(_ behaviours: String) -> String {
        """
        version: 1
        data: [{asset: A, path: a.csv}]
        grid: {leverage: [2], horizon: [1d]}
        platforms: {p: {tiers: [{to: .inf, rate: 0.01}]}}
        behaviours: \(behaviours)
        """
    }

    private func load(_ behaviours: String) throws -> [Behaviour] {
        try loadStudy(yaml: yaml(behaviours), file: "s.yaml").value.behaviours
    }

    private func problems(_ behaviours: String) -> String {
        do throws(StudyError) {
            _ = try loadStudy(yaml: yaml(behaviours), file: "s.yaml")
            return ""
        } catch { return error.findings.map { "\($0.message) (\($0.hint))" }.joined(separator: "; ") }
    }

    /// The forms that the design shows.
    @Test func rulesAreRead() throws {
        let found = try load(
            """
            [{name: stop5, stop_loss: 5%, take_profit: 10%}, {name: fomo, enter_after: {gain: 10%, bars: 7}},
              {name: weekly, instalments: {count: 52, every: 7d}}, {name: calm, enter_after: {volatility: high, bars: 5}},
              {name: topper, top_up: {at: 1.5, add: 1.0, times: 2, latency: 1}, stop_delay: 5s, in: margin, order: split},
              {name: plan, exits: [{at: 20%, part: 50%}, {at: 10%, part: 0.5}], reenter: {times: 3}}, panic seller]
            """)
        #expect(found.map(\.name) == ["stop5", "fomo", "weekly", "calm", "topper", "plan", "panic seller"])
        #expect(found[0].stopLoss == 0.05 && found[0].exits == [PlannedExit(distance: 0.1)])
        #expect(found[1].enterAfter == .gain(0.1, bars: 7) && found[3].enterAfter == .highVolatility(bars: 5))
        #expect(found[2].instalments == Instalments(count: 52, every: .days(7)))
        #expect(found[4].topUp == TopUp(at: 1.5, add: 1, times: 2, latency: 1))
        #expect(found[4].unit == .margin && found[4].order == .split && found[4].stopDelay == .seconds(5))
        let plan = [PlannedExit(distance: 0.1, part: 0.5), PlannedExit(distance: 0.2, part: 0.5)]
        #expect(found[5].exits == plan && found[5].reenter == Reentry(after: .seconds(0), times: 3))
        #expect(found[6] == Behaviour.known.first { $0.behaviour.name == "panic seller" }?.behaviour)
    }

    /// A study with every known behaviour, and with infinities and zeros, is written and read back as the same.
    @Test func textReadsBack() throws {
        let names = Behaviour.known.map { "\"\($0.behaviour.name)\"" }.joined(separator: ", ")
        let none =
            "{name: none, stop_loss: .inf, trailing_stop: .inf, top_up: {at: 0, add: 0, times: 0}, reenter: {after: 0s, times: 0}}"
        let study = try loadStudy(yaml: yaml("[\(names), \(none)]"), file: "s.yaml").value
        #expect(study.behaviours.count == Behaviour.known.count + 1)
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
        #expect(try loadStudy(yaml: study.completeText, file: "again").value == study)
        #expect(study.behaviours.filter(\.isHodl).map(\.name) == ["none"])
        // A study without behaviours has the text, and with it the name, that it had before there were any.
        #expect(
            !(try loadStudy(yaml: yaml("[]").replacing("behaviours: []", with: ""), file: "s").value.canonicalText)
                .contains("behaviours"))
    }

    @Test(arguments: [
        ("[{name: a, stop_los: 5%}]", "did you mean 'stop_loss'?"), ("[panic seler]", "did you mean 'panic seller'?"),
        ("[{name: a, top_up: {at: 1, ad: 2, times: 1}}]", "did you mean 'at'?"), ("[{stop_loss: 5%}]", "no 'name'"),
        ("[{name: a}, {name: a}]", "another behaviour 'a'"), ("[{name: hodl}]", "stands beside every behaviour"),
        ("[{name: a, stop_loss: 5 percent}]", "expected a number"),
        ("[{name: a, stop_loss: -5%}]", "a part from 0.0001% up"),
        ("[{name: a, stop_loss: x%}]", "percentage"), ("[{name: a, enter_after: {bars: 7}}]", "no 'gain'"),
        ("[{name: a, enter_after: {gain: 1%, fall: 1%, bars: 7}}]", "both 'gain' and 'fall'"),
        ("[{name: a, enter_after: {gain: 1%}}]", "no 'bars'"),
        ("[{name: a, take_profit: 1%, exits: [{at: 1%, part: 1}]}]", "both 'take_profit' and 'exits'"),
        ("[{name: a, exits: [{at: 1%, part: 60%}, {at: 2%, part: 60%}]}]", "add up to more"),
        ("[{name: a, reenter: {times: 1}, instalments: {count: 2, every: 1d}}]", "paid in"),
        ("[{name: a, instalments: {count: 2, every: 1d}, exits: [{at: 1%, part: 50%}]}]", "bought at once"),
        ("[{name: \"\"}]", "1 to 64 characters"),
    ])
    func mistakesAreNamed(behaviours: String, words: String) {
        #expect(problems(behaviours).contains(words), "\(problems(behaviours))")
    }
}
