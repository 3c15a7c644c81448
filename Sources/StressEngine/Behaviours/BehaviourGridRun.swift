import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// The entries of one chunk under behaviours, in all cells of a grid at once.
///
/// Each position is followed once for all holding times. Where levels alone close it, the bar in which it would be closed is searched for
/// once for all leverages: a platform that liquidates before leaves what holding leaves, and one that does not leaves the exit's price.
struct BehaviourGridRun: PositionVisitor {
    let job: HistoryJob
    let grid: BehaviourGrid
    let behaviours: [Behaviour]
    let trees: BehaviourTrees
    let chunk: Int
    let detail: TallyDetail

    /// What is found in a chunk.
    struct Found {
        /// For each cell, row by row, holding first and then the behaviours.
        private var tallies: [[BehaviourTally]]
        /// For each row the bars in which the entries of the chunk are liquidated, see ``DueTable``; nil where they are not searched for.
        let due: [[Int32]]?
        /// By behaviour, holding first, the same of when positions are lost; nil where nothing but liquidations is a loss.
        let lost: [[LostBars]?]

        init(tallies: [[BehaviourTally]], due: [[Int32]]?, lost: [[LostBars]?]) {
            (self.tallies, self.due, self.lost) = (tallies, due, lost)
        }

        /// Hands out those of a cell, once.
        mutating func take(_ cell: Int) -> [BehaviourTally] {
            var taken: [BehaviourTally] = []
            swap(&taken, &tallies[cell])
            return taken
        }
    }

    /// The bars that are tried as entries.
    var bars: Range<Int> { job.blocks.bars(chunk..<chunk + 1) }

    /// Holding first.
    var sets: [Behaviour] { [Behaviour.hodl] + behaviours }

    /// For each row, what holds for the longest of its cells.
    var rules: [CellRules] { grid.rows.map { job.rules[$0[$0.count - 1]] } }

    func visit<Position: KernelPosition>(_: Position.Type) -> Found { Position.followed(self) }

    /// What is found of positions that bear no interest.
    func found<Position: KernelPosition>(_ position: Position.Type) -> Found {
        guard isPlain else { return carried(position) }
        var task = BehaviourGridTask<Position>(self)
        defer { task.grid.store.free() }
        task.run()
        return Found(tallies: task.grid.tallies, due: task.due.rows(of: bars), lost: task.lost.map { $0?.rows })
    }

    /// Whether nothing else is carried and positions are taken over whole, so that each is liquidated in one bar whatever its window.
    private var isPlain: Bool {
        let first = rules[0]
        return job.market.fundingPerBar == nil && job.scheduled[first.cell.platform] == nil
            && !first.platform.liquidation.isPartial
    }

    /// What is found of positions that carry something, or are taken over in parts.
    func carried<Position: KernelPosition>(_: Position.Type) -> Found {
        var task = CarriedGridTask<Position>(self)
        defer { task.grid.store.free() }
        task.run()
        return Found(tallies: task.grid.tallies, due: nil, lost: sets.map { _ in nil })
    }
}

/// How a behaviour is followed.
enum FollowedKind {
    /// Every entry that is made ends as holding does.
    case held
    /// Levels alone close it; or limit orders that close parts, too, so that it is followed from the start once one is met.
    case levels, plan
    /// Levels alone, or nothing, close it, and then a new position is opened of which all is known that is to be known of the first.
    case sequence
    /// Nothing but what follows a loss is done otherwise than holding.
    case reentry
    /// It is bought in instalments and held until the platform closes it.
    case instalments
    /// It is held until the platform calls for margin, or levels of the price close it.
    case called
    /// It is followed on its own: once for all windows, or as its definition reads.
    case followed, walk
}

/// The rules of one behaviour, and what is known of the entries at hand under them.
struct FollowedBehaviour {
    let behaviour: Behaviour
    let kind: FollowedKind
    /// Whether not every entry is made.
    let isFiltered: Bool
    /// Whether levels close it, and whether they are the same at every leverage; and else whether they are fixed.
    let (hasLevels, areOfPrice, areFixed): (Bool, Bool, Bool)

    init(_ rules: BehaviourRules, isPlain: Bool) {
        (behaviour, isFiltered) = (rules.behaviour, rules.behaviour.enterAfter != nil)
        let first = rules.withoutReentry
        (areOfPrice, areFixed) = (rules.areOfPrice, first.areFixed)
        kind = FollowedBehaviour.kind(rules, first, isPlain: isPlain)
        hasLevels = [.levels, .plan, .sequence, .called].contains(kind) && behaviour.hasExitRule
    }

    private static func kind(_ rules: BehaviourRules, _ first: BehaviourRules, isPlain: Bool) -> FollowedKind {
        let behaviour = rules.behaviour
        if !behaviour.changesMargin, !behaviour.hasExitRule, behaviour.reenter?.times ?? 0 == 0 { return .held }
        guard isPlain else { return rules.isReentry ? .reentry : .walk }
        if rules.areLevels { return .levels }
        if rules.isPlan { return .plan }
        if behaviour.reenter?.times ?? 0 == 0 {
            return rules.areInstalments ? .instalments : rules.isCalled ? .called : .followed
        }
        return rules.isScaleFree && first.areLevels ? .sequence : .walk
    }
}
