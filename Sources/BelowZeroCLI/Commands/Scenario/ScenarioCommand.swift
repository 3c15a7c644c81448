import ArgumentParser

/// `belowzero scenario`: what a price that is known at every moment does to positions.
struct ScenarioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario",
        abstract:
            "Ask what one known move of the price does to positions: a shock, and the move that they do not survive.",
        discussion: """
            A path that is known is followed exactly: a position is closed at the path's own price as long after its \
            trigger as the \
            platform takes, then pays slippage and fees. Funding and interest are left out.

            EXAMPLES
              belowzero scenario reverse --leverage 10,50 --side long --over 0s,20m --owes 0%,50%
              belowzero scenario shock --size -30% --over 20m
              belowzero scenario run march-2020 --prices BTCUSDT-1h.csv
              belowzero scenario matrix --out scenarios.html
            """,
        subcommands: [
            ScenarioList.self, ScenarioRun.self, ScenarioShock.self, ScenarioReverse.self, ScenarioZero.self,
            ScenarioMatrixCommand.self,
        ])
}
