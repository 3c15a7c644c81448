import StressBasics
import StressResults
import StudyPlan

/// How a report says in which of its tables a cell stands.
enum ScopeStyle {
    /// Behind a sentence: `inverse contract, coin-margined`, `on typical`.
    case sentence
    /// In a heading: `Inverse contract, coin-margined`, `platform typical`.
    case heading
    /// Beside others: `inverse`, `on typical`.
    case short
}

extension CellKey {
    /// What it has on an axis that tells tables apart.
    func words(_ axis: CellAxis, _ style: ScopeStyle) -> String {
        switch (axis, style) {
        case (.contract, .sentence): contract.words
        case (.contract, .heading): contract.heading
        case (.platform, .heading): "platform \(platform)"
        case (.platform, _): "on \(platform)"
        default: plainText(axis)
        }
    }
}

/// How sentences speak of a position of each contract.
extension ContractKind {
    /// The contract in a line of facts.
    var words: String {
        switch self {
        case .linear: "linear contract"
        case .inverse: "inverse contract, coin-margined"
        case .margin: "margin loan"
        case .spot: "spot"
        }
    }

    /// ``words`` at the start of a heading.
    var heading: String { words.prefix(1).uppercased() + words.dropFirst() }

    /// What shortfalls are measured in parts of.
    var marginWords: String { self == .inverse ? "coin margin" : "margin" }

    /// ``marginWords`` where it is first named.
    var initialMarginWords: String { self == .inverse ? "initial margin, both in the coin" : "initial margin" }

    /// What a position is and what its margin is held in, for the fine print.
    var meaning: String {
        switch self {
        case .linear: "margin, gains and losses in quote currency"
        case .inverse: "margin, gains and losses in the coin; amounts are in parts of the coin margin"
        case .margin: "a long borrows cash, a short borrows the coin; interest counts as funding"
        case .spot: "bought outright with nothing borrowed, so long at 1× only"
        }
    }
}

extension StudyCell {
    /// The position with its article, the asset's name apart: `a LTCUSDT long`, `a spot purchase of LTCUSDT`.
    var positionWords: [Phrase] {
        let asset = Phrase.name(asset)
        switch contract {
        case .linear: return [.plain(article(self.asset) + " "), asset, .plain(" \(side.rawValue)")]
        case .inverse: return [.plain("an inverse "), asset, .plain(" \(side.rawValue)")]
        case .margin: return [.plain(article(self.asset) + " "), asset, .plain(" \(side.rawValue) on margin")]
        case .spot: return [.plain("a spot \(side == .long ? "purchase" : "short") of "), asset]
        }
    }

    /// The position without the asset, which does not matter where it cannot end below zero.
    var kindWords: String {
        switch contract {
        case .linear: "a linear \(side.rawValue)"
        case .inverse: "an inverse \(side.rawValue)"
        case .margin: "a \(side.rawValue) on margin"
        case .spot: "a spot \(side == .long ? "purchase" : "short")"
        }
    }

    /// Why no price takes it below zero.
    var impossibleReason: String {
        switch (contract, side) {
        case (.spot, _): "A coin that is paid for in full can lose its whole value and no more."
        case (.inverse, _): "Its margin is the coin that it is short of, and one covers the other at every price."
        case (.margin, .long):
            "Nothing is borrowed at this leverage: the price itself would have to fall below zero."
        case (_, .long): "The price itself would have to fall below zero."
        default: "No price could take it there."
        }
    }

    /// Why the platform would not open it.
    var rejectedReason: String {
        switch (contract, side) {
        case (.spot, .short): "a coin that is not held cannot be sold on the spot market."
        case (.spot, .long) where leverage.value != 1:
            "a spot purchase is paid for in full, at 1× and at no other leverage."
        default: "its margin would not exceed the requirement, or the leverage is above what it allows at this size."
        }
    }
}

/// The article by how a name begins: `one` and `euro` begin with a consonant to the ear. Names that are spelled out loud are beyond a rule.
private func article(_ name: String) -> String {
    let begins = name.lowercased().hasPrefix
    return !begins("one") && !begins("eu") && "aeio8".contains(where: { begins(String($0)) }) ? "an" : "a"
}
