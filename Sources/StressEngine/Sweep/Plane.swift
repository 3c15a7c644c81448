/// A zeroed table of numbers in one piece of memory.
///
/// A value without reference counts, for inner loops: whoever makes it frees it with ``deallocate()``, once, when nobody uses
/// its rows any more. Rows are pointers; whoever uses one stays below ``width``.
struct Plane<Number: AdditiveArithmetic> {
    let width: Int
    let rows: Int
    private let start: UnsafeMutablePointer<Number>

    init(rows: Int, width: Int) {
        self.rows = rows
        self.width = width
        start = .allocate(capacity: max(1, rows * width))
        start.initialize(repeating: .zero, count: max(1, rows * width))
    }

    /// The first number of a row.
    @inline(__always)
    subscript(row: Int) -> UnsafeMutablePointer<Number> { start + row &* width }

    /// A row as an array.
    func array(_ row: Int) -> [Number] { Array(UnsafeBufferPointer(start: self[row], count: width)) }

    /// Back to zero.
    func clear() { start.update(repeating: .zero, count: rows * width) }

    func deallocate() { start.deallocate() }
}
