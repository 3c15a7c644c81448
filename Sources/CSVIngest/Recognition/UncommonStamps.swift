/// Whole numbers that are times in a unit which only a column as a whole shows: FILETIME and WebKit's microseconds, both
/// since 1601, and hours as `2021010523`.
enum UncommonStamps {
    /// A decoder and what speaks for it.
    struct Found {
        var decoder: TimeDecoder
        var reading: String
        var reason: String
    }

    /// Steps between bars in seconds, as venues publish them. Another unit of ten times the length would have none of them.
    private static let usualSteps: Set<Int64> = [
        1, 5, 15, 30, 60, 180, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 28_800, 43_200, 86_400, 604_800,
    ]
    /// Stamps below which nothing is believed.
    private static let leastStamps = 5

    /// What the texts of a column are; nil when they are nothing of the kind.
    static func judge(_ texts: [String]) -> Found? {
        let stamps = texts.map(trimmed)
        guard stamps.count >= leastStamps, Set(stamps).count > 1, stamps.allSatisfy({ $0.allSatisfy(isDigit) }) else {
            return nil
        }
        for form in [TimeForm.fileTime, .webKit] where isOnGrid(stamps, form) {
            return Found(
                decoder: .epoch(form), reading: form.words,
                reason: "whole seconds in usual steps, of the years 1990 to 2100, in this unit alone")
        }
        return hours(stamps)
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// Whether all stamps are whole seconds in the unit, and most steps between them are usual ones.
    private static func isOnGrid(_ stamps: [String], _ form: TimeForm) -> Bool {
        let times = stamps.compactMap { withBytes($0, TimeDecoder.epoch(form).read)?.milliseconds }
        guard times.count == stamps.count, times.allSatisfy({ $0 % 1000 == 0 }) else { return false }
        let sorted = Set(times).sorted()
        let steps = zip(sorted.dropFirst(), sorted).map { ($0 - $1) / 1000 }
        return steps.count(where: usualSteps.contains) * 2 > steps.count
    }

    /// `2021010523`: as epoch seconds these would be of the years 2033 to 2038, and not in steps of an hour.
    private static func hours(_ stamps: [String]) -> Found? {
        guard stamps.allSatisfy({ $0.utf8.count == 10 }), let pattern = try? TimePattern("%Y%m%d%H") else { return nil }
        let times = stamps.compactMap { withBytes($0, pattern.read)?.milliseconds }
        guard times.count == stamps.count, times.allSatisfy(isRecent) else { return nil }
        return Found(
            decoder: .pattern(pattern), reading: "\"%Y%m%d%H\"",
            reason: "each of the ten digits is a year, month, day and hour")
    }

    /// From 1990 until 2033, when such digits begin to be epoch seconds of the past.
    private static func isRecent(_ time: Int64) -> Bool { (631_152_000_000..<1_988_150_400_000).contains(time) }
}
