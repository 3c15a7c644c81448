import MarginModel
import PriceSeries
import StressBasics

/// The search for positions whose trigger price moves while they are held: funding, interest, dated margins.
///
/// Equity less requirement falls with the funding paid, the time owed for and the margin asked for, and with the price moving
/// against the position. So a block of bars in which the worst price, together with the worst of each carry, does not trigger,
/// holds no bar that does, and is passed over whole; only bars of blocks that might are looked at one by one. Blocks are 16
/// bars and powers of it. What a bar is judged by is what the plain walk would say, except that funding is a difference of
/// running sums; where that could matter it is added up again as the plain walk does.
extension PlainKernel {
    /// What an entry meets, searched for where there are trees, else walked. A search that need not find out whether it would have been
    /// below zero had nobody liquidated costs half as much, and leaves that unknown.
    func path(entry: Int, last: Int, trees: PassageTrees?, findsUnprotected: Bool = true) -> EntryPath {
        guard let trees else { return path(entry: entry, last: last) }
        return hasCarry
            ? carriedPath(entry: entry, last: last, trees: trees, findsUnprotected: findsUnprotected)
            : passagePath(entry: entry, last: last, trees: trees, findsUnprotected: findsUnprotected)
    }

    /// The same as ``path(entry:last:)``. O(log bars) for most entries; at worst every bar of the window.
    @_specialize(where Position == LinearPosition)
    @_specialize(where Position == InversePosition)
    @_specialize(where Position == BorrowedCashPosition)
    @_specialize(where Position == BorrowedCoinPosition)
    func carriedPath(entry: Int, last: Int, trees: PassageTrees, findsUnprotected: Bool) -> EntryPath {
        let course = CarryCourse(position: position(entry: entry), entry: entry, base: .none, since: entry)
        let belowZero = -CellRules.tolerance * course.position.entryValue
        let search = CarrySearch(trees, tree: trees.extremes(side), floor: belowZero)
        var path = EntryPath(liquidationBar: nil, unprotectedBar: nil, carry: .none)
        if findsUnprotected { path.unprotectedBar = firstBar(course, from: entry + 1, through: last, search) }
        if rules.platform.liquidation.enabled {
            path.liquidationBar = firstDue(course, from: entry + 1, through: last, trees)
        }
        path.carry = carry(course, at: path.liquidationBar ?? last, trees)
        return path
    }

    /// The first bar of a range in which a position that is on its way is due; nil when there is none.
    func firstDue(_ course: CarryCourse<Position>, from: Int, through: Int, _ trees: PassageTrees) -> Int? {
        let tree = trees.checked(side, rules.platform.liquidation.trigger)
        return firstBar(course, from: from, through: through, CarrySearch(trees, tree: tree, floor: nil))
    }

    @inline(__always)
    private func firstBar(
        _ course: CarryCourse<Position>, from: Int, through: Int, _ search: CarrySearch
    ) -> Int? {
        let slack = slack(course, through: through, search.trees)
        var bar = from
        while bar <= through {
            let skipped = skippable(course, bar, through: through, search, slack: slack)
            if skipped > 0 {
                bar += skipped
            } else if isMet(course, at: bar, search, slack: slack) {
                return bar
            } else {
                bar += 1
            }
        }
        return nil
    }

    /// How many bars from `bar` on lie in blocks that cannot hold one that is searched for.
    @inline(__always)
    private func skippable(
        _ course: CarryCourse<Position>, _ bar: Int, through: Int, _ search: CarrySearch, slack: Double
    ) -> Int {
        var skipped = 0
        for height in 1..<max(1, search.tree.height) {
            guard let size = FirstPassage.block(height: height, startingAt: bar) else { break }
            let carry = worstCarry(course, bar, height, last: min(bar + size - 1, through), search.trees)
            guard left(course, search, height: height, at: bar, carry) > slack else { break }
            skipped = size
        }
        return skipped
    }

    private func isMet(_ course: CarryCourse<Position>, at bar: Int, _ search: CarrySearch, slack: Double) -> Bool {
        var left = left(course, search, height: 0, at: bar, carry(course, at: bar, search.trees))
        if abs(left) <= slack, funding != nil {
            left = self.left(course, search, height: 0, at: bar, addedUp(course, to: bar))
        }
        return search.floor == nil ? left <= 0 : left < 0
    }

    /// Equity less the requirement, or less the floor, at the worst price of a block.
    @inline(__always)
    private func left(
        _ course: CarryCourse<Position>, _ search: CarrySearch, height: Int, at bar: Int, _ carry: Carry
    ) -> Double {
        let price = side.sign * search.tree.minimum(height: height, at: bar)
        let equity = course.position.equity(at: price, carry)
        return equity - (search.floor ?? course.position.requirement(at: price, carry))
    }

    /// Bounds what rounding can move that.
    func slack(_ course: CarryCourse<Position>, through: Int, _ trees: PassageTrees) -> Double {
        let ofPrice = 1e-9 * course.position.entryValue
        guard let funding = trees.funding(side, isInverse: isInverse) else { return ofPrice }
        return ofPrice + abs(course.position.fundingCharge(rate: funding.sums.slack(through), at: 1))
    }

    /// What is carried at `bar`.
    func carry(_ course: CarryCourse<Position>, at bar: Int, _ trees: PassageTrees) -> Carry {
        var carry = course.base
        if let funding = trees.funding(side, isInverse: isInverse) {
            carry.funding += course.position.fundingCharge(rate: funding.sums.paid(from: course.since, to: bar), at: 1)
        }
        if Position.bearsInterest { carry.years = years(from: course.entry, to: bar) }
        if let scheduled { carry.maintenancePerCoin = scheduled[bar].maintenance }
        return carry
    }

    /// The worst of each part of the carry in a block.
    @inline(__always)
    func worstCarry(
        _ course: CarryCourse<Position>, _ bar: Int, _ height: Int, last: Int, _ trees: PassageTrees
    ) -> Carry {
        var carry = course.base
        if let funding = trees.funding(side, isInverse: isInverse) {
            let worst = -side.sign * funding.tree.minimum(height: height, at: bar)
            carry.funding += course.position.fundingCharge(rate: worst - funding.sums.sums[course.since], at: 1)
        }
        if Position.bearsInterest { carry.years = years(from: course.entry, to: last) }
        if let scheduled { carry.maintenancePerCoin = scheduled.most(height: height, at: bar) }
        return carry
    }

    /// What is carried at `bar`, added up bar by bar.
    private func addedUp(_ course: CarryCourse<Position>, to bar: Int) -> Carry {
        var carry = course.base
        for step in course.since + 1...bar { advance(&carry, course.position, entry: course.entry, to: step) }
        return carry
    }

    private var isInverse: Bool { contract == .inverse }
}

/// A position on its way: what it has carried up to a bar, from where on it is held unchanged.
struct CarryCourse<Position: KernelPosition> {
    let position: Position
    let entry: Int
    let base: Carry
    let since: Int
}

/// What is searched for: the first bar whose price triggers, or whose extreme is below a floor of equity.
private struct CarrySearch {
    let trees: PassageTrees
    let tree: FirstPassage
    /// Nil where the requirement decides.
    let floor: Double?

    init(_ trees: PassageTrees, tree: FirstPassage, floor: Double?) {
        self.trees = trees
        self.tree = tree
        self.floor = floor
    }
}
