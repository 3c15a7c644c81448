/// Values in one piece of memory, without reference counts, for inner loops.
///
/// The owner cannot be copied: the memory is freed with it, once. Whoever loops takes ``cells`` and lets go of them before the owner
/// goes. Every index is checked in debug builds.
struct Column<Value>: ~Copyable {
    /// All values.
    let cells: Cells<Value>

    /// A value for each place.
    init(repeating value: Value, count: Int) {
        cells = Cells(allocating: count)
        cells.initialize(to: value)
    }

    /// A copy of `values`.
    init(_ values: some Collection<Value>) {
        cells = Cells(allocating: values.count)
        cells.initialize(from: values)
    }

    deinit { cells.free() }

    var count: Int { cells.bounds.count }

    @inline(__always)
    subscript(index: Int) -> Value {
        get { cells[index] }
        nonmutating _modify { yield &cells[index] }
    }
}

extension Column where Value: BitwiseCopyable {
    /// Places whose values are written before they are read: memory that is never reached is never touched.
    init(unset count: Int) { cells = Cells(allocating: count) }
}

/// A look at a run of values that somebody else owns. An index outside is a bug, which debug builds stop at.
struct Cells<Value> {
    /// The place of index 0, which need not be one of ``bounds``.
    private let zero: UnsafeMutablePointer<Value>
    /// The indices that may be used.
    let bounds: Range<Int>

    private init(zero: UnsafeMutablePointer<Value>, bounds: Range<Int>) {
        (self.zero, self.bounds) = (zero, bounds)
    }

    @inline(__always)
    subscript(index: Int) -> Value {
        get {
            assert(bounds.contains(index), "no such place")
            return zero[index]
        }
        nonmutating _modify {
            assert(bounds.contains(index), "no such place")
            yield &zero[index]
        }
    }

    /// A part of them, counted from 0.
    @inline(__always)
    func part(from first: Int, count: Int) -> Cells {
        assert(count >= 0 && bounds.lowerBound <= first && first + count <= bounds.upperBound, "no such part")
        return Cells(zero: zero + first, bounds: 0..<count)
    }

    /// The same values under indices that are higher by so many.
    @inline(__always)
    func shifted(by places: Int) -> Cells {
        Cells(zero: zero - places, bounds: bounds.lowerBound + places..<bounds.upperBound + places)
    }

    /// Every value becomes this one.
    func fill(_ value: Value) { first.update(repeating: value, count: bounds.count) }

    /// Every value becomes one of as many others.
    func copy(_ values: some Collection<Value>) {
        assert(values.count == bounds.count, "as many values as places")
        _ = UnsafeMutableBufferPointer(start: first, count: bounds.count).update(from: values)
    }

    func array() -> [Value] { Array(UnsafeBufferPointer(start: first, count: bounds.count)) }

    private var first: UnsafeMutablePointer<Value> { zero + bounds.lowerBound }
}

extension Cells<Double> {
    /// Two values side by side.
    @inline(__always)
    func pair(_ index: Int) -> SIMD2<Double> {
        assert(bounds.contains(index) && bounds.contains(index + 1), "no such places")
        return UnsafeRawPointer(zero + index).loadUnaligned(as: SIMD2<Double>.self)
    }

    /// Adds to two values side by side.
    @inline(__always)
    func add(_ values: SIMD2<Double>, at index: Int) {
        UnsafeMutableRawPointer(zero + index).storeBytes(of: pair(index) + values, as: SIMD2<Double>.self)
    }
}

extension Cells<Int32> {
    /// Sets eight values side by side.
    @inline(__always)
    func setEight(_ values: SIMD8<Int32>, at index: Int) {
        assert(bounds.contains(index) && bounds.contains(index + 7), "no such places")
        UnsafeMutableRawPointer(zero + index).storeBytes(of: values, as: SIMD8<Int32>.self)
    }
}

extension SIMD2<Double> {
    /// The greater of both in each lane. By their bits, since a choice by a mask is made lane by lane.
    @inline(__always)
    func raised(to other: SIMD2<Double>) -> SIMD2<Double> { chosen(other, where: self .< other) }

    /// The lesser of both in each lane.
    @inline(__always)
    func lowered(to other: SIMD2<Double>) -> SIMD2<Double> { chosen(other, where: other .< self) }

    @inline(__always)
    private func chosen(_ other: SIMD2<Double>, where mask: SIMDMask<SIMD2<Int64>>) -> SIMD2<Double> {
        let mask = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        let (own, others) = (unsafeBitCast(self, to: SIMD2<UInt64>.self), unsafeBitCast(other, to: SIMD2<UInt64>.self))
        return unsafeBitCast((own & ~mask) | (others & mask), to: SIMD2<Double>.self)
    }
}

extension Cells {
    fileprivate init(allocating count: Int) {
        self.init(zero: .allocate(capacity: max(1, count)), bounds: 0..<count)
    }

    fileprivate func initialize(to value: Value) { zero.initialize(repeating: value, count: bounds.count) }

    fileprivate func initialize(from values: some Collection<Value>) {
        _ = UnsafeMutableBufferPointer(start: zero, count: bounds.count).initialize(from: values)
    }

    fileprivate func free() { zero.deinitialize(count: bounds.count).deallocate() }
}

/// A zeroed table of numbers.
struct Plane<Number: AdditiveArithmetic>: ~Copyable {
    let rows: Int
    let width: Int
    private let numbers: Column<Number>

    init(rows: Int, width: Int) {
        (self.rows, self.width) = (rows, width)
        numbers = Column(repeating: .zero, count: rows * width)
    }

    /// A row.
    @inline(__always)
    subscript(row: Int) -> Cells<Number> { numbers.cells.part(from: row &* width, count: width) }

    /// All rows, one after the other.
    var all: Cells<Number> { numbers.cells }

    /// A row as an array.
    func array(_ row: Int) -> [Number] { self[row].array() }

    /// The same with columns for rows. Eight rows of eight columns at a time: each line of memory is read once, and written once.
    func transposed() -> Plane {
        let turned = Plane(rows: width, width: rows)
        let (from, to, (rows, width)) = (numbers.cells, turned.numbers.cells, (rows, width))
        for firstRow in stride(from: 0, to: rows, by: 8) {
            for firstColumn in stride(from: 0, to: width, by: 8) {
                for column in firstColumn..<min(firstColumn &+ 8, width) {
                    for row in firstRow..<min(firstRow &+ 8, rows) {
                        to[column &* rows &+ row] = from[row &* width &+ column]
                    }
                }
            }
        }
        return turned
    }

    /// Back to zero.
    func clear() { numbers.cells.fill(.zero) }
}

/// Several tables of the same shape, one for each of some `layers`.
struct Planes<Number: AdditiveArithmetic>: ~Copyable {
    private let rowsOfOne: Int
    private let plane: Plane<Number>

    init(layers: Int, rows: Int, width: Int) {
        rowsOfOne = rows
        plane = Plane(rows: layers * rows, width: width)
    }

    /// A row of a table.
    @inline(__always)
    subscript(layer: Int, row: Int) -> Cells<Number> {
        assert(0..<rowsOfOne ~= row, "no such row")
        return plane[layer &* rowsOfOne &+ row]
    }

    /// One table with columns for rows: a row is the column of the first table, that of the second and so on.
    func transposed() -> Plane<Number> { plane.transposed() }

    /// Back to zero.
    func clear() { plane.clear() }
}

/// Tables by number, each made when it is first asked for: most never are.
struct PlanesOnDemand<Number: AdditiveArithmetic>: ~Copyable {
    private let cells: Column<Cells<Number>?>
    private let made: Column<Made?>

    /// A table behind a reference: one that cannot be copied cannot be an element.
    private final class Made {
        let plane: Plane<Number>

        init(rows: Int, width: Int) { plane = Plane(rows: rows, width: width) }
    }

    init(count: Int) {
        cells = Column(repeating: nil, count: count)
        made = Column(repeating: nil, count: count)
    }

    /// The table `index`, one row after the other, whose columns are numbered by `columns`.
    @inline(__always)
    func cells(_ index: Int, rows: Int, _ columns: Range<Int>) -> Cells<Number> {
        cells[index] ?? make(index, rows: rows, columns)
    }

    /// The table `index` where there is one.
    func existing(_ index: Int) -> Cells<Number>? { cells[index] }

    @inline(never)
    private func make(_ index: Int, rows: Int, _ columns: Range<Int>) -> Cells<Number> {
        let table = Made(rows: rows, width: columns.count)
        let found = table.plane.all.shifted(by: columns.lowerBound)
        (made[index], cells[index]) = (table, found)
        return found
    }
}
