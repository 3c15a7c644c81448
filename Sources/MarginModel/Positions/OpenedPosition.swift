import StressBasics

extension PositionTerms {
    /// The position of a contract, opened at `entryPrice`, which must be above 0.
    ///
    /// For whoever looks at some positions of any kind. Kernels, which open millions, choose the kind outside of their loops.
    public func opened(_ contract: ContractKind, at entryPrice: Double) -> any MarginPosition {
        switch (contract, side) {
        case (.linear, _): LinearPosition(self, entryPrice: entryPrice)
        case (.inverse, _): InversePosition(self, entryPrice: entryPrice)
        case (.margin, .long): BorrowedCashPosition(self, entryPrice: entryPrice)
        case (.margin, .short): BorrowedCoinPosition(self, entryPrice: entryPrice)
        case (.spot, _): SpotPosition(self, entryPrice: entryPrice)
        }
    }
}
