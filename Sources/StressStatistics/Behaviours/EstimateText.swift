import StressBasics

/// A JSON object put down member by member, sorted by name, those without a value left out: a run has thousands of estimates, and an encoder
/// that is told of every figure by a protocol takes ten times as long.
private struct FigureText {
    var bytes: [UInt8] = []

    mutating func add(_ name: StaticString, _ value: Int) {
        begin(name)
        add(value)
    }

    mutating func add(_ name: StaticString, _ value: Double) {
        begin(name)
        add(value)
    }

    mutating func add(_ name: StaticString, _ value: Double?) {
        if let value { add(name, value) }
    }

    mutating func add(_ name: StaticString, method: String) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: method.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ","))
    }

    mutating func add<Value>(
        _ name: StaticString, _ value: Value?, _ write: (inout FigureText, Value) -> Void
    ) {
        guard let value else { return }
        begin(name)
        object { write(&$0, value) }
    }

    /// A list, one element after the other.
    mutating func add<Value>(
        _ name: StaticString, list: [Value]?, _ write: (inout FigureText, Value) -> Void
    ) {
        guard let list else { return }
        begin(name)
        enclosed("[", "]") { text in list.forEach { write(&text, $0) } }
    }

    mutating func object(_ write: (inout FigureText) -> Void) { enclosed("{", "}", write) }

    mutating func row(_ write: (inout FigureText) -> Void) { enclosed("[", "]", write) }

    mutating func add(_ value: Int) {
        bytes.append(contentsOf: String(value).utf8)
        bytes.append(UInt8(ascii: ","))
    }

    /// As short as it is read back with the same bits.
    mutating func add(_ value: Double) {
        if value.bitPattern == 0 {
            bytes.append(UInt8(ascii: "0"))
        } else if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
            if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
        } else {
            bytes.append(contentsOf: (value.isNaN ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"").utf8)
        }
        bytes.append(UInt8(ascii: ","))
    }

    private mutating func begin(_ name: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Every element has a comma behind it, and the last loses it.
    private mutating func enclosed(
        _ first: Unicode.Scalar, _ last: Unicode.Scalar, _ write: (inout FigureText) -> Void
    ) {
        bytes.append(UInt8(ascii: first))
        write(&self)
        if bytes.last == UInt8(ascii: ",") { bytes.removeLast() }
        bytes.append(UInt8(ascii: last))
        bytes.append(UInt8(ascii: ","))
    }
}

extension BehaviourEstimate {
    /// The JSON of it that an encoder writes who sorts members, byte for byte, infinities and what is no number as the texts `inf`, `-inf`
    /// and `nan`.
    public var json: [UInt8] {
        var text = FigureText()
        text.bytes.reserveCapacity(2048)
        text.object(write)
        text.bytes.removeLast()
        return text.bytes
    }

    private func write(_ text: inout FigureText) {
        text.add("change", change) { $1.write(&$0) }
        text.add("cut", cut)
        text.add("entries", entries)
        text.add("equity", equity)
        text.add("equityDifference", equityDifference) { $1.write(&$0) }
        text.add("excluded", excluded)
        text.add("filtered", filtered)
        text.add("forgone", forgone)
        text.add("heldEquity", heldEquity)
        text.add("heldNegativeShare", heldNegativeShare)
        text.add("liquidated", liquidated)
        text.add("liquidatedShare", liquidatedShare)
        text.add("lostHalfDifference", lostHalfDifference) { $1.write(&$0) }
        text.add("lostHalfInterval", lostHalfInterval) { $1.write(&$0) }
        text.add("lostHalfShare", lostHalfShare)
        text.add("negative", negative)
        text.add("negativeDifference", negativeDifference) { $1.write(&$0) }
        writeRest(&text)
    }

    private func writeRest(_ text: inout FigureText) {
        text.add("negativeInterval", negativeInterval) { $1.write(&$0) }
        text.add("negativeShare", negativeShare)
        text.add("panicked", panicked)
        text.add("rejected", rejected)
        text.add("ruin", list: ruin) { text, share in text.object { share.write(&$0) } }
        text.add("shortfall", shortfall)
        text.add("stopJumps", list: stopJumps) { text, day in text.row { day.write(&$0) } }
        text.add("stopped", stopped)
        text.add("tookProfit", tookProfit)
        text.add("trailed", trailed)
        text.add("winners", winners)
        text.add("winnersClosed", winnersClosed)
    }
}

extension BehaviourChange {
    fileprivate func write(_ text: inout FigureText) {
        text.add("equity", equity)
        text.add("lostHalf", lostHalf)
        text.add("negative", negative)
    }
}

extension Interval {
    fileprivate func write(_ text: inout FigureText) {
        text.add("high", high)
        text.add("low", low)
    }
}

extension DifferenceInference {
    fileprivate func write(_ text: inout FigureText) {
        text.add("difference", difference)
        text.add("interval", interval) { $1.write(&$0) }
        text.add("method", method: method.rawValue)
        text.add("percentile", percentile) { $1.write(&$0) }
        text.add("standardError", standardError)
    }
}

extension MeanDifference {
    fileprivate func write(_ text: inout FigureText) {
        text.add("difference", difference)
        text.add("interval", interval) { $1.write(&$0) }
        text.add("method", method: method.rawValue)
        text.add("percentile", percentile) { $1.write(&$0) }
    }
}

extension RuinShare {
    fileprivate func write(_ text: inout FigureText) {
        text.add("interval", interval) { $1.write(&$0) }
        text.add("margins", margins)
        text.add("ruined", ruined)
        text.add("starts", starts)
    }
}

extension StopJumps.Day {
    fileprivate func write(_ text: inout FigureText) {
        for number in [day, entries, liquidated] { text.add(number) }
        text.add(negative)
        text.add(lowest)
        text.add(cut)
    }
}
