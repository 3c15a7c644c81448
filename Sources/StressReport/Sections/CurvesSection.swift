import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The leverage curves of all price histories as small multiples, the worst first, in groups by how bad they are.
struct CurvesSection {
    let cards: [Card]
    let headline: StudyCell
    let grid: StudyGrid

    /// The place to jump to.
    static let section = (id: "curves", label: "Curves")

    /// Curves that are drawn; the numbers of all are in the table below them and in `results.csv`.
    static let mostCards = 600
    /// Up to so many have room for intervals behind the lines.
    static let mostBands = 60
    /// Up to so many are as large as a row lets them be, their groups beside each other.
    static let mostLarge = 8

    /// One price history.
    struct Card {
        let asset: String
        /// Its directions with the cells of the headline's contract, platform and holding time, leverage rising.
        let sides: [(page: AssetSide, rows: [ResultRow])]
        /// The direction whose headline cell is worst, and that cell.
        let worst: (page: AssetSide, row: ResultRow)?

        /// Higher is worse: the share below zero, then that of the worst fill; what has no share is mildest.
        var severity: [Double] {
            guard let estimate = worst?.row.estimate, let share = estimate.exit.frequency else { return [-2] }
            return estimate.status == .impossible ? [-1] : [share, estimate.worstExit?.frequency ?? 0]
        }
    }

    /// A class of cards; the raw value is what statements call it.
    enum Group: String, CaseIterable {
        case tenths, hundredths, thousandths, less, none, unknown

        init(_ card: Card) {
            guard let share = card.severity.first, share >= 0 else {
                self = .unknown
                return
            }
            self =
                share >= 0.1
                ? .tenths : share >= 0.01 ? .hundredths : share >= 0.001 ? .thousandths : share > 0 ? .less : .none
        }

        /// What the group is called.
        var words: String {
            switch self {
            case .tenths: "10\(narrowSpace)% and more"
            case .hundredths: "1 to 10\(narrowSpace)%"
            case .thousandths: "0.1 to 1\(narrowSpace)%"
            case .less: "below 0.1\(narrowSpace)%"
            case .none: "none seen"
            case .unknown: "no share"
            }
        }
    }

    /// Nil for a single price history, and where no cell is the headline.
    init?(_ report: RunReport, pages: [AssetSide]) {
        guard let headline = report.study.headlineCell, report.assets.count > 1 else { return nil }
        (self.headline, grid) = (headline, report.study.grid)
        let byAsset = Dictionary(grouping: pages, by: \.asset.asset)
        let all = report.assets.map { Card($0.asset, byAsset[$0.asset] ?? [], like: headline) }
        let ordered = all.map { ($0, $0.severity) }.enumerated().sorted { a, b in
            let (first, second) = (a.element.1, b.element.1)
            return first == second ? a.offset < b.offset : second.lexicographicallyPrecedes(first)
        }
        cards = ordered.map(\.element.0)
    }

    private var hasBands: Bool { cards.count <= CurvesSection.mostBands }

    private var shown: ArraySlice<Card> { cards.prefix(CurvesSection.mostCards) }

    /// The section.
    ///
    /// - Parameter count: rows of the table below it, which the box of this section filters, too.
    func section(filtering count: Int) -> ReportSection {
        let cell = "\(headline.leverage.screenText), held up to \(spanWords(headline.horizon))"
        let definition =
            "Share of entries below zero against leverage, one drawing a price history, all with the same log scales. The number is that of "
            + "the worse direction at \(cell), where the dotted line stands."
        return ReportSection(
            CurvesSection.section.id, label: "Curves", title: "The worst first", definition: definition,
            [
                .controls { $0.filterBox("Show only", count: count) }, .gallery(gallery), key,
                .source(["results.csv"], note: note),
            ])
    }

    private var note: String {
        cards.count > CurvesSection.mostCards
            ? "Drawn: \(grouped(CurvesSection.mostCards)) of \(counted(cards.count, "price history", "price histories"))"
            : ""
    }

    private var gallery: Gallery {
        let groups = Dictionary(grouping: shown, by: Group.init)
        return Gallery(
            name: "Leverage curves of all price histories", measure: "Below zero, %", isTall: cards.count > 40,
            isLarge: cards.count <= CurvesSection.mostLarge, isTerse: !hasBands,
            groups: Group.allCases.compactMap { group in
                groups[group].map { own in
                    let count = counted(own.count, "price history", "price histories")
                    return Gallery.Group(title: group.words, count: count, pieces: own.compactMap(piece))
                }
            })
    }

    private func piece(_ card: Card) -> Gallery.Piece? {
        (card.worst?.page ?? card.sides.first?.page).map { page in
            Gallery.Piece(
                name: card.asset, target: "reports/" + page.fileName, figure: card.figure(confidence: page.confidence),
                drawing: drawing(card))
        }
    }

    private func drawing(_ card: Card) -> CurveThumb {
        let lines = card.sides.map { page, rows in
            CurveThumb.Line(
                style: page.side == .long ? "s1" : "s2",
                points: rows.compactMap { row in
                    row.estimate.figure(.negativeEquity, confidence: page.confidence)?.share.map {
                        (row.cell.leverage.value, $0)
                    }
                })
        }
        let words = card.sides.map { page, rows in
            let row = rows.first { $0.cell.leverage == headline.leverage }
            let figure = row?.estimate.figure(.negativeEquity, confidence: page.confidence)
            return page.side.rawValue + " " + (figure?.percentWords ?? "no data")
        }
        return CurveThumb(
            lines: lines, leverages: grid.leverages, marked: headline.leverage,
            hasBand: hasBands, alternative: words.joined(separator: ", "))
    }

    /// What drawings leave to the page's style: of very many the axes.
    var rules: String { hasBands ? "" : cards.first.map { drawing($0).axisRule } ?? "" }

    private var key: Block {
        let names = grid.sides.map { $0 == .long ? "solid line long" : "dashed line short" }
        let parts =
            names + (hasBands ? ["shaded: the interval"] : []) + [
                "across: leverage",
                "upward: from 0.01\(narrowSpace)% to 100\(narrowSpace)%, the thin line at 1\(narrowSpace)%",
                "a gap: none seen",
            ]
        return .paragraph(.signs, [.label(parts.joined(separator: " · "))])
    }

    /// The section's counts.
    var statements: [Statement] {
        let groups = Dictionary(grouping: shown, by: Group.init)
        let counts = Group.allCases.compactMap { group in
            groups[group].map {
                Statement(CurvesSection.section.id, "histories_\(group.rawValue)_count", count: $0.count)
            }
        }
        return counts + [
            Statement(CurvesSection.section.id, "histories_count", count: cards.count),
            Statement(CurvesSection.section.id, "drawn_count", count: shown.count),
        ]
    }
}

extension CurvesSection.Card {
    /// The card of a price history with these pages.
    fileprivate init(_ asset: String, _ pages: [AssetSide], like headline: StudyCell) {
        self.asset = asset
        let selector = CellSelector(like: headline.key, but: [.asset, .side, .leverage])
        sides = pages.map { page in
            (page, page.rows.filter { selector.matches($0.cell) }.sorted { $0.cell.leverage < $1.cell.leverage })
        }
        let cells = sides.compactMap { page, rows in
            rows.first { $0.cell.leverage == headline.leverage }.map { (page: page, row: $0) }
        }
        worst = cells.reduce(nil) { worst, cell in
            guard let worst else { return cell }
            return (cell.row.estimate.exit.frequency ?? -1) > (worst.row.estimate.exit.frequency ?? -1) ? cell : worst
        }
    }

    /// `3.1 %`, or why there is no share.
    fileprivate func figure(confidence: Double) -> ShownFigure {
        let figure = worst?.row.estimate.figure(.negativeEquity, confidence: confidence)
        return ShownFigure(
            figure?.percentWords ?? "no data", figure?.share?.fraction, figure?.share?.interval?.ends, .fraction)
    }
}

extension CellFigure {
    /// ``number`` with its sign where it is a share.
    fileprivate var percentWords: String { share == nil ? number : number + narrowSpace + "%" }
}
