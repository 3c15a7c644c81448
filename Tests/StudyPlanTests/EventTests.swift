import Foundation
import StressBasics
import StudyPlan
import TestSupport
import Testing

@Suite struct EventTests {
    private static let folder = packageRoot + "/Data/Events"

    private func shipped() throws -> [MarketEvent] {
        try FileManager.default.contentsOfDirectory(atPath: EventTests.folder).sorted().flatMap { file in
            try loadEvents(yaml: String(contentsOfFile: EventTests.folder + "/" + file, encoding: .utf8), file: file)
        }
    }

    @Test func theShippedEventsAreWhole() throws {
        let events = try shipped()
        #expect(events.count == 55 && Set(events.map(\.name)).count == 55)
        #expect(events.count { $0.side == .short } == 11)
        for event in events {
            // A figure that no source confirms is not there; who has none says so.
            #expect(event.size != nil || event.confidence != .high, "\(event.name)")
            #expect(event.length == nil || event.size != nil, "\(event.name)")
            #expect(
                event.assumed != nil || event.length == nil || !event.speed.hasPrefix("minutes")
                    || event.end - event.start <= .hours(1))
        }
        let luna = try #require(events.first { $0.name == "luna-2022" })
        #expect(luna.points.count == 12 && luna.prices?.extreme == 0.000115532)
    }

    /// From the prices alone: what is written down as the size is the size.
    @Test func sizesAreThoseOfThePrices() throws {
        var seen = 0
        for event in try shipped() {
            guard let prices = event.prices, let size = event.size else { continue }
            #expect(abs(prices.extreme / prices.from - 1 - size) < max(0.02, 0.02 * abs(size)), "\(event.name)")
            #expect((size < 0) == (event.side == .long))
            seen += 1
        }
        #expect(seen > 35)
    }

    private static let good = """
        version: 1
        events:
          - event: e-1
            title: T
            asset: A
            venue: V
            price_type: spot
            window: {from: 2020-01-02, to: 2020-01-03T12:00Z}
            from: 100
            extreme: 50
            size: -0.50
            speed: a day
            duration: 1d
            points: [{time: 2020-01-02, price: 100}, {time: 2020-01-03, price: 50}]
            tags: [long, gap]
            balances: [B]
            sources: [S]
            confidence: high
        """

    private func message(_ yaml: String) -> String {
        do throws(StudyError) {
            return "\(try loadEvents(yaml: yaml, file: "e.yaml").count) events"
        } catch {
            return error.findings.map { $0.message + " " + $0.hint }.joined(separator: "; ")
        }
    }

    @Test(arguments: [
        ("extreme: 50", "extreme: 51.1", "is 50, not 51.1 within rounding"),
        ("size: -0.50", "size: 0.50", "not 50 within"),
        ("size: -0.50", "size: 0", "has a size"), ("size: -0.50", "size: .inf", "from -1000"),
        ("size: -0.50", "size: x", "a number"),
        ("from: 100\n", "from: 0\n", "from 1e-15"), ("extreme: 50", "extreme: .nan", "a number"),
        ("event: e-1", "event: E 1", "no name of an event"), ("title: T", "title: \"\"", "1 to 400"),
        ("title: T", "titel: T", "did you mean 'title'"), ("from: 2020-01-02,", "from: 2020-13-02,", "a time in UTC"),
        ("to: 2020-01-03T12:00Z", "to: 2020-01-01", "before it begins"),
        ("to: 2020-01-03T12:00Z", "to: 2030-01-01", "than a year"),
        ("tags: [long, gap]", "tags: [gap]", "long or short"),
        ("tags: [long, gap]", "tags: [short]", "say the opposite"),
        ("tags: [long, gap]", "tags: [lnog]", "not one of"), ("confidence: high", "confidence: sure", "not one of"),
        ("price: 50}", "price: 40}", "hold the 'extreme'"), ("price: 50}", "price: 0}", "from 1e-15"),
        ("{time: 2020-01-03, price", "{time: 2020-01-01, price", "must rise"),
        ("duration: 1d", "duration: soon", "a duration"),
        ("sources: [S]", "sources: []", "empty"), ("version: 1", "version: 2", "from 1 to 1"),
        ("events:", "event:", "unknown key"),
        ("title: T", "title: \"a\\u202Eb\"", "all of which show"),
    ])
    func mistakesAreNamed(old: String, new: String, text: String) {
        #expect(message(EventTests.good) == "1 events")
        let found = message(EventTests.good.replacing(old, with: new))
        #expect(found.contains(text), "\(new): \(found)")
    }

    @Test func namesStandOnce() {
        let twice = EventTests.good + "\n" + EventTests.good.split(separator: "\n").dropFirst(2).joined(separator: "\n")
        #expect(message(twice).contains("two events 'e-1'"), "\(message(twice))")
        let one = EventTests.good.replacing("    extreme: 50\n", with: "")
        #expect(message(one).contains("no 'extreme'"), "\(message(one))")
        #expect(message(EventTests.good.replacing("    size: -0.50\n", with: "")).contains("prices without a size"))
    }

    /// Rounded prices have the room that they say.
    @Test func roundingIsSaid() {
        let rough = EventTests.good.replacing("extreme: 50", with: "extreme: 51.1").replacing(
            "            points", with: "            #"
        )
        .replacing("price: 50}", with: "price: 51.1}")
        #expect(message(rough).contains("within rounding"))
        #expect(message(rough.replacing("    size:", with: "    rounded_to: 2\n    size:")) == "1 events")
    }

    /// The schema knows every key that the loader knows.
    @Test func everyKeyIsDescribed() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: packageRoot + "/Data/Schemas/events.schema.json"))
        let schema = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        let described = Set(try #require(definitions["event"]?["properties"] as? [String: Any]).keys)
        let hint = message(EventTests.good.replacing("title: T", with: "qqqqqqqqqqqqqqqq: 1"))
        let known = try #require(hint.firstMatch(of: /known: ([a-z_, ]+)/)).1.split(separator: ", ").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(known.count > 15 && Set(known.filter { !$0.contains(" ") }).isSubset(of: described), "\(known)")
        #expect(described.subtracting(known).isEmpty, "\(described.subtracting(known))")
    }
}
