import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// Cells that are tried one by one, entry by entry.
extension StressRun {
    /// The tally of one cell over a run of chunks. The contract is chosen here, outside the loops.
    func tally(_ chunks: Range<Int>, rules: CellRules) -> CellTally {
        switch (rules.cell.contract, rules.cell.side) {
        case (.linear, _): tally(chunks, kernel(LinearPosition.self, rules))
        case (.inverse, _): tally(chunks, kernel(InversePosition.self, rules))
        case (.margin, .long): tally(chunks, kernel(BorrowedCashPosition.self, rules))
        case (.margin, .short): tally(chunks, kernel(BorrowedCoinPosition.self, rules))
        case (.spot, _): tally(chunks, kernel(SpotPosition.self, rules))
        }
    }

    func kernel<Position: MarginPosition>(_: Position.Type, _ rules: CellRules) -> PlainKernel<Position> {
        guard let windows = windows[rules.cell.horizon] else {
            preconditionFailure("every horizon of the grid has its windows")
        }
        return PlainKernel(market: market, rules: rules, windows: windows, scheduled: scheduled[rules.cell.platform])
    }

    private func tally<Position: MarginPosition>(_ chunks: Range<Int>, _ kernel: PlainKernel<Position>) -> CellTally {
        let fills = kernel.rules.fills
        var tally = CellTally(roles: fills.map(\.role), barLength: clock.unit)
        var exits = fills.map { _ in EntryExit(equity: 0) }
        for chunk in chunks {
            tally.beginChunk()
            for block in blocks.chunks[chunk] {
                tally.beginBlock()
                for entry in blocks.blocks[block] { add(entry, kernel, exits: &exits, tally: &tally) }
            }
        }
        return tally
    }

    private func add<Position: MarginPosition>(
        _ entry: Int, _ kernel: PlainKernel<Position>, exits: inout [EntryExit], tally: inout CellTally
    ) {
        if kernel.windows.lastBar[entry] == EntryWindows.notAnEntry { return }
        guard let (last, isCut) = kernel.windows.watched(entry) else { return tally.addExcluded() }
        if kernel.isRejected(entry: entry) {
            // Rejected entries are counted among complete windows.
            if isCut { tally.addExcluded() } else { tally.addRejected() }
        } else {
            hold(kernel, entry: entry, last: last, isCut: isCut, exits: &exits, tally: &tally)
        }
    }

    private func hold<Position: MarginPosition>(
        _ kernel: PlainKernel<Position>, entry: Int, last: Int, isCut: Bool, exits: inout [EntryExit],
        tally: inout CellTally
    ) {
        let path = kernel.path(entry: entry, last: last, trees: trees)
        for (index, fill) in kernel.rules.fills.enumerated() {
            exits[index] = kernel.exit(path, entry: entry, last: last, fill: fill.rule, trees: trees)
        }
        let time = market.series.time
        func bars(to bar: Int) -> Int {
            BarClock.bars(from: clock.place(time[entry]), to: clock.place(time[bar]))
        }
        tally.add(
            exits, tolerance: kernel.rules.toleranceOfMargin,
            path: WatchedPath(
                liquidatedAfter: path.liquidationBar.map(bars), unprotectedAfter: path.unprotectedBar.map(bars),
                cutAfter: isCut ? bars(to: last) : nil),
            closings: exits.map { $0.closedBar.map(bars) })
    }
}
