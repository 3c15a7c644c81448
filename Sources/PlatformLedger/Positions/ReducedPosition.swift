import MarginModel

/// A position that the platform has reduced and that is still open. Its margin is what is left of it, so that no share of its row's
/// price tells when it is due again.
struct ReducedPosition {
    /// Where it stands.
    let place: PositionPlace
    /// As it stands, but for what winners gave of it; funding that it had paid when it was last reduced is in its cash.
    var linear: LinearPosition
    /// The part that winners have not given.
    var part: Double
    /// What funding had added up to when it was last reduced, per coin.
    var fundingStart: Double
    /// The bar from which on it is looked at again: that of its last fill where that is a later one.
    var nextCheck: Int

    /// `M − f_o N0` and what was realised: equity where nothing is won or lost by the price.
    var cash: Double { linear.equity(at: linear.entryPrice, .none) }

    /// Where it stands among the trigger prices of its side.
    var key: Double {
        Reach.key(trigger: linear.triggerPrice(.none), sign: linear.sign, fundingSum: fundingStart)
    }
}

/// The reduced positions of an asset, in the order of their places. Few of all stand there: those that were due, and had a lower bracket
/// to go to.
struct ReducedPositions {
    private(set) var all: [(position: ReducedPosition, key: Double)] = []

    /// The position at a place. O(log reduced).
    subscript(place: PositionPlace) -> ReducedPosition? {
        let index = index(of: place)
        return index < all.count && all[index].position.place == place ? all[index].position : nil
    }

    /// Puts a position in, or in its own place.
    mutating func set(_ position: ReducedPosition) {
        let (index, entry) = (index(of: position.place), (position: position, key: position.key))
        if index < all.count, all[index].position.place == position.place {
            all[index] = entry
        } else {
            all.insert(entry, at: index)
        }
    }

    /// Lets winners give of a position; 0 takes it out.
    mutating func set(part: Double, at place: PositionPlace) {
        let index = index(of: place)
        guard index < all.count, all[index].position.place == place else { return }
        if part > 0 { all[index].position.part = part } else { all.remove(at: index) }
    }

    private func index(of place: PositionPlace) -> Int {
        all.sortedIndex { ($0.position.place.row, $0.position.place.slot) < (place.row, place.slot) }
    }
}

extension Array {
    /// The first index from `start` on whose element is not before something, where all that are before it come first. O(log n).
    func sortedIndex(from start: Int = 0, isBefore: (Element) -> Bool) -> Int {
        var (low, high) = (start, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
