#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A hazard that was counted, with its arithmetic and its sources. What was counted is of its time and its platforms: nobody knows the
/// hazard of another.
public struct CustodyPreset: Hashable, Sendable {
    /// The name by which studies and commands know it.
    public let name: String
    /// Failures of the platform a year; nil where it is of keys.
    public let hazard: Double?
    /// The fraction that is given back after a failure; nil where it is of keys.
    public let recovery: Double?
    /// Losses of the keys a year; nil where it is of platforms.
    public let keys: Double?
    /// What was counted, in so few words that it fits beside a figure.
    public let source: String
    /// How the figures follow from what was counted.
    public let arithmetic: String
    /// Where that is printed; two at least.
    public let sources: [String]

    /// All of them.
    public static let all = [exchangesOf2013, exchangesOf2015, lostKeys]

    private static let exchangesOf2013 = CustodyPreset(
        name: "exchanges-2013", hazard: -log(1 - 0.299), recovery: 6.0 / 11, keys: nil,
        source: "Moore, Christin (2013): 29.9 % of new exchanges close within a year; 6 of 11 repaid",
        arithmetic:
            "40 exchanges of 2010 to January 2013, of which 18 closed: 29.9 % of new ones close within their first year, so that "
            + "the hazard is -ln(1 - 0.299) = 35.5 % a year. Of 11 closed ones with evidence 6 are said to have repaid: 6/11 = 54.5 %.",
        sources: [
            "T. Moore, N. Christin, Beware the Middleman: Empirical Analysis of Bitcoin-Exchange Risk, Financial Cryptography 2013",
            "https://www.dmagazine.com/frontburner/2013/04/smu-researcher-finds-many-bitcoin-exchanges-close-some-taking-customers-money-with-them/",
            "CoinDesk, 45 % of bitcoin exchanges fail, study finds, 25 April 2013",
        ])

    private static let exchangesOf2015 = CustodyPreset(
        name: "exchanges-2015", hazard: 38.0 / (80 * 6), recovery: 6.0 / 11, keys: nil,
        source: "Moore, Christin, Szurdi (2018): 38 of 80 exchanges closed in 6 years; 6 of 11 repaid (2013)",
        arithmetic:
            "80 exchanges established between 2010 and 2015, of which 38 closed: none was open for more than six years, so that "
            + "the hazard is 38/(80 x 6) = 7.9 % a year at least. What was repaid is not said there: 6/11 = 54.5 % as counted in 2013.",
        sources: [
            "T. Moore, N. Christin, J. Szurdi, Revisiting the Risks of Bitcoin Currency Exchange Closure, ACM Transactions on Internet "
                + "Technology 18 (2018), abstract",
            "https://discovery.researcher.life/article/revisiting-the-risks-of-bitcoin-currency-exchange-closure/6342aba04932395e9583e5dc417ed73f",
        ])

    private static let lostKeys = CustodyPreset(
        name: "lost-keys-2017", hazard: nil, recovery: nil, keys: -log(1 - 0.17) / 8.9,
        source: "Chainalysis (2017): at least 17 % of all bitcoins lost in 8.9 years",
        arithmetic:
            "2.78 million bitcoins, 17 % of all, are lost by the low estimate (3.79 million, 23 %, by the high one), from January "
            + "2009 to November 2017: -ln(1 - 0.17)/8.9 = 2.1 % a year. Coins are counted and not people, and most were lost while they "
            + "were worth little.",
        sources: [
            "Chainalysis in Fortune, November 2017, as told by https://cryptonews.net/news/bitcoin/151530",
            "http://www.bitcoingood.com/2017/11/report-almost-4-million-bitcoins-can-be.html",
        ])
}

extension CustodyRules {
    /// What presets say; the last word on a figure is that of the last that has it. Nil where none has a hazard of a platform or of keys.
    public init?(_ presets: [CustodyPreset]) {
        let (hazard, keys) = (presets.last { $0.hazard != nil }, presets.last { $0.keys != nil })
        guard hazard != nil || keys != nil else { return nil }
        self.init(hazard: hazard?.hazard ?? 0)
        self.keys = keys?.keys ?? 0
        recovery = hazard?.recovery ?? 0
        source = [hazard, keys].compactMap { $0?.source }.joined(separator: "; ")
    }
}
