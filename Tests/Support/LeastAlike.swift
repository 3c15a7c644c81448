/// The two numbers at the same place of two lists that differ most, in parts of the first where that is above 1; nil where none differ.
///
/// What is no number beside one that is differs most of all.
public func leastAlike(_ a: [Double], _ b: [Double]) -> (Double, Double)? {
    var (found, most): ((Double, Double)?, Double) = (nil, 0)
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            for place in 0..<min(a.count, b.count) where a[place] != b[place] {
                let distance = abs(a[place] - b[place]) / max(1, a[place])
                if !(distance <= most) { (found, most) = ((a[place], b[place]), distance.isNaN ? .infinity : distance) }
            }
        }
    }
    return found
}
