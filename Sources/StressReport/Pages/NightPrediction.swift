import StressStatistics

/// Where the value of a night is expected by the nights before it: the value of the night before, moved by as much as any earlier night
/// moved from the one before it.
///
/// Of `n` earlier moves and the next, which are alike as far as anybody knows, each is the lowest or the highest of all with equal chance:
/// the next one lies between the lowest and the highest of the others in `n − 1` of `n + 1` cases. No law of the moves is supposed.
struct NightPrediction {
    /// Fewer moves say little: of nine, eight in ten nights end within.
    static let fewestMoves = 9

    /// What is expected, in the unit of the values.
    let ends: Interval
    /// Moves behind it.
    let moves: Int

    /// The chance that an alike night ends within.
    var coverage: Double { Double(moves - 1) / Double(moves + 1) }

    /// Nil where the last night or the one before has no value, where the last one cannot be compared with the one before, and with too
    /// few moves. O(nights).
    ///
    /// - Parameters:
    ///   - values: oldest first; nil where a night has none.
    ///   - isBreak: whether a night's value is not alike to that of the night before.
    ///   - isShare: whether values lie between 0 and 1.
    init?(values: [Double?], isBreak: [Bool], isShare: Bool) {
        guard values.count > 1, values.last != .some(nil), isBreak.last == false, let before = values[values.count - 2]
        else {
            return nil
        }
        let moves = values.indices.dropFirst().dropLast().compactMap { night -> Double? in
            guard !isBreak[night], let value = values[night], let earlier = values[night - 1] else { return nil }
            return value - earlier
        }
        guard moves.count >= NightPrediction.fewestMoves, let least = moves.min(), let most = moves.max() else {
            return nil
        }
        let (low, high) = (before + least, before + most)
        ends = isShare ? Interval(low: max(0, low), high: min(1, high)) : Interval(low: low, high: high)
        self.moves = moves.count
    }
}
