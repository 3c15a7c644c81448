import StressBasics

/// Reads a file of dated events: `version: 1` and `events`, each as ``MarketEvent`` describes it.
///
/// - Throws: all that is wrong with the file, an event whose figures do not fit each other included.
public func loadEvents(yaml: String, file: String) throws(StudyError) -> [MarketEvent] {
    let problems = StudyProblems(file: file)
    let reader = YAMLReader(node: try documentRoot(yaml, file: file), path: "", problems: problems)
    let events = eventList(reader)
    guard let events, problems.findings.allSatisfy({ $0.severity != .error }) else {
        throw StudyError(problems.findings)
    }
    return events
}

/// Events of a file.
private let mostEvents = 1000

private func eventList(_ reader: YAMLReader) -> [MarketEvent]? {
    guard let map = reader.map(known: ["version", "events"]), map.required("version")?.integer(1...1) != nil,
        let list = map.required("events")?.list(most: mostEvents)
    else { return nil }
    var events: [MarketEvent] = []
    for element in list {
        guard let event = EventReader(element)?.event else { continue }
        guard !events.contains(where: { $0.name == event.name }) else {
            return element.wrong("there are two events '\(event.name)'")
        }
        events.append(event)
    }
    return events
}

/// Reads one event. Whatever does not fit is reported, and makes it nil.
private struct EventReader {
    static let keys = [
        "event", "title", "asset", "venue", "price_type", "window", "from", "extreme", "size", "rounded_to", "speed",
        "duration", "assumed", "points", "tags", "balances", "sources", "conflicts", "confidence",
    ]
    let map: YAMLMap

    init?(_ reader: YAMLReader) {
        guard let map = reader.map(known: EventReader.keys) else { return nil }
        self.map = map
    }

    /// All parts are read before one that does not fit ends it, so that everything wrong with an event is reported at once.
    var event: MarketEvent? {
        let (path, record, labels) = (path, record, labels)
        guard let path, let record, let labels, agree(path, labels.tags) else { return nil }
        return MarketEvent(
            name: labels.name, title: labels.title, asset: labels.asset, venue: labels.venue,
            priceType: labels.priceType, start: path.window.start, end: path.window.end, prices: path.figures.prices,
            size: path.figures.size, speed: labels.speed, length: path.length, assumed: record.assumed,
            points: path.points, tags: labels.tags, balances: record.balances, sources: record.sources,
            conflicts: record.conflicts, confidence: record.confidence)
    }

    // MARK: Parts

    /// What an event is called, and what it is an example of.
    private struct Labels {
        let name, title, asset, venue, priceType, speed: String
        let tags: [MarketEvent.Tag]
    }

    private var labels: Labels? {
        let (name, tags) = (map.required("event").flatMap(name), tags)
        let (title, asset, venue) = (short("title"), short("asset"), short("venue"))
        let (priceType, speed) = (short("price_type"), short("speed"))
        guard let name, let tags, let title, let asset, let venue, let priceType, let speed else { return nil }
        return Labels(
            name: name, title: title, asset: asset, venue: venue, priceType: priceType, speed: speed, tags: tags)
    }

    /// Where the price went, and when.
    private struct Path {
        let window: (start: UTCInstant, end: UTCInstant)
        let figures: (prices: MarketEvent.Prices?, size: Double?)
        let points: [MarketEvent.Point]
        let length: TimeSpan?
    }

    private var path: Path? {
        let (window, figures) = (window, figures)
        let points = map["points"].map(points) ?? []
        let length = map["duration"].map { $0.span() }
        guard let window, let figures, let points, length.map({ $0 != nil }) ?? true else { return nil }
        return Path(window: window, figures: figures, points: points, length: length ?? nil)
    }

    /// What sources say of it, and how far they can be trusted.
    private struct Record {
        let balances, sources, conflicts: [String]
        let assumed: String?
        let confidence: MarketEvent.Confidence
    }

    private var record: Record? {
        let (balances, sources) = (map.required("balances").flatMap(texts), map.required("sources").flatMap(texts))
        let conflicts = map["conflicts"].map(texts(_:)) ?? []
        let assumed = map["assumed"].flatMap { text($0) }
        let confidence = map.required("confidence")?.choice(MarketEvent.Confidence.self)
        guard let balances, let sources, let conflicts, let confidence else { return nil }
        return Record(
            balances: balances, sources: sources, conflicts: conflicts, assumed: assumed, confidence: confidence)
    }

    // MARK: Texts

    private static let longestText = 400

    private func text(_ reader: YAMLReader) -> String? {
        guard let text = reader.text() else { return nil }
        guard !text.isEmpty, text.utf8.count <= EventReader.longestText,
            !text.unicodeScalars.contains(where: \.isHostile)
        else { return reader.wrong("a text has 1 to \(EventReader.longestText) characters, all of which show") }
        return text
    }

    private func short(_ key: String) -> String? { map.required(key).flatMap(text) }

    private func texts(_ reader: YAMLReader) -> [String]? {
        guard let list = reader.list(most: 50) else { return nil }
        let texts = list.compactMap(text)
        return texts.count == list.count ? texts : nil
    }

    private func name(_ reader: YAMLReader) -> String? {
        guard let name = reader.text() else { return nil }
        let isPlain = name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        guard isPlain, (1...48).contains(name.utf8.count), name.first != "-" else {
            return reader.wrong(
                "'\(SourceLocation.presentable(name))' is no name of an event",
                hint: "1 to 48 lower-case letters, digits and '-', not beginning with '-'")
        }
        return name
    }

    // MARK: Times

    private func time(_ reader: YAMLReader) -> UTCInstant? {
        guard let text = reader.text() else { return nil }
        return UTCInstant(rfc3339: text)
            ?? reader.wrong("expected a time in UTC", hint: "write 2022-05-09 or 2022-05-09T12:30:00Z")
    }

    private var window: (start: UTCInstant, end: UTCInstant)? {
        guard let reader = map.required("window"), let ends = reader.map(known: ["from", "to"]),
            let start = ends.required("from").flatMap(time), let end = ends.required("to").flatMap(time)
        else { return nil }
        guard start <= end, end - start <= .days(366) else {
            return reader.wrong("the window must not end before it begins, nor last more than a year")
        }
        return (start, end)
    }

    private func points(_ reader: YAMLReader) -> [MarketEvent.Point]? {
        guard let list = reader.list(most: 1000) else { return nil }
        let points = list.compactMap { element -> MarketEvent.Point? in
            guard let point = element.map(known: ["time", "price"]), let time = point.required("time").flatMap(time),
                let price = point.required("price")?.number(1e-15...1e15)
            else { return nil }
            return MarketEvent.Point(time: time, price: price)
        }
        guard points.count == list.count else { return nil }
        guard zip(points, points.dropFirst()).allSatisfy({ $0.time < $1.time }) else {
            return reader.wrong("the times of points must rise")
        }
        return points
    }

    private var tags: [MarketEvent.Tag]? {
        guard let reader = map.required("tags"), let list = reader.list(most: MarketEvent.Tag.allCases.count) else {
            return nil
        }
        let tags = list.compactMap { $0.choice(MarketEvent.Tag.self) }
        guard tags.count == list.count else { return nil }
        guard tags.contains(.long) || tags.contains(.short) else { return reader.wrong("whom it hurt: long or short") }
        return tags
    }

    // MARK: Figures

    private var figures: (prices: MarketEvent.Prices?, size: Double?)? {
        let (from, extreme) = (map["from"], map["extreme"])
        guard let sizeReader = map["size"] else {
            guard from == nil, extreme == nil else { return map.owner.wrong("prices without a size") }
            return (nil, nil)
        }
        guard let size = sizeReader.number(-1000...1e6) else { return nil }
        guard size != 0 else { return sizeReader.wrong("an event has a size") }
        guard from != nil || extreme != nil else { return (nil, size) }
        guard let from = map.required("from")?.number(1e-15...1e15),
            let extreme = map.required("extreme")?.number(-1e15...1e15),
            fits(from: from, extreme: extreme, size: size, sizeReader)
        else { return nil }
        return (MarketEvent.Prices(from: from, extreme: extreme), size)
    }

    /// Whether `from × (1 + size) = extreme` within what the size, and where it says so the prices, are rounded to.
    private func fits(from: Double, extreme: Double, size: Double, _ reader: YAMLReader) -> Bool {
        guard let unit = map["rounded_to"].map({ $0.number(0...1e15) }) ?? 0 else { return false }
        let found = from * (1 + size)
        let tolerance = lastPlace(reader) / 2 * from + unit / 2 * (1 + abs(1 + size)) + 1e-12 * (abs(found) + from)
        guard abs(found - extreme) <= tolerance else {
            let _: Void? = reader.wrong(
                "\(numberText(from)) × (1 + \(numberText(size))) is \(numberText(found)), not \(numberText(extreme)) within rounding"
            )
            return false
        }
        return true
    }

    /// One in the last digit of a number as it is written: 0.01 for `-0.50`.
    private func lastPlace(_ reader: YAMLReader) -> Double {
        let decimals = reader.node.scalar?.string.split(separator: ".").dropFirst().first?.count ?? 0
        return (0..<min(decimals, 15)).reduce(1) { unit, _ in unit / 10 }
    }

    /// Whether what is said fits together: falls hurt longs and rises shorts, and points say where the event began and how far it went.
    private func agree(_ path: Path, _ tags: [MarketEvent.Tag]) -> Bool {
        if let size = path.figures.size, tags.contains(size < 0 ? .long : .short) == false {
            let _: Void? = map.owner.wrong("a fall hurts longs and a rise shorts, and the tags say the opposite")
            return false
        }
        guard !path.points.isEmpty else { return true }
        let (window, points) = (path.window, path.points)
        let inside = points.filter { $0.time >= window.start && $0.time <= window.end }.map(\.price)
        guard let prices = path.figures.prices, inside.first == prices.from, inside.contains(prices.extreme) else {
            let _: Void? = map.owner.wrong("the points within the window must begin with 'from' and hold the 'extreme'")
            return false
        }
        return true
    }
}
