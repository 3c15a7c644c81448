extension UTCInstant {
    /// Reads a UTC time as our outputs write it: `2026-11-20`, `2026-11-20T02:00Z`, `2026-11-20T02:00:00Z` or
    /// `2026-11-20T02:00:00.123Z`. Nil for anything else, offsets and years beyond 9999 included.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(25))
        let shapes = ["dddd-dd-dd", "dddd-dd-ddTdd:ddZ", "dddd-dd-ddTdd:dd:ddZ", "dddd-dd-ddTdd:dd:dd.dddZ"]
        guard let shape = shapes.first(where: { $0.utf8.count == bytes.count }) else { return nil }
        var numbers: [Int] = []
        var isWithin = false
        for (byte, wanted) in zip(bytes, shape.utf8) {
            guard wanted == UInt8(ascii: "d") else {
                guard byte == wanted else { return nil }
                isWithin = false
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            if !isWithin { numbers.append(0) }
            numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - 0x30)
            isWithin = true
        }
        numbers += Array(repeating: 0, count: 7 - numbers.count)
        let time = CivilTime(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
            second: numbers[5], millisecond: numbers[6])
        guard let instant = time.instant else { return nil }
        self = instant
    }
}
