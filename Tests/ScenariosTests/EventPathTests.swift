import StressBasics
import StudyPlan
import Testing

@testable import Scenarios

@Suite struct EventPathTests {
    private func event(_ figures: String) throws -> MarketEvent {
        let yaml = """
            version: 1
            events:
              - {event: e, title: t, asset: A, venue: v, price_type: spot, window: {from: 2020-01-02, to: 2020-01-03}, speed: s,
                 balances: [b], sources: [s], confidence: low, \(figures)}
            """
        return try #require(try loadEvents(yaml: yaml, file: "e.yaml").first)
    }

    @Test func aLineBeforeWhichThePriceStands() throws {
        let event = try event("from: 100, extreme: 50, size: -0.5, duration: 2h, tags: [long]")
        let drawn = try #require(event.path(enteredBefore: .hours(24)))
        #expect(drawn.entryPrice == 100 && drawn.path.price(at: 86_400) == 1 && drawn.path.end.price == 0.5)
        #expect(drawn.path.end.seconds == 26 * 3600)
        #expect(abs(drawn.path.price(at: 25 * 3600) - 0.5.squareRoot()) < 1e-15)
    }

    @Test func atOnceBelowZeroAndNotAtAll() throws {
        let jump = try #require(try event("size: 2.3, tags: [short]").path(enteredBefore: .hours(1)))
        #expect(
            jump.entryPrice == nil && jump.path.price(at: 3599) == 1 && abs(jump.path.price(at: 3600) - 3.3) < 1e-15)
        let oil = try #require(
            try event("from: 17.73, extreme: -37.63, size: -3.12, duration: 4h, tags: [long]").path(
                enteredBefore: .seconds(0)))
        #expect(abs(oil.path.end.price + 2.12) < 1e-12 && abs(oil.path.price(at: 7200) + 0.56) < 1e-12)
        let reach = try #require(oil.path.firstReach(0, isBelow: true))
        #expect(abs(reach - 14_400 / 3.12) < 1e-9)
        #expect(try event("tags: [long]").path(enteredBefore: .seconds(0)) == nil)
    }

    @Test func throughItsPoints() throws {
        let points =
            "[{time: 2020-01-01, price: 200}, {time: 2020-01-02, price: 100}, {time: 2020-01-03, price: 25}, {time: 2020-01-04, price: 90}]"
        let event = try event("from: 100, extreme: 25, size: -0.75, duration: 1d, points: \(points), tags: [long]")
        let day = try #require(event.path(enteredBefore: .days(1)))
        #expect(day.entryPrice == 200 && day.path.knots.map(\.price) == [1, 0.5, 0.125])
        let half = try #require(event.path(enteredBefore: .hours(12)))
        #expect(
            abs(try #require(half.entryPrice) - 200 * 0.5.squareRoot()) < 1e-9 && half.path.end.seconds == 36 * 3600)
        // Before the first point the price stands.
        let week = try #require(event.path(enteredBefore: .days(7)))
        #expect(week.entryPrice == 200 && week.path.price(at: 3 * 86_400) == 1)
        #expect(abs(week.path.price(at: 7 * 86_400) - 0.5) < 1e-12 && week.path.end.price == 0.125)
    }

    /// What an event is drawn as, and the jump that it was where it is drawn slower.
    @Test func shapesAndJumps() throws {
        let line = try event("from: 100, extreme: 50, size: -0.5, duration: 2h, tags: [long, gap]")
        #expect(line.drawnShape == .line && line.drawnLength == .hours(2))
        let jump = try #require(line.jump)
        #expect(jump.entryPrice == 100 && jump.path.price(at: 0) == 0.5 && jump.path.end.seconds == 0)
        // One that is drawn as a jump is its own, and one that nobody calls a jump has none.
        let own = try event("size: 2.3, tags: [short, gap]")
        #expect(own.drawnShape == .jump && own.drawnLength == .seconds(0) && own.jump == nil)
        #expect(try event("size: -0.5, duration: 2h, tags: [long]").jump == nil)
        let unknown = try event("tags: [long, gap]")
        #expect(unknown.drawnShape == nil && unknown.drawnLength == nil && unknown.jump == nil)
        // Points before and after the window are no part of it.
        let points =
            "[{time: 2020-01-01, price: 200}, {time: 2020-01-02, price: 100}, {time: 2020-01-02T18:00:00Z, price: 25}, {time: 2020-01-04, price: 90}]"
        let known = try event("from: 100, extreme: 25, size: -0.75, duration: 1d, points: \(points), tags: [long, gap]")
        #expect(known.drawnShape == .points && known.drawnLength == .hours(18) && known.knownPoints.count == 2)
        #expect(try #require(known.jump).path.end.price == 0.25)
    }
}
