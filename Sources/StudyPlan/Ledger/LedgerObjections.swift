import StressBasics

extension Study {
    /// Why a ledger cannot be followed, or says what decides nothing, and where.
    typealias LedgerObjection = (message: String, hint: String, path: String)

    /// What only all parts of a ledger together can tell. Empty without a ledger.
    ///
    /// - Parameter isStored: whether a run was made of it: what decides nothing is let pass then.
    func ledgerObjections(isStored: Bool) -> [LedgerObjection] {
        guard let ledger else { return [] }
        guard !isStored else { return contractObjections }
        return contractObjections + earlyObjections(ledger.safeguards) + platforms.compactMap(topUpObjection)
    }

    /// The ledger's positions are linear.
    private var contractObjections: [LedgerObjection] {
        guard !grid.contracts.contains(.linear) else { return [] }
        return [
            (
                "the ledger's traders hold linear contracts, and the grid has none",
                "add linear to the grid's contracts, or leave out 'ledger'", "ledger"
            )
        ]
    }

    /// When winners come before the fund, where no winner is ever asked.
    private func earlyObjections(_ common: SafeguardSettings) -> [LedgerObjection] {
        let hint = "name a queue, such as adl: bitmex, or leave adl_when out"
        let own = platforms.compactMap { platform -> LedgerObjection? in
            guard case .on = platform.safeguards?.early, safeguards(of: platform).deleveraging == nil else {
                return nil
            }
            return (
                "platform '\(platform.name)' closes no winners (adl: off), so 'adl_when' decides nothing", hint,
                "platforms.\(platform.name).ledger.adl_when"
            )
        }
        // A study that names a queue means it for the platforms that have none of their own, whether any of these is looked at or not.
        guard case .on = common.early, common.deleveraging?.value == nil,
            !platforms.contains(where: { $0.safeguards?.early == nil && safeguards(of: $0).deleveraging != nil })
        else { return own }
        return own + [("nobody closes winners here (adl: off), so 'adl_when' decides nothing", hint, "ledger.adl_when")]
    }

    /// A fund that is filled up to its floor has nothing to pay with.
    private func topUpObjection(_ platform: NamedPlatform) -> LedgerObjection? {
        let fund = safeguards(of: platform).fund
        guard let topUp = fund.topUp, fund.floor > 0, topUp.to <= fund.floor else { return nil }
        return (
            "platform '\(platform.name)' fills its fund up to \(numberText(topUp.to)), and the fund never goes below its floor "
                + "of \(numberText(fund.floor)): what it is given pays nobody",
            "fill it up to more than the floor, or lower the floor", "ledger.fund"
        )
    }
}
