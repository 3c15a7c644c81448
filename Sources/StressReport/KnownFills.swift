import StressResults

extension RunReport {
    /// The run as pages and texts show it. Of a history of closes alone no best and no worst fill is known: its tables hold what fills at
    /// those closes would have given, which is neither, so that nothing that is read may call it so.
    var shown: RunReport {
        let single = Set(assets.filter(\.hasSinglePrices).map(\.asset))
        guard !single.isEmpty else { return self }
        var copy = self
        for place in rows.indices where single.contains(rows[place].cell.asset) {
            copy.rows[place].estimate = rows[place].estimate.withoutFillBounds
        }
        return copy
    }
}
