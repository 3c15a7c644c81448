/// The rows of one side by the trigger price of the position in them that is due first; the next to be due comes first.
///
/// Keys are signed so that a position is due where the signed price is at or below its key. A row's key may be too high, when what it
/// stands for was closed in another way, but never too low. Rows whose time is over stay until they come up, or until they may be half of
/// all.
struct TriggerHeap {
    struct Node {
        let key: Double
        let row: Int
    }

    private var nodes: [Node] = []
    /// How many nodes the last sweep left.
    private var kept = 0

    /// Adds a row. O(log rows).
    mutating func add(key: Double, row: Int) {
        nodes.append(Node(key: key, row: row))
        var child = nodes.count - 1
        while child > 0, nodes[(child - 1) / 2].key < nodes[child].key {
            nodes.swapAt((child - 1) / 2, child)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first row, if its key is at least `threshold`. O(log rows).
    mutating func next(from threshold: Double) -> Int? {
        guard let first = nodes.first, first.key >= threshold else { return nil }
        removeFirst()
        return first.row
    }

    /// Leaves out rows before `first` once they may be half of all. Amortised O(log rows).
    mutating func sweep(before first: Int) {
        guard nodes.count > 64, nodes.count > 2 * kept else { return }
        nodes = nodes.filter { $0.row >= first }.sorted { $0.key > $1.key }
        kept = nodes.count
    }

    private mutating func removeFirst() {
        let last = nodes.removeLast()
        guard !nodes.isEmpty else { return }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < nodes.count else { break }
            if child + 1 < nodes.count, nodes[child + 1].key > nodes[child].key { child += 1 }
            guard nodes[child].key > last.key else { break }
            nodes[parent] = nodes[child]
            parent = child
        }
        nodes[parent] = last
    }
}
