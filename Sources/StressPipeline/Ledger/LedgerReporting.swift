import StressResults

extension RunReport {
    /// What a reader has to know of the platforms stands with the first history that has a part in the ledger.
    mutating func addLedgerFindings() {
        guard let ledger, let place = assets.firstIndex(where: { ledger.assets.contains($0.asset) }) else { return }
        assets[place].findings += ledger.platforms.flatMap(\.findings)
    }
}
