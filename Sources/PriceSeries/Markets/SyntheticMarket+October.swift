import StressBasics

extension SyntheticMarket {
    /// Three histories that fall as markets did on 10 October 2025, by 13, 26 and 50 % within twelve minutes, and are back at 95 % of
    /// where they were within the hour: Bitcoin and Solana on Hyperliquid fell by 13.1 and 26.0 % from 21:15 to 21:27, smaller coins by
    /// half elsewhere. How far they came back differed from venue to venue; 95 % is taken. Not the prices of that day: everything but
    /// the size and speed of the fall is invented.
    ///
    /// The fall begins at 21:15 of the tenth day where a fortnight of minutes begins at midnight.
    public static func october2025(start: UTCInstant, barLength: TimeSpan, bars: Int) -> [SyntheticMarket] {
        let hour = 9 * 1440 + 21 * 60
        let beginning = Double(hour + 15) / 20_160
        let end = Double(hour + 27) / 20_160
        func market(_ name: String, _ price: Double, _ volatility: Double, left: Double) -> SyntheticMarket {
            SyntheticMarket(
                name: name, start: start, barLength: barLength, bars: bars, startPrice: price,
                dailyVolatility: volatility, jumpsPerYear: 0,
                events: [
                    Event(.drift, at: beginning, length: .minutes(12), factor: left, turbulence: 3),
                    Event(.drift, at: end, length: .minutes(45), factor: 0.95 / left, turbulence: 3),
                ])
        }
        return [
            market("SYN-OCT-MAJOR", 112_000, 0.02, left: 0.87), market("SYN-OCT-LARGE", 185, 0.035, left: 0.74),
            market("SYN-OCT-SMALL", 4, 0.045, left: 0.50),
        ]
    }
}
